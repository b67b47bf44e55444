package limits

import (
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// What is counted doesn't depend on when the counters are filled, nor on which
// of several modules runs out.
var fuelCalls = []struct {
	name string
	args []uint32
	fuel uint64 // of which each part is documented at FuelModel
}{
	{"spin", []uint32{0}, 100 + 2},
	{"spin", []uint32{1000}, 100 + 1 + 1001},
	{"spin", []uint32{1_000_000}, 100 + 1 + 1_000_001},
	{"ping", []uint32{50_000}, 100 + 1 + 2*50_000},
	{"fill", []uint32{65_536}, 100 + 1 + 512},
	{"grow", []uint32{3}, 100 + 1 + 64 + 3*512},
	{"ask", []uint32{10, 0}, 100 + 1 + 10*(1+100)},
	{"hold", []uint32{10}, 100 + 1 + 10*(1+20)},
}

func TestFuelIsExact(t *testing.T) {
	c := mustWorker(t)
	for _, call := range fuelCalls {
		for range 3 {
			used, err := once(t, c, hostruntime.Limits{}, call.name, call.args...)
			// Lifted bytes and values round down, call by call.
			if extra := used.LiftedBytes >> 7; err != nil || used.Fuel != call.fuel+extra || used.FuelModel != hostruntime.FuelModel {
				t.Errorf("%s %d: %d units of model %d, want %d; %v", call.name, call.args, used.Fuel, used.FuelModel, call.fuel+extra, err)
			}
		}
	}
}

// With as much fuel as it needs a call ends well; with one unit less, or any
// other amount below, it ends when all of it is used.
func TestFuelEndsAtTheUnit(t *testing.T) {
	c := mustWorker(t)
	for _, call := range fuelCalls {
		whole, err := once(t, c, hostruntime.Limits{}, call.name, call.args...)
		if err != nil {
			t.Fatal(err)
		}
		if used, err := once(t, c, hostruntime.Limits{Fuel: whole.Fuel}, call.name, call.args...); err != nil || used.Fuel != whole.Fuel {
			t.Errorf("%s %d: with all that it needs: %v, used %d of %d", call.name, call.args, err, used.Fuel, whole.Fuel)
		}
		for _, fuel := range []uint64{whole.Fuel - 1, whole.Fuel - 2, whole.Fuel / 2, whole.Fuel / 3, 101, 7, 1} {
			if fuel >= whole.Fuel {
				continue
			}
			used, err := once(t, c, hostruntime.Limits{Fuel: fuel}, call.name, call.args...)
			limit := reached(t, err, hostruntime.LimitFuel, &used, hostruntime.OutcomeFuel)
			if used.Fuel != fuel || used.FuelLimit != fuel || limit.Max != fuel {
				t.Errorf("%s %d: used %d of %d, limit %d", call.name, call.args, used.Fuel, fuel, limit.Max)
			}
		}
	}
}

func TestFuelIsForEachCall(t *testing.T) {
	c := mustWorker(t)
	in := instantiate(t.Context(), t, c, hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 2000}}, answer)
	for range 50 {
		if used, err := work(t.Context(), in, "spin", 1000); err != nil || used.Fuel != 1102 {
			t.Fatalf("used %d, %v", used.Fuel, err)
		}
	}
	used, err := work(t.Context(), in, "spin", 2000)
	reached(t, err, hostruntime.LimitFuel, &used, hostruntime.OutcomeFuel)
	if _, err := work(t.Context(), in, "spin", 1); errorAs[*hostruntime.DeadError](err) == nil {
		t.Errorf("afterwards: %v, want a DeadError", err)
	}
	if used, err := once(t, c, hostruntime.Limits{}, "spin", 1000); err != nil || used.Fuel != 1102 {
		t.Errorf("the next instance: used %d, %v", used.Fuel, err)
	}
}

func TestFuelOfInstantiation(t *testing.T) {
	c := mustWorker(t)
	var used hostruntime.Report
	ctx := hostruntime.WithReport(t.Context(), &used)
	in, err := c.Instantiate(ctx, hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 1}}, answer)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(ctx)
	if used.Fuel != 0 || used.Export != "instantiation" || used.Outcome != hostruntime.OutcomeOK {
		t.Errorf("report %+v", used)
	}
}
