package hostruntime

import "testing"

func TestEscapeText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "naïve – \U0001F468\u200d\U0001F469\n\tend", "naïve – \U0001F468\u200d\U0001F469\n\tend"},
		{"terminal", "\x1b[31mred\x07\r", `\x1b[31mred\x07\x0d`},
		{"C1 control", "\u009b31m", `\u009b31m`},
		{"bidirectional", "a\u202eb\u2066c", `a\u202eb\u2066c`},
		{"line separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"invisible", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"tags", "a\U000E0041", `a\U000e0041`},
		{"not UTF-8", "a\xff\xfe", `a\xff\xfe`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := EscapeText(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
