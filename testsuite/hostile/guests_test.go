//go:build guests

package hostile

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

var (
	onFuel    = reaches(hostruntime.LimitFuel)
	onMemory  = reaches(hostruntime.LimitMemory)
	onOutput  = reaches(hostruntime.LimitOutput)
	onHandles = reaches(hostruntime.LimitHandles)
	onTime    = reaches(hostruntime.LimitWallTime)
	onFiles   = reaches(hostruntime.LimitFiles)
	onDepth   = reaches(hostruntime.LimitDepth)
	anExit    = ending{calling, "ExitError", "status 0"}
)

// pythonAttacks are the functions of sandbox/guest.py.
var pythonAttacks = map[string]ending{
	"busy_loop":                     onFuel,
	"busy_generator":                onFuel,
	"loop_inside_a_builtin":         onFuel,
	"iterator_inside_a_builtin":     onFuel,
	"search_inside_a_builtin":       onFuel,
	"exponential_calls":             onFuel,
	"regular_expression":            onFuel,
	"regular_expression_of_many":    onFuel,
	"sorting_something_large":       onFuel,
	"sorting_with_a_key_that_loops": onFuel,
	"power":                         onFuel,
	"power_of_powers":               onFuel,
	"digits":                        traps("_pylong"),
	"factorial":                     onFuel,
	"decimals":                      onFuel,
	"fraction_growth":               onFuel,
	"hash_collisions":               onFuel,
	"sequence_matcher":              onFuel,
	"sql":                           onFuel,
	"garbage":                       onFuel,
	"finalizers":                    survives,
	"exceptions":                    onFuel,
	"swallowed_memory_errors":       onFuel,
	"signal_handlers_and_tracing":   onFuel,
	"printing":                      onOutput,
	"printing_errors":               onOutput,
	"asking":                        onFuel,
	"telling":                       onFuel,
	"sleeping":                      onTime,
	"list_growth":                   onMemory,
	"string_doubling":               onMemory,
	"many_bytes":                    traps("OverflowError"),
	"repeated_list":                 traps("unreachable"),
	"large_range_as_list":           traps("OverflowError"),
	"dictionary_growth":             onMemory,
	"shifted_number":                traps("OverflowError"),
	"padding":                       traps("ValueError"),
	"joined_permutations":           onMemory,
	"decompression":                 onFuel,
	"regular_expression_cache":      onFuel,
	"interned_names":                onFuel,
	"unpickled":                     onMemory,
	"returned":                      onMemory,
	"hoarded_handles":               onHandles,
	"handles_one_after_the_other":   onFuel,
	"recursion":                     traps("RecursionError"),
	"recursion_without_a_limit":     onDepth,
	"recursion_inside_builtins":     onFuel,
	"recursion_of_comparisons":      traps(""),
	"nested_json":                   traps("RecursionError"),
	"nested_source":                 traps(""),
	"nested_operators":              traps(""),
	"nested_expression":             traps(""),
	"chained_iterators":             onDepth,
	"dropping_what_is_nested":       onDepth,
	"sparse_file":                   onFiles,
	"sparse_file_by_seeking":        onFiles,
	"huge_file":                     onFiles,
	"many_files":                    onFiles,
	"nested_folders":                onFiles,
	"hoarded_files":                 traps("Quota exceeded"),
	"climbing":                      traps("PermissionError"),
	"climbing_by_a_link":            traps("PermissionError"),
	"absolute_link":                 traps("PermissionError"),
	"chain_of_links":                traps("PermissionError"),
	"circle_of_links":               traps("Symbolic link loop"),
	"renaming_out":                  traps("PermissionError"),
	"hard_link_from_outside":        traps("PermissionError"),
	"threads":                       traps("RuntimeError"),
	"files":                         traps("FileNotFoundError"),
	"files_beyond_the_root":         traps("FileNotFoundError"),
	"devices":                       traps("FileNotFoundError"),
	"standard_input":                traps("EOFError"),
	"leaving":                       anExit,
	"segmentation_fault":            traps(""),
	"made_up_code":                  traps(""),
	"code_with_a_stack_too_small":   survives,
}

// quickJSAttacks are those of sandbox/guest.js.
var quickJSAttacks = map[string]ending{
	"busyLoop":                onFuel,
	"emptyGenerator":          onFuel,
	"exponentialCalls":        onFuel,
	"regularExpression":       onFuel,
	"regularExpressionOfMany": onFuel,
	"lookBehind":              traps("unreachable"),
	"sortingSomethingLarge":   onFuel,
	"sortingThatNeverAgrees":  onFuel,
	"power":                   traps("BigInt is too large"),
	"powerOfPowers":           traps("BigInt is too large"),
	"digits":                  traps("BigInt is too large"),
	"getters":                 onFuel,
	"conversions":             onFuel,
	"proxies":                 traps(""),
	"swallowedErrors":         onFuel,
	"finallyThatGoesOn":       onFuel,
	"promises":                survives,
	"swallowedMemoryErrors":   onFuel,
	"longArray":               onFuel,
	"sparseArray":             onFuel,
	"waitingForTheClock":      onFuel,
	"asking":                  onFuel,
	"telling":                 onFuel,
	"arrayGrowth":             onMemory,
	"stringDoubling":          traps("string too long"),
	"flattenedString":         onMemory,
	"repeatedString":          onMemory,
	"typedArray":              traps("invalid array buffer length"),
	"arrayBuffer":             traps("invalid array buffer length"),
	"filledArray":             onMemory,
	"spreadArguments":         onMemory,
	"mapGrowth":               onMemory,
	"propertyNames":           onMemory,
	"closures":                onMemory,
	"joined":                  onFuel,
	"shiftedNumber":           traps(""),
	"replaced":                onMemory,
	"json":                    onMemory,
	"returned":                survives,
	"hoardedHandles":          onHandles,
	"recursion":               traps(""),
	"recursionThatCatches":    traps(""),
	"nestedJSON":              traps(""),
	"nestedSource":            traps(""),
	"nestedExpression":        traps(""),
	"nestedArrays":            traps(""),
	"droppingWhatIsNested":    survives,
	"getterRecursion":         traps(""),
	"wrongResult":             traps(""),
	"symbolAsResult":          traps(""),
	"loneSurrogate":           traps(""),
	"handleFromNothing":       traps(""),
	"constructorAsFunction":   traps(""),
	"brokenPrototypes":        survives,
}

// TestGuests has guests in two languages make attacks, each in an instance of
// its own.
func TestGuests(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	bystander := newBystander(t, rt)
	for _, test := range []struct {
		engine, file string
		attacks      map[string]ending
	}{
		{guest.Python, "sandbox/guest.py", pythonAttacks},
		{guest.QuickJS, "sandbox/guest.js", quickJSAttacks},
	} {
		c, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "wit", World: "hostile", Engine: test.engine, File: test.file}))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(test.attacks)) {
			t.Run(test.engine+"/"+name, func(t *testing.T) {
				a := attack{loaded: c, call: "attack", args: []value.Value{value.String(name)}, want: test.attacks[name]}
				a.limits.MemoryBytes = 96 << 20
				switch a.want {
				case onFuel:
					a.limits.Fuel = 50_000_000
				case onTime:
					a.limits.WallTime = 100 * time.Millisecond
				}
				outside := t.TempDir()
				a.folder = filepath.Join(outside, "folder")
				if err := errors.Join(os.Mkdir(a.folder, 0o700), os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600)); err != nil {
					t.Fatal(err)
				}
				a.run(t, rt, bystander)
				if names, err := os.ReadDir(outside); len(names) != 2 {
					t.Errorf("beside the folder there is %v, %v", names, err)
				}
			})
		}
	}
}
