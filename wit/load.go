package wit

import (
	"context"
	"fmt"
	"strings"
)

// Options say how WIT is read. The zero value is the usual way.
type Options struct {
	// Features are the @unstable features to include; items behind any
	// other are left out, as if they weren't written.
	Features []string
}

// Load reads a folder of .wit files, with the packages it depends on in
// deps/, or a single .wit file.
//
// The text may be hostile: what is read is bounded, and so are the time and
// memory that it takes. Every item of the text is in the model, or behind a
// feature that wasn't asked for, or an error.
//
// Errors: *Error or Errors for what is wrong with the text, with positions
// below path, several at once; others for the file system, and ctx's if it has
// ended before the text is read.
func Load(ctx context.Context, path string, opts Options) (*Resolved, error) {
	for _, feature := range opts.Features {
		if strings.ContainsFunc(feature, func(r rune) bool { return r == ',' || r <= ' ' }) || strings.HasPrefix(feature, "-") {
			return nil, fmt.Errorf("wit: %q is not the name of a feature", feature)
		}
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("wit: %w", context.Cause(ctx))
	}
	src, err := readSource(path)
	if err != nil {
		return nil, err
	}
	return load(src, opts.Features)
}

// load is Load for text that is read already.
func load(src *source, features []string) (*Resolved, error) {
	root, all, errs := units(src)
	var resolved *Resolved
	if len(errs) == 0 {
		resolved, errs = resolve(root, all, features)
	}
	if len(errs) > 0 {
		return nil, src.explain(errs).Err()
	}
	for _, p := range resolved.Packages {
		p.src = src
	}
	return resolved, nil
}
