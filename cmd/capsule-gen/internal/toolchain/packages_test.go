package toolchain

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParseRequirements(t *testing.T) {
	hash := "--hash=sha256:" + strings.Repeat("0a", 32)
	got, err := parseRequirements("# of pip-compile\n\none==1.0 \\\n    " + hash + " \\\n    " + hash + "\n    # via two\r\ntwo==2!3.post1 " + hash + "  # why\n")
	want := []string{"one==1.0 " + hash + " " + hash, "two==2!3.post1 " + hash}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	pins, err := Pins([]byte(strings.Join(want, "\n")))
	if wantPins := []Pin{{"one", "1.0"}, {"two", "2!3.post1"}}; err != nil || !slices.Equal(pins, wantPins) {
		t.Errorf("the pins are %q, %v", pins, err)
	}
	if got, err := parseRequirements("\n# nothing\n"); err != nil || len(got) != 0 {
		t.Errorf("of nothing: got %q, %v", got, err)
	}
	for _, row := range []struct {
		text string
		line int
	}{
		{"one", 1},
		{"one==1.0", 1},
		{"one>=1.0 " + hash, 1},
		{"\n\none==1.0 \\\n --hash=md5:00", 3},
		{"one==1.0 " + hash + " --index-url=http://localhost", 1},
		{"-r /etc/passwd", 1},
		{"--extra-index-url http://localhost", 1},
		{"-e .", 1},
		{"./local.whl", 1},
		{"one @ file:///tmp/x " + hash, 1},
		{"one==1.0;python_version>'3' " + hash, 1},
		{"one==1.0 \\", 1},
		{"one==1.0 " + hash + "#--index-url", 1},
	} {
		_, err := parseRequirements(row.text)
		bad, ok := errors.AsType[*RequirementError](err)
		if !ok || bad.Line != row.line {
			t.Errorf("%q: got %v, want an error in line %d", row.text, err, row.line)
		}
	}
}
