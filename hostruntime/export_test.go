package hostruntime

import (
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/wit/abi"
)

func TestFindExport(t *testing.T) {
	none := &abi.Func{}
	plan := &link.Plan{}
	for i, item := range [][2]string{{"a:b/c@1.0.0", "f"}, {"a:b/d", "f"}, {"", "f"}, {"a:b/c@1.0.0", "g"}, {"a:b/d", "g"}, {"a:b/d", "h"}} {
		plan.Exports = append(plan.Exports, link.Export{Interface: item[0], Name: item[1], Lifted: i, Type: none})
	}
	plan.Exports = append(plan.Exports, link.Export{Name: "imported", Lifted: -1, Type: none})
	c := &Component{plan: plan}
	for _, test := range []struct {
		name string
		want int
		err  string
	}{
		{"f", 2, ""}, // the world's own, wherever it stands
		{"a:b/c#f", 0, ""},
		{"a:b/c@1.0.0#f", 0, ""},
		{"a:b/c@1.1.0#f", 0, "exports no such function"},
		{"a:b/d#f", 1, ""},
		{"h", 5, ""},
		{"g", 0, "several exports have this name: a:b/c@1.0.0#g and a:b/d#g"},
		{"i", 0, "exports no such function"},
		{"imported", 0, "exports an import of its own again"},
	} {
		e, err := c.findExport(test.name)
		switch {
		case test.err == "" && (err != nil || e.Lifted != test.want):
			t.Errorf("%s: got %v, error %v, want export %d", test.name, e, err, test.want)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s: got error %v, want %s", test.name, err, test.err)
		}
	}
}
