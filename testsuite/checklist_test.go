package testsuite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An item of the checklist is something that component runtimes get wrong. Its
// tests are written `path Test`, or for a script `path: words of a comment`;
// the specification's and the validator's own suites run besides.
type item struct {
	title string
	tests []string
}

const (
	canon  = "hostruntime/internal/canon/"
	handle = "hostruntime/internal/handle/"
	script = "testsuite/spec/runtime/"
)

// canonicalABI is the checklist's part about the Canonical ABI, in its order.
var canonicalABI = []item{
	{"01 string encodings and the tag bit", []string{canon + "strings_test.go TestStoreString", canon + "strings_test.go TestRelayedStringReallocs"}},
	{"02 strings that aren't valid", []string{canon + "strings_test.go TestLoadStringTraps", canon + "strings_test.go TestStoreStringRefusesInvalidUTF8"}},
	{"03 realloc calls of strings: size and alignment", []string{canon + "strings_test.go TestStoreString", canon + "strings_test.go TestStoreStringChecksEveryRealloc"}},
	{"04 lengths are checked before multiplying", []string{canon + "checklist_test.go TestChecklist04LengthsAreCheckedBeforeMultiplying"}},
	{"05 realloc moves memory", []string{canon + "checklist_test.go TestChecklist05ReallocMovesMemory", script + "misbehaviour.wast: post-return and realloc that trap"}},
	{"06 realloc for nothing, and what it returns", []string{canon + "checklist_test.go TestChecklist06ReallocForNothing"}},
	{"07 lists: overflow, alignment, padding", []string{canon + "checklist_test.go TestChecklist07Lists"}},
	{"08 no leaving during realloc and post-return", []string{canon + "checklist_test.go TestChecklist08ErrorOfTheReallocCall", script + "misbehaviour.wast: or call out where they must not"}},
	{"09 NaN", []string{canon + "checklist_test.go TestChecklist09NaN"}},
	{"10 char, bool and small integers", []string{canon + "checklist_test.go TestChecklist10NarrowTypes"}},
	{"11 upper halves of core values", []string{canon + "checklist_test.go TestChecklist11UpperHalvesAreJunk"}},
	{"12 discriminants and payload offsets", []string{canon + "checklistcases_test.go TestChecklist12Discriminants"}},
	{"13 flags, and cases out of range", []string{canon + "checklistcases_test.go TestChecklist13FlagsAndCaseRange"}},
	{"14 joined variants", []string{canon + "checklistcases_test.go TestChecklist14JoinedVariants"}},
	{"15 parameters and results in memory", []string{canon + "checklistcases_test.go TestChecklist15Spilling", script + "async-functions.wast: more than four parameters travel in memory"}},
	{"16 specialised types", []string{canon + "checklistcases_test.go TestChecklist16Specialised"}},
	{"17 maps, and the size of types", []string{canon + "checklistcases_test.go TestChecklist17Maps", "hostruntime/internal/component/type_test.go TestTypeSizeLimit"}},
	{"18 one index space for each instance, last in first out", []string{handle + "table_test.go TestIndicesAreReusedLastInFirstOut", handle + "table_test.go TestUnknownIndices"}},
	{"19 own: removed when lifted, not while lent, of one instance's type", []string{
		handle + "resource_test.go TestLiftOwnRemovesTheHandle", handle + "resource_test.go TestLentHandleCannotLeave",
		handle + "resource_test.go TestWrongType", "hostruntime/internal/component/instance_test.go TestEachInstanceHasItsOwnResources",
		script + "resources.wast: what was given away is gone"}},
	{"20 borrow: the rep at home, dropped before the return, lent for the call", []string{
		handle + "resource_test.go TestBorrowIntoTheDefiningInstance", handle + "resource_test.go TestBorrowEndsWithItsTask",
		script + "resources.wast: a borrow that isn't dropped", script + "composed.wast: lends on what it was lent"}},
	{"21 destructors: of others, of the host, that fail, at close", []string{
		script + "reentrance.wast: a destructor enters the instance", script + "misbehaviour.wast: a destructor that traps",
		script + "misbehaviour.wast: a destructor calls what its component imports", "testsuite/spec/hostresource_test.go TestHostDropFails",
		"testsuite/spec/hostresource_test.go TestGuestOwnsHostResources", handle + "table_test.go TestDrainVisitsWhatIsLeft"}},
	{"22 arguments that are lowered in part", []string{script + "resources.wast: one handle as borrow and as own of the same call", canon + "check_test.go TestArgumentErrors"}},
	{"23 re-entrance", []string{script + "reentrance.wast: An instance that is running is not entered again", "hostruntime/imports_test.go TestHostFunctionCannotReenter"}},
	{"24 post-return: once, after the result, with the core result", []string{script + "memories.wast: post-return runs once for each call"}},
	{"25 a trap or panic ends the instance and keeps its cause", []string{
		script + "misbehaviour.wast: post-return, realloc, and calls in the wrong moment", "hostruntime/imports_test.go TestHostPanicEndsTheInstance", "testsuite/spec/hostresource_test.go TestHostDropPanics"}},
	{"26 start functions run under the limits", []string{
		"hostruntime/values_test.go TestStartFunctionStops", "testsuite/hostile/attack_test.go TestAttacks", script + "misbehaviour.wast: a core start function runs as part of instantiation"}},
	{"27 imports match: semver tracks, implements, subtypes, resource types", []string{
		"hostruntime/imports_test.go TestImportsMatchBySemverTrack", "hostruntime/imports_test.go TestImportThatImplements", "hostruntime/internal/component/name_test.go TestAttributes",
		"hostruntime/internal/component/instance_test.go TestInstantiation", "hostruntime/internal/component/instance_test.go TestComponentSubtyping"}},
	{"28 validation, and limits on depth and count", []string{
		"testsuite/spec/spec_test.go TestValidator", "hostruntime/internal/component/limits_test.go TestNestingLimits",
		"hostruntime/internal/component/limits_test.go TestCountLimits", "testsuite/hostile/unfold_test.go TestUnfolding"}},
}

// coreRuntime is its part about what runs the core modules, and about what
// guest toolchains emit. Two lines are about decisions and have no test: an
// instance is never reset in place (6), and none is made from a snapshot (7).
var coreRuntime = []item{
	{"01 modules find their imports by plan, not by name", []string{"hostruntime/internal/rewrite/rewrite_test.go TestImports", script + "memories.wast: the caller is a module without a memory"}},
	{"02 the memory is that of the canonical options", []string{script + "memories.wast: in the second of two memories"}},
	{"03 the caller's module is no guide", []string{script + "memories.wast: which calls by way of a table"}},
	{"04 nothing calls _start", []string{script + "memories.wast: a function called _start is a function"}},
	{"05 every memory has an allocator of its own", []string{"testsuite/hostile/memory_test.go TestMemoryOfManyCoreInstances", "testsuite/hostile/close_test.go TestNothingLeaks"}},
	{"08 mutable globals are made reachable", []string{"hostruntime/internal/rewrite/rewrite_test.go TestPrivateNames", "hostruntime/internal/rewrite/rewrite_test.go TestBake"}},
	{"09 order of instantiation; element segments out of range", []string{script + "elements.wast: Active element segments that leave their table trap"}},
	{"10 calls between nested components", []string{script + "composed.wast: Components composed of components"}},
	{"11 several versions of one interface in a component", []string{"hostruntime/imports_test.go TestImportsMatchBySemverTrack", "hostruntime/internal/wasi/types_test.go TestResourcesAreShared"}},
	{"12 function handles keep a stack", []string{"testsuite/hostile/stack_test.go TestNativeStacksAreNotKept"}},
	{"13 compiled code: shared, cached, in trusted folders only", []string{"hostruntime/internal/rewrite/rewrite_test.go TestGuestsShareBytes", "testsuite/hostile/cache_test.go TestDamagedCache"}},
	{"14 threads stay off", []string{"hostruntime/internal/rewrite/parse_test.go TestRefused"}},
	{"fixed upstream: importers close before what they import", []string{"testsuite/hostile/close_test.go TestNothingLeaks"}},
	{"fixed upstream: one runtime compiles and instantiates", []string{"testsuite/hostile/concurrent_test.go TestConcurrentUse"}},
	{"fixed upstream: exceptions stay off", []string{"hostruntime/internal/rewrite/parse_test.go TestRefused"}},
}

// TestChecklist fails where a line of the checklist has no test any more.
func TestChecklist(t *testing.T) {
	for _, list := range [][]item{canonicalABI, coreRuntime} {
		for _, line := range list {
			t.Run(line.title, func(t *testing.T) {
				for _, test := range line.tests {
					if !exists(t, test) {
						t.Errorf("there is no test %q", test)
					}
				}
			})
		}
	}
}

// exists reports whether a test is where the checklist says.
func exists(t *testing.T, test string) bool {
	t.Helper()
	path, words, isScript := strings.Cut(test, ": ")
	if !isScript {
		path, words, _ = strings.Cut(test, " ")
	}
	content, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(path)))
	if err != nil {
		t.Error(err)
		return true
	}
	for line := range strings.Lines(string(content)) {
		if comment, ok := strings.CutPrefix(strings.TrimSpace(line), ";; "); isScript && ok && strings.Contains(comment, words) {
			return true
		}
		if !isScript && strings.HasPrefix(line, "func "+words+"(") {
			return true
		}
	}
	return false
}
