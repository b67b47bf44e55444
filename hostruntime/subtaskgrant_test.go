package hostruntime

import (
	"fmt"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Two components can have a hundred thousand functions each: what one serves to
// the other is found in time that is proportional to that.
func TestGrantsOfManyFunctions(t *testing.T) {
	cost := func(n int) float64 {
		plan := &link.Plan{}
		for i := range n {
			f := &abi.Func{}
			plan.Imports = append(plan.Imports, link.HostFunc{Interface: "a:b/what-the-one-of-them-imports-and-is-long", Name: fmt.Sprint("f", i), Type: f})
			plan.Exports = append(plan.Exports, link.Export{Interface: "a:b/what-the-other-one-of-them-exports", Name: fmt.Sprint("f", i), Type: f})
		}
		c := &Component{plan: plan}
		grants := []TaskGrant{{Interface: "a:b/what-the-other-one-of-them-exports", Component: c}}
		return testing.AllocsPerRun(1, func() {
			if _, err := c.taskImports(grants, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := cost(100), cost(1000); many > 15*few {
		t.Errorf("100 functions take %.0f allocations, 1000 take %.0f", few, many)
	}
}
