//go:build guests || conformance

package canon_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/spec"
	"github.com/capsule-kit/capsule/wit/abi"
)

var seed = flag.Int("seed", 1, "what types and values are drawn from")

const journeys = 2500

// A journey takes values from the host through two guests.
type journey struct {
	types   []*abi.Type
	values  []value.Value
	through [2]component.StringEncoding
	maxFlat int
}

// An arrival is what a guest holds after values were lowered into it.
type arrival struct {
	Flat   []uint64    `json:"flat"`
	Memory string      `json:"memory"`
	Calls  [][4]uint32 `json:"calls"`
}

// What lowering leaves in memory, the core values and the realloc calls are
// those of the specification's own program, byte for byte: from the host into
// a guest, and from one guest into another, in each pair of encodings.
func TestMemoryIsDefinitionsPys(t *testing.T) {
	drawn := make([]journey, journeys)
	generator := rapid.Custom(drawJourney)
	for i := range drawn {
		drawn[i] = generator.Example(*seed*journeys + i)
	}
	failed := 0
	for i, theirs := range onDefinitions(t, drawn) {
		j := drawn[i]
		ours, back := travel(t, j)
		same := theirs.Back && slices.EqualFunc(back, j.values, value.Equal)
		for guest := range ours {
			same = same && slices.Equal(ours[guest].Flat, theirs.Guests[guest].Flat) &&
				ours[guest].Memory == theirs.Guests[guest].Memory &&
				slices.Equal(ours[guest].Calls, theirs.Guests[guest].Calls)
		}
		if same {
			continue
		}
		if failed++; failed <= 10 {
			request, _ := json.Marshal(j.request(t))
			t.Errorf("journey %d: %s\n    ours %+v\n  theirs %+v", i, request, ours, theirs)
		}
	}
	t.Logf("seed %d: %d journeys through two guests, %d fail", *seed, len(drawn), failed)
}

func drawJourney(t *rapid.T) journey {
	j := journey{types: rapid.SliceOfN(valuegen.Types(4), 1, 4).Draw(t, "types")}
	for _, ty := range j.types {
		j.values = append(j.values, valuegen.Values(ty).Draw(t, "value"))
	}
	for i := range j.through {
		j.through[i] = component.StringEncoding(rapid.IntRange(0, 2).Draw(t, "encoding"))
	}
	j.maxFlat = rapid.SampledFrom([]int{0, 1, 4, 16, 1000}).Draw(t, "maxFlat")
	return j
}

// travel makes a journey here.
func travel(t *testing.T, j journey) (arrivals [2]arrival, back []value.Value) {
	t.Helper()
	values := j.values
	for i, encoding := range j.through {
		g := newGuest(64)
		cx := g.context(encoding)
		cx.Relay = i == 0
		flat, err := cx.LowerFlat(values, j.types, nil, j.maxFlat, nil)
		if err != nil {
			t.Fatalf("lowering %v: %v", values, err)
		}
		arrivals[i] = arrival{flat, hex.EncodeToString(g.mem), g.calls}
		if values, err = cx.LiftFlat(j.types, flat, j.maxFlat); err != nil {
			t.Fatalf("lifting %s: %v", j.types, err)
		}
	}
	return arrivals, values
}

type theirs struct {
	Guests [2]arrival `json:"guests"`
	Back   bool       `json:"back"`
}

// onDefinitions makes the journeys in definitions.py. Where that or a Python
// can't be had the test is skipped, except under CI.
func onDefinitions(t *testing.T, drawn []journey) []theirs {
	t.Helper()
	definitions, err := spec.Definitions(t.Context())
	python, missing := exec.LookPath("python3")
	if (errors.Is(err, spec.ErrNoCargo) || missing != nil) && os.Getenv("CI") == "" {
		t.Skip(errors.Join(err, missing))
	}
	if err = errors.Join(err, missing); err != nil {
		t.Fatal(err)
	}
	var requests bytes.Buffer
	encoder := json.NewEncoder(&requests)
	for _, j := range drawn {
		if err := encoder.Encode(j.request(t)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/definitions_driver.py", definitions)
	cmd.Stdin = &requests
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("definitions.py: %v\n%s", err, &stderr)
	}
	all := make([]theirs, len(drawn))
	answers := json.NewDecoder(bytes.NewReader(out))
	for i := range all {
		if err := answers.Decode(&all[i]); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
	return all
}

func (j journey) request(t *testing.T) map[string]any {
	t.Helper()
	encodings := []string{component.UTF8: "utf8", component.UTF16: "utf16", component.Latin1UTF16: "latin1+utf16"}
	types, values := make([]any, len(j.types)), make([]json.RawMessage, len(j.values))
	for i, ty := range j.types {
		types[i] = typeForm(ty)
		text, err := value.JSON(j.values[i])
		if err != nil {
			t.Fatal(err)
		}
		values[i] = text
	}
	return map[string]any{
		"types": types, "values": values, "max-flat": j.maxFlat,
		"from": encodings[j.through[0]], "to": encodings[j.through[1]],
	}
}

// typeForm is a type as the driver reads it.
func typeForm(t *abi.Type) map[string]any {
	if t == nil {
		return nil
	}
	form := map[string]any{"kind": t.Kind.String()}
	var parts [][2]any
	for _, f := range t.Fields {
		parts = append(parts, [2]any{f.Name, typeForm(f.Type)})
	}
	for _, c := range t.Cases {
		parts = append(parts, [2]any{c.Name, typeForm(c.Type)})
	}
	switch t.Kind {
	case abi.List:
		form["elem"], form["length"] = typeForm(t.Elem), t.Length
	case abi.Option:
		form["elem"] = typeForm(t.Elem)
	case abi.Map:
		form["key"], form["elem"] = typeForm(t.Key), typeForm(t.Elem)
	case abi.Flags:
		form["labels"] = t.Labels
	default:
		form["parts"] = parts
	}
	return form
}
