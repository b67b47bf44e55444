package wit

import "testing"

func TestStripComments(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing to strip", "package a:b;\nworld w {}\n", "package a:b;\nworld w {}\n"},
		{"line", "world w {} // C:\\users\n}", "world w {}            \n}"},
		{"line at the end", "a /// b", "a      "},
		{"documentation", "/// \"\"\"; x; \"\"\"\na", "               \na"},
		{"block", "a /* b */ c", "a         c"},
		{"block over lines", "a /** b\r\n*/ c", "a      \r\n   c"},
		{"nested blocks", "a /* /* b */ // */ c", "a                  c"},
		{"a line comment ends no block", "a /* // */ c", "a          c"},
		{"a block in a line comment", "// /* a\nb */", "       \nb */"},
		{"an empty block isn't one", "a /*/ b */ c", "a          c"},
		{"not UTF-8", "a // \xff\xfe\nb", "a      \nb"},
		{"a string is no comment", `@external-id("http://a\" /*") // b`, `@external-id("http://a\" /*")     `},
		{"a string without an end", "\"a // b\n// c", "\"a // b\n    "},
		{"a single slash", "use a:b/c@1.0.0; x * / y", "use a:b/c@1.0.0; x * / y"},
		{"a block without an end", "a // b\nc /* d /* */ e\n// f", "a     \nc /* d /* */ e\n// f"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := string(StripComments([]byte(row.text))); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
