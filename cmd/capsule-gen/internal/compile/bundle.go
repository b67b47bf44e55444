package compile

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
)

// bundle turns a JavaScript guest that an engine can't take as it is into one
// module: one in TypeScript, or with packages. A guest of plain JavaScript is
// left alone, so that its lines stay the author's; it is given what it imports,
// and no other file of its folder.
func (in *inputs) bundle(ctx context.Context, r Request) error {
	folder, err := filepath.EvalSymlinks(filepath.Dir(r.Guest))
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	var imports []string
	if r.Imports != nil {
		if imports, err = r.Imports(ctx); err != nil {
			return err
		}
	}
	name := strings.TrimSuffix(in.guest, filepath.Ext(in.guest)) + ".js"
	made, err := bundler.Run(ctx, bundler.Bundle{Folder: folder, Entry: in.guest, Out: name, External: imports})
	if broken, ok := errors.AsType[*bundler.BrokenError](err); ok {
		return &GuestError{File: r.Guest, Message: broken.Reason}
	}
	if setting, ok := errors.AsType[*bundler.SettingError](err); ok {
		return &GuestError{File: filepath.Join(filepath.Dir(r.Guest), setting.File), Message: setting.Reason}
	}
	switch {
	case err != nil:
		return err
	case !made.Needed:
		// Whatever is wrong with it, the engine says so in its own words, but for a
		// module that it doesn't find, which it says without a place.
		if made.Wrong != nil && unresolved.MatchString(made.Wrong.Text) {
			in.unresolved = bundleError(r, folder, *made.Wrong)
		}
		if made.Wrong == nil && !made.Open {
			maps.DeleteFunc(in.guests, func(name string, _ []byte) bool {
				return name != in.guest && !slices.Contains(made.Sources, name)
			})
		}
		return nil
	case made.Wrong != nil:
		return bundleError(r, folder, *made.Wrong)
	}
	if err := in.addSourceMap(made.Map, name); err != nil {
		return err
	}
	in.guests, in.guest, in.sources = map[string][]byte{name: made.Code}, name, made.Sources
	return nil
}

// bundleError gives a bundler's message our form.
func bundleError(r Request, folder string, m bundler.Message) *GuestError {
	message, detail := remedyJavaScript(r, m.Text, m.Detail)
	e := &GuestError{
		File: r.Guest, Line: m.Line, Column: m.Column,
		Message: escape.Line(strings.ReplaceAll(message, folder, filepath.Dir(r.Guest))), Detail: escape.Line(detail),
	}
	if m.File != "" {
		e.File = filepath.Join(filepath.Dir(r.Guest), filepath.FromSlash(m.File))
	}
	return e
}
