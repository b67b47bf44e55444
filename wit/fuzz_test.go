package wit

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// FuzzParseWIT loads any text: a mistake in it is an error with a place. What
// can be read is formatted too, which changes nothing of what it says, and
// nothing at all the second time.
func FuzzParseWIT(f *testing.F) {
	for _, folder := range []string{"load", "errors", "format"} {
		archives, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
		if err != nil || len(archives) == 0 {
			f.Fatalf("no examples in %s: %v", folder, err)
		}
		for _, path := range archives {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range archive.Files {
				if file.Name != "want" {
					f.Add(string(file.Data))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		before, err := loadText(text)
		one, isOne := errors.AsType[*Error](err)
		_, isList := errors.AsType[Errors](err)
		if err != nil && !isOne && !isList {
			t.Errorf("%v (%T) is not about the text", err, err)
		}
		if isOne && (one.Msg == "" || strings.ContainsAny(Detail(err), "\x1b\u202e")) {
			t.Errorf("%q is no message", Detail(err))
		}
		formatted, formatErr := Format([]byte(text))
		if formatErr != nil {
			if err == nil {
				t.Fatalf("loaded, and not formatted: %v", formatErr)
			}
			return
		}
		if again, err := Format(formatted); err != nil || !bytes.Equal(again, formatted) {
			t.Fatalf("formatting again (%v) changes\n%s\nto\n%s", err, formatted, again)
		}
		if err != nil {
			return
		}
		after, err := loadText(string(formatted))
		if err != nil {
			t.Fatalf("what Format wrote can't be read: %v\n%s", err, formatted)
		}
		if got, want := withoutPlaces(dump(after)), withoutPlaces(dump(before)); got != want {
			t.Errorf("formatting changed the model:\n%s\nwas\n%s", got, want)
		}
	})
}

func loadText(text string) (*Resolved, error) {
	// Load has these checks where it reads files.
	if strings.ToValidUTF8(text, "") != text {
		return nil, &Error{Code: CodeSyntax, Msg: notUTF8}
	}
	return load(&source{shown: ".", single: true, files: []sourceFile{{name: "a.wit", group: ".", text: text}}}, nil)
}

// withoutPlaces takes the line and column out of each line of a dump.
func withoutPlaces(dump string) string {
	var out strings.Builder
	for line := range strings.Lines(dump) {
		words := strings.Fields(line)
		if len(words) > 1 && strings.Trim(words[0], "0123456789:") == "" {
			words = words[1:]
		}
		out.WriteString(strings.Join(words, " ") + "\n")
	}
	return out.String()
}
