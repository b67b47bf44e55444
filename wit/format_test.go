package wit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFormat compares what becomes of each example with its file "want".
func TestFormat(t *testing.T) {
	eachArchive(t, "testdata/format", func(t *testing.T, dir string, set map[string]string) string {
		text, err := os.ReadFile(filepath.Join(dir, "in"))
		if err != nil {
			t.Fatal(err)
		}
		return string(format(t, text))
	})
}

// format formats text, and the result again, which changes nothing.
func format(t *testing.T, text []byte) []byte {
	t.Helper()
	once, err := Format(text)
	if err != nil {
		t.Fatal(Detail(err))
	}
	twice, err := Format(once)
	if err != nil {
		t.Fatalf("what Format wrote can't be read: %s\n%s", Detail(err), once)
	}
	if !bytes.Equal(once, twice) {
		t.Errorf("formatting again changes\n%s\nto\n%s", once, twice)
	}
	return once
}

func TestFormatErrors(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"package a:b;\ninterface {}", `2:11: expected a name, found "{"`},
		{"package a:b; // \x1b", `1:17: the text has a control character: U+001B`},
		{"\xff", "the text is not valid UTF-8"},
	} {
		_, err := Format([]byte(row.text))
		if err == nil || err.Error() != row.want {
			t.Errorf("Format(%q): %v, want %s", row.text, err, row.want)
		}
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("Format(%q): %T is no *Error", row.text, err)
		}
	}
	if got, err := Format(nil); err != nil || len(got) != 0 {
		t.Errorf("Format(nil) = %q, %v", got, err)
	}
}
