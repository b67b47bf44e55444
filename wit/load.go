package wit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/internal/wasmtools"
)

// Options say how WIT is read. The zero value is the usual way.
type Options struct {
	// Features are the @unstable features to include; items behind any
	// other are left out, as if they weren't written.
	Features []string
	// CacheDir is the folder for the reader's compiled machine code. It must
	// be this user's and closed to others; it is made where it doesn't exist.
	// Empty means capsule/wit in the user's cache directory.
	CacheDir string
}

// mountedAs is the folder's name inside the reader's sandbox.
const mountedAs = "wit"

// Load reads a folder of .wit files, with the packages it depends on in
// deps/, or a single .wit file.
//
// The text may be hostile: what is read is bounded, the reader runs in a
// sandbox that sees only the text, and ctx stops it. Items that the reader
// cannot represent are errors; none is dropped.
//
// Errors: *Error or Errors for what is wrong with the text, with positions
// below path; others for the file system, the compile cache and ctx.
func Load(ctx context.Context, path string, opts Options) (*Resolved, error) {
	for _, feature := range opts.Features {
		if strings.ContainsFunc(feature, func(r rune) bool { return r == ',' || r <= ' ' }) || strings.HasPrefix(feature, "-") {
			return nil, fmt.Errorf("wit: %q is not the name of a feature", feature)
		}
	}
	src, err := readSource(path)
	if err != nil {
		return nil, err
	}
	data, err := resolve(ctx, src, opts)
	if err != nil {
		return nil, err
	}
	conv, err := convert(data)
	if err != nil {
		return nil, err
	}
	packages, err := scan(src)
	if err != nil {
		return nil, err
	}
	root, err := conv.root(src, packages)
	if err != nil {
		return nil, err
	}
	if errs := conv.place(packages, opts.Features); len(errs) > 0 {
		return nil, errs.Err()
	}
	if errs := conv.limits(); len(errs) > 0 {
		return nil, errs.Err()
	}
	return &Resolved{Root: root, Packages: conv.packages}, nil
}

// resolve runs the reader over the text and returns its resolved form.
func resolve(ctx context.Context, src *source, opts Options) ([]byte, error) {
	tool, err := wasmtools.Open(ctx, opts.CacheDir)
	if err != nil {
		return nil, fmt.Errorf("wit: %w", err)
	}
	files, err := src.sandboxed()
	if err != nil {
		return nil, fmt.Errorf("wit: %w", err)
	}
	target := mountedAs
	if src.single {
		target += "/" + src.files[0].name
	}
	args := []string{"component", "wit", "--json"}
	for _, feature := range opts.Features {
		args = append(args, "--features="+feature)
	}
	data, err := tool.Run(ctx, mountedAs, files, append(args, target)...)
	failure, failed := errors.AsType[*wasmtools.Failure](err)
	switch {
	case failed:
		return nil, diagnose(src, mountedAs, failure.Stderr)
	case errors.Is(err, wasmtools.ErrTooLarge):
		return nil, src.errorAt("", CodeTooLarge, "the text is too large or too deeply nested to be read")
	case err != nil:
		return nil, fmt.Errorf("wit: %w", err)
	}
	return data, nil
}

const noPackage = `no .wit file says which package this is: one must start with "package ns:name;"`

// root returns the package that the folder or file itself is: the one its
// header names or, without a header, the only one nested in it.
func (c *converter) root(src *source, packages []*scanPackage) (*Package, error) {
	id := packages[0].id
	if id == "" && src.single && len(packages) == 2 {
		id = packages[1].id
	}
	for _, p := range c.packages {
		if p.ID() == id {
			return p, nil
		}
	}
	return nil, src.errorAt("", CodeInvalid, noPackage)
}
