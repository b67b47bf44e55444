package tomlkeys

import (
	"strings"
	"testing"
)

func TestUnknown(t *testing.T) {
	known := []string{"wall-time", "memory", "js", "go", "fuel"}
	for key, want := range map[string]string{
		"wall_time":             `unknown key "wall_time" (did you mean "wall-time"?)`,
		"WallTime":              `unknown key "WallTime" (did you mean "wall-time"?)`,
		"waltime":               `unknown key "waltime" (did you mean "wall-time"?)`,
		"feul":                  `unknown key "feul" (did you mean "fuel"?)`,
		"JS":                    `unknown key "JS" (did you mean "js"?)`,
		"jo":                    `unknown key "jo" (want one of fuel, go, js, memory, wall-time)`,
		"":                      `unknown key "" (want one of fuel, go, js, memory, wall-time)`,
		"gas":                   `unknown key "gas" (want one of fuel, go, js, memory, wall-time)`,
		strings.Repeat("m", 70): `unknown key "` + strings.Repeat("m", 70) + `" (want one of fuel, go, js, memory, wall-time)`,
	} {
		if got := Unknown(key, known); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	if got, want := Unknown("x", nil), `unknown key "x"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
