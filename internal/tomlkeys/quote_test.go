package tomlkeys

import (
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for _, row := range []struct {
		value any
		want  string
	}{
		{"a\x1b[1m\n", `"a\x1b[1m\n"`},
		{int64(3), "3"},
		{strings.Repeat("ä", 60), `"` + strings.Repeat("ä", 50) + `"…`},
		{"a" + strings.Repeat("ä", 60), `"a` + strings.Repeat("ä", 49) + `"…`},
		{[]any{strings.Repeat("x", 200)}, "[" + strings.Repeat("x", 99) + "…"},
	} {
		if got := Quote(row.value); got != row.want {
			t.Errorf("%v: %s, want %s", row.value, got, row.want)
		}
	}
}
