package hostruntime

import (
	"math"
	"strings"
	"testing"
)

type (
	shownColour uint8
	shownShape  interface{ isShape() }
	shownCircle struct{ Value float64 }
	shownRecord struct {
		Name   string
		Size   *uint32
		Shape  shownShape
		Colour shownColour
		Parts  []Tuple2[uint8, string]
	}
	shownResource struct{ in *Instance }
	shownNested   struct{ Inner any }
)

func (shownCircle) isShape() {}

func (c shownColour) String() string { return [...]string{"red", "green"}[c] }

// What an error holds is told by what it is, not by where it lies, and briefly.
func TestResultErrorText(t *testing.T) {
	size := uint32(7)
	nested := shownNested{}
	for range 100 {
		nested = shownNested{Inner: nested}
	}
	for want, err := range map[string]error{
		"":                                     &ResultError[Unit]{},
		": it's full":                          &ResultError[string]{"it's full"},
		": uint32 7":                           &ResultError[uint32]{7},
		`: *uint32 7`:                          &ResultError[*uint32]{&size},
		": hostruntime.shownColour green":      &ResultError[shownColour]{1},
		": hostruntime.shownCircle{Value:1.5}": &ResultError[shownShape]{shownCircle{1.5}},
		`: hostruntime.shownRecord{Name:"a \"b\"\n" Size:7 Shape:{Value:NaN} Colour:red Parts:[{F0:1 F1:"x"} {F0:2 F1:""}]}`: &ResultError[shownRecord]{
			shownRecord{"a \"b\"\n", &size, shownCircle{math.NaN()}, 0, []Tuple2[uint8, string]{{1, "x"}, {2, ""}}},
		},
		`: hostruntime.shownRecord{Name:"" Size:none Shape:none Colour:red Parts:[]}`: &ResultError[shownRecord]{},
		": hostruntime.shownResource{}":                                               &ResultError[shownResource]{shownResource{&Instance{}}},
		": map[string]uint8 map of 1":                                                 &ResultError[map[string]uint8]{map[string]uint8{"a": 1}},
		`: []string["` + strings.Repeat("x", maxShownText) + `…" "b"]`:                &ResultError[[]string]{[]string{strings.Repeat("x", 1<<20), "b"}},
	} {
		if got := err.Error(); got != "the function returned its error case"+want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, err := range []error{
		&ResultError[[]byte]{make([]byte, 1<<24)}, &ResultError[shownNested]{nested}, &ResultError[[][]string]{[][]string{make([]string, 1<<20)}},
	} {
		if got := err.Error(); len(got) > maxShown+100 || !strings.Contains(got, "…") {
			t.Errorf("%d bytes: %.200s", len(got), got)
		}
	}
}
