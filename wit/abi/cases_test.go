package abi_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/wit/abi"
)

func TestCaseIndex(t *testing.T) {
	for _, count := range []int{1, 2, 15, 16, 17, 300} {
		names := make([]string, count)
		for i := range names {
			names[i] = fmt.Sprintf("case-%d", i)
		}
		enum := abi.NewEnum(names...)
		var group sync.WaitGroup // with -race: the index is made once
		for range 2 {
			group.Go(func() {
				for i, name := range names {
					if got := enum.CaseIndex(name); got != i {
						t.Errorf("%d cases: %s is %d", count, name, got)
					}
				}
			})
		}
		group.Wait()
		for _, name := range []string{"", "case", "case-", fmt.Sprintf("case-%d", count)} {
			if got := enum.CaseIndex(name); got != -1 {
				t.Errorf("%d cases: %q is %d, want -1", count, name, got)
			}
		}
	}
	result := abi.NewResult(nil, nil)
	if result.CaseIndex("ok") != 0 || result.CaseIndex("error") != 1 || abi.NewOption(result).CaseIndex("some") != -1 {
		t.Error("result or option")
	}
}

// Many values of a type with many cases: looking each of them up one by one
// would take minutes.
func TestCaseIndexOfManyCases(t *testing.T) {
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprintf("case-%09d", i)
	}
	enum := abi.NewEnum(names...)
	last := len(names) - 1
	for range 1 << 20 {
		if enum.CaseIndex(names[last]) != last {
			t.Fatal("not found")
		}
	}
}
