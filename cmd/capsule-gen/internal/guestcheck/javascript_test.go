package guestcheck

import (
	"fmt"
	"strings"
	"testing"
)

// Objects that have each other as members, or many times the same ones, are
// looked at for as long as that tells something.
func TestObjectsOfObjects(t *testing.T) {
	var wide strings.Builder
	for i := range 60 {
		fmt.Fprintf(&wide, "const o%d = {x: o%d, y: o%d};\n", i, i+1, i+1)
	}
	for _, source := range []string{
		"const a = {x: b}; const b = {x: a}; export {a};\n",
		wide.String() + "export {o0};\n",
	} {
		m, err := JavaScript(t.Context(), []byte(source))
		if err != nil || len(m.Members) != 1 || m.Members[0].Kind != Object {
			t.Errorf("got %v, %v", m, err)
		}
	}
}
