//go:build guests

package bindings

import (
	"context"
	"reflect"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/bindings/types"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// The typed and the dynamic API agree on every row with real guests: what
// comes back through one comes back through the other. Which values an engine
// cannot return is the business of the types test.
func TestTypedAgreesWithDynamic(t *testing.T) {
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			comp := loadGuest(t, engine)
			var task *types.Types
			host := &mirror{}
			start := func() {
				var err error
				if task, err = types.Instantiate(t.Context(), comp, hostruntime.Policy{}, types.Imports{Echo: host}); err != nil {
					t.Fatal(err)
				}
			}
			start()
			returned := 0
			for _, r := range rows() {
				args := arguments(t, comp, r)
				want := args[0]
				if len(args) > 1 {
					want = value.Tuple(args)
				}
				got, err := task.Instance().Call(t.Context(), echo+"#"+r.function, args...)
				dynamic := err == nil && value.Equal(got, want)
				if err != nil {
					start()
				}
				host.seen = nil
				typed, err := r.call(t.Context(), &task.Echo)
				same := err == nil && reflect.DeepEqual(typed, r.goValue)
				if same != dynamic {
					t.Errorf("%s(%s): typed %#v, %v; dynamic %s", r.function, r.wave, typed, err, value.Format(got))
				}
				if same && !reflect.DeepEqual(host.seen, r.goValue) {
					t.Errorf("%s(%s): the host saw %#v", r.function, r.wave, host.seen)
				}
				if err != nil {
					start()
				}
				if same {
					returned++
				}
			}
			if returned < len(rows())/2 {
				t.Errorf("only %d of %d values came back", returned, len(rows()))
			}
		})
	}
}

func loadGuest(t *testing.T, engine string) *hostruntime.Component {
	t.Helper()
	file := "../types/sandbox/guest.js"
	if engine == guest.Python {
		file = "../types/sandbox/guest.py"
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	path := guest.Build(t, guest.Spec{WIT: witDir, World: "types", Engine: engine, File: file})
	comp, err := rt.LoadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return comp
}
