package guest_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

func TestLabels(t *testing.T) {
	for _, c := range []struct{ label, snake, shouty, lower, upper string }{
		{"a", "a", "A", "a", "A"},
		{"get-user", "get_user", "GET_USER", "getUser", "GetUser"},
		{"HTTP-server2", "http_server2", "HTTP_SERVER2", "httpServer2", "HttpServer2"},
		{"x86-64", "x86_64", "X86_64", "x8664", "X8664"},
		{"demo-types-0-2-0", "demo_types_0_2_0", "DEMO_TYPES_0_2_0", "demoTypes020", "DemoTypes020"},
		{"1.0.0-rc.1+b", "1_0_0_rc_1_b", "1_0_0_RC_1_B", "100Rc1B", "100Rc1B"},
		{"", "", "", "", ""},
	} {
		got := []string{guest.Snake(c.label), guest.Shouty(c.label), guest.LowerCamel(c.label), guest.UpperCamel(c.label)}
		if want := []string{c.snake, c.shouty, c.lower, c.upper}; !slices.Equal(got, want) {
			t.Errorf("%q: %q; want %q", c.label, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		docs string
		want []string
	}{
		{"", nil},
		{" \n\t\n", nil},
		{"one", []string{"one"}},
		{"\n\na  \n\n b\t\n\n", []string{"a", "", " b"}},
		{"a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h", strings.Split("abcdefgh", "")},
		{"x\ty", []string{"x    y"}},
		{"\u202ab\u200b\ufeff\x00\x7f\u009b", []string{`\u{202a}b\u{200b}\u{feff}\u{0}\u{7f}\u{9b}`}},
		{"bad\xffbytes\uFFFD", []string{`bad\xffbytes` + "\uFFFD"}},
		{"ümlaut 日本 😀", []string{"ümlaut 日本 😀"}},
	} {
		if got := guest.Lines(c.docs); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q; want %q", c.docs, got, c.want)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("text\u202e\xff\r\n")
	f.Fuzz(func(t *testing.T, docs string) {
		for _, line := range guest.Lines(docs) {
			if !utf8.ValidString(line) || strings.TrimRight(line, " ") != line {
				t.Errorf("line %q", line)
			}
			for _, r := range line {
				if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
					t.Errorf("line %q has %U", line, r)
				}
			}
		}
	})
}

// TestReach has an interface that the world names nowhere, and another that
// only the first one's types come from: both are imports, the deeper one
// first.
func TestReach(t *testing.T) {
	p := &wit.Package{Namespace: "a", Name: "b"}
	deep := &wit.Interface{Package: p, Name: "deep"}
	deep.Types = []*wit.TypeDef{{Name: "e", Owner: wit.Owner{Interface: deep}, Shape: &wit.Type{Kind: abi.Enum, Cases: []wit.Case{{Name: "x"}}}}}
	shallow := &wit.Interface{Package: p, Name: "shallow"}
	list := &wit.Type{Kind: abi.List, Elem: &wit.Type{Def: deep.Types[0]}}
	record := &wit.Type{Kind: abi.Record, Fields: []wit.Field{{Name: "f", Type: list}}}
	shallow.Types = []*wit.TypeDef{{Name: "r", Owner: wit.Owner{Interface: shallow}, Shape: record}}
	exported := &wit.Interface{Package: p, Name: "exported"}
	exported.Funcs = []*wit.Func{{Name: "f", Result: &wit.Type{Kind: abi.Option, Elem: &wit.Type{Def: shallow.Types[0]}}}}
	reach := guest.Reach(&wit.World{Package: p, Name: "w", Exports: []wit.Item{{Name: exported.ID(), Interface: exported}}})
	if !slices.Equal(reach.Imports, []*wit.Interface{deep, shallow}) {
		t.Errorf("%d imports; want deep, shallow", len(reach.Imports))
	}
	if !slices.Equal(reach.Exports, []*wit.Interface{exported}) || reach.Imported(exported) {
		t.Error("want the one export")
	}
}
