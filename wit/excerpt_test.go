package wit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestDetail(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a name with a hint", "package a:b;\ninterface i {\n\tf: func(ünused: strng);\n}", `a.wit:3:10: "ünused" is not a name: a name is of ASCII letters, digits and dashes, not "ü"
    3 |  f: func(ünused: strng);
      |          ^^^^^^`},
		{"a hint", "package a:b;\ninterface i { f: func(x: strng); }", `a.wit:2:26: unknown type "strng" in interface "i"
    2 | interface i { f: func(x: strng); }
      |                          ^^^^^
      = did you mean "string"?`},
		{"the end", "package a:b;\ninterface i {", `a.wit:2:14: expected "use", a type or a function, found the end of the file
    2 | interface i {
      |              ^`},
		{"several", "package a:b;\r\ninterface i { f; }\r\ninterface j { %; }", `a.wit:2:16: expected ":", found ";"
    2 | interface i { f; }
      |                ^
a.wit:3:15: "%" is not a name: a name is missing
    3 | interface j { %; }
      |               ^`},
		{"a long line", "package a:b; " + strings.Repeat(" ", maxShownLine) + "!", `a.wit:1:214: unexpected character "!"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := loadText(row.text)
			if err == nil {
				t.Fatal("loaded without an error")
			}
			if got := Detail(err); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			if got := Detail(fmt.Errorf("wrapped: %w", err)); got != row.want {
				t.Errorf("wrapped, got\n%s", got)
			}
		})
	}
	if got := Detail(errors.New("other")); got != "other" {
		t.Errorf("of another error: %q", got)
	}
}

// A generator's errors get the lines of the text that the model is of.
func TestExplain(t *testing.T) {
	r, err := loadText("package a:b;\nworld w {\n  import f: func(x: stream);\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	w := r.Root.Worlds[0]
	pos := w.Imports[0].Func.Params[0].Type.Pos
	found := w.Explain(fmt.Errorf("go: %w", &Error{Pos: pos, Code: CodeUnsupported, Msg: "streams are not supported"}))
	want := `a.wit:3:21: streams are not supported
    3 |   import f: func(x: stream);
      |                     ^^^^^^`
	if got := Detail(found); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := w.Explain(nil); err != nil {
		t.Errorf("of no error: %v", err)
	}
}
