package handle_test

import (
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
)

func TestQuotaIsShared(t *testing.T) {
	quota := &handle.Quota{Limit: 3}
	rt := &handle.ResourceType{Name: "r"}
	one, two := handle.NewTable(nil, 0), handle.NewTable(nil, 0)
	one.Quota, two.Quota = quota, quota
	full := func(table *handle.Table) bool {
		_, err := table.LowerOwn(rt, "rep")
		var limit *handle.FullError
		if err != nil && !errors.As(err, &limit) {
			t.Fatal(err)
		}
		return err != nil
	}
	i := lowerOwn(t, one, rt, "rep")
	lowerOwn(t, one, rt, "rep")
	lowerOwn(t, two, rt, "rep")
	if !full(one) || !full(two) {
		t.Error("a fourth entry fits")
	}
	if _, err := one.Drop(rt, i); err != nil {
		t.Fatal(err)
	}
	if full(two) || !full(one) {
		t.Error("what one table gives back isn't there for the other")
	}
	quota.Limit = 1
	one.Drain(func(handle.Entry) {})
	if !full(two) {
		t.Error("a lower limit holds only for tables that are empty")
	}
	two.Drain(func(handle.Entry) {})
	if full(one) {
		t.Error("drained tables hold entries")
	}
}
