package hostile

import (
	"slices"
	"strings"
	"testing"
)

// named are the attacks that a sandbox for untrusted code is asked about, each
// with where it is made: "family/name" in TestAttacks, "python/name" and
// "quickjs/name" in TestGuests, "web/name" in TestWeb, "tasks/python/name" in
// TestTasks, "tasks/web/name" in TestWebByTasks, "timing/engine/name" in TestTiming
// (bytes) and TestTimingByGuests, or another test of this package.
var named = []struct {
	title string
	tests []string
}{
	{"busy loops", []string{"time/spins empty-loop", "time/spins br-table", "time/spins nested-loops on fuel", "python/busy_loop", "python/busy_generator", "quickjs/busyLoop", "quickjs/emptyGenerator"}},
	{"loops inside of builtins", []string{"python/loop_inside_a_builtin", "python/iterator_inside_a_builtin", "python/search_inside_a_builtin", "quickjs/longArray", "quickjs/concatSpreadable"}},
	{"recursion without a loop", []string{"time/spins exponential-calls", "time/spins exponential-indirect-calls on fuel", "python/exponential_calls", "quickjs/exponentialCalls"}},
	{"sorting, powers, giant numbers", []string{"python/sorting_something_large", "python/power", "python/factorial", "quickjs/sortingSomethingLarge", "quickjs/power"}},
	{"giant memory.fill, bulk operations", []string{"time/spins memory-fill", "time/spins memory-copy on fuel", "time/spins table-fill", "TestLongCodeIsStopped"}},
	{"calls of the host without end", []string{"host/calls without end", "python/asking", "python/telling", "quickjs/asking"}},
	{"a host that doesn't answer", []string{"waiting/for-ever of a host that heeds the deadline", "waiting/in-destructors of a host that ignores the deadline", "waiting/in-realloc of a host that would wait", "waiting/closing-all of a host that goes on after the deadline", "TestNothingIsCalledAfterTheDeadline", "TestAHostFunctionThatDoesNotReturn"}},
	{"start functions, realloc, post-return, destructors that spin", []string{"start/spins", "realloc/spins", "time/after-return spins", "handles/destructor spins"}},
	{"memory by list", []string{"python/list_growth", "python/repeated_list", "quickjs/arrayGrowth"}},
	{"memory by string", []string{"python/string_doubling", "quickjs/stringDoubling", "quickjs/flattenedString"}},
	{"memory by bytes", []string{"python/many_bytes", "python/arrays", "quickjs/typedArray", "quickjs/growingBuffer"}},
	{"table.grow", []string{"memory/table growth loop", "memory/a table of 4 billion at once", "time/spins table-grow"}},
	{"a giant table minimum", []string{"memory/giant table", "memory/100 tables of 10 million"}},
	{"a thousand tables", []string{"memory/1,000 tables", "memory/100 tables in each of 500 core instances"}},
	{"deep recursion, hand-made", []string{"stack/direct", "stack/indirect", "stack/mutual", "stack/wide", "stack/tall", "stack/call-recursion"}},
	{"deep recursion of the languages", []string{"python/recursion", "python/recursion_without_a_limit", "quickjs/recursion"}},
	{"a loop body of 100,000 instructions", []string{"TestLongCodeIsStopped"}},
	{"a function of many megabytes", []string{"size/a function of 8 MB"}},
	{"regular expression bombs", []string{"python/regular_expression", "python/regular_expression_of_many", "quickjs/regularExpression", "quickjs/backReferences"}},
	{"zip and tar bombs", []string{"python/zip_bomb", "python/zip_into_the_folder", "python/zip_that_climbs", "python/tar_that_climbs", "python/tar_by_a_link", "python/tar_of_many"}},
	{"JSON and XML bombs", []string{"python/nested_json", "python/wide_json", "python/billion_laughs", "python/quadratic_entities", "quickjs/nestedJSON", "quickjs/jsonOfEverything"}},
	{"output flood", []string{"python/printing", "python/printing_errors", "wasi/endless input as output for ever", "python/text_beyond_what_may_be_written"}},
	{"ten million handles", []string{"handles/ten million files", "handles/ten million of one's own", "python/hoarded_handles", "quickjs/hoardedHandles"}},
	{"forged and smuggled handles", []string{"handles/never given", "handles/handle of another instance", "python/handle_guessed", "python/handle_closed_twice", "quickjs/handleCopied"}},
	{"sleeping", []string{"python/sleeping", "wasi/waiting 584 years", "quickjs/waitingForTheClock"}},
	{"`..` escapes", []string{"python/climbing", "python/renaming_out", "python/zip_that_climbs"}},
	{"link escapes", []string{"python/climbing_by_a_link", "python/absolute_link", "python/chain_of_links", "python/circle_of_links", "python/hard_link_from_outside"}},
	{"sparse files", []string{"python/sparse_file", "python/sparse_file_by_seeking"}},
	{"huge and many files", []string{"python/huge_file", "python/many_files", "python/nested_folders", "python/hoarded_files", "python/database_beyond_the_quota"}},
	{"a request loop", []string{"web/requests_without_end", "web/library_requests_without_end", "web/requests_at_once", "web/redirects_in_circles", "web/requestsWithoutEnd", "web/requestsAtOnce"}},
	{"an endless download", []string{"web/download_without_end", "web/library_download_without_end", "web/head_without_end", "web/downloadWithoutEnd", "web/downloadAtOnce"}},
	{"an endless upload", []string{"web/upload_without_end", "web/upload_that_nobody_takes", "web/uploadWithoutEnd"}},
	{"slow drip", []string{"web/slow_drip", "web/slow_head", "web/library_slow_drip", "web/library_slow_head", "web/slowDrip", "web/slowHead"}},
	{"redirect to loopback", []string{"web/redirect_to_loopback", "web/library_redirect_to_loopback", "web/library_redirect_to_a_file", "web/redirectToLoopback", "web/otherSchemes"}},
	{"DNS that changes", []string{"web/name_that_changes", "web/name_that_changes_under_sockets", "web/address_that_no_name_had", "web/forms_of_this_machine"}},
	{"decompression bomb", []string{"web/decompression_bomb", "web/library_decompression_bomb", "web/decompressionBomb", "python/decompression"}},
	{"header injection", []string{"web/header_injection", "web/library_header_injection", "web/headerInjection"}},
	{"guessing policy", []string{"tasks/python/guessing_what_is_left", "tasks/python/asking_what_is_left", "tasks/quickjs/askingWhatIsLeft", "tasks/python/folder_that_the_caller_lacks", "web/forms_of_this_machine"}},
	{"forged sub-task policies: more than the caller's, everything", []string{"tasks/python/above_the_callers_fuel", "tasks/python/all_of_everything", "tasks/python/all_of_the_memory", "tasks/quickjs/allOfEverything"}},
	{"forged sub-task policies: zero, one, wrap-around", []string{"tasks/python/nothing_at_all", "tasks/python/next_to_nothing", "tasks/python/time_that_is_negative", "tasks/quickjs/negative", "tasks/quickjs/nothingAtAll"}},
	{"forged sub-task policies: without end, within another", []string{"tasks/python/narrowing_without_end", "tasks/quickjs/narrowingWithoutEnd", "tasks/quickjs/startsInAGetter"}},
	{"a task that grants itself", []string{"tasks/within tasks", "tasks/python/grants_itself", "tasks/quickjs/grantsItself"}},
	{"task bombs", []string{"tasks/without end", "tasks/within tasks, of which there are few", "tasks/python/many_tasks", "tasks/python/tasks_that_start_more", "tasks/python/failing_tasks", "tasks/quickjs/manyTasks", "tasks/quickjs/tasksThatStartMore"}},
	{"tasks side by side, tasks that outlive what started them", []string{"tasks/python/tasks_of_the_hosts", "tasks/quickjs/tasksOfTheHosts"}},
	{"output, lines, files, handles in the caller's name", []string{"tasks/python/output_by_tasks", "tasks/python/lines_by_tasks", "tasks/python/files_by_tasks", "tasks/python/handles_by_tasks", "tasks/python/answers_hoarded"}},
	{"requests in the caller's name", []string{"tasks/web/answer_that_lies", "tasks/web/requests_without_end", "tasks/web/requests_at_once", "tasks/web/download_without_end", "tasks/web/redirect_to_loopback"}},
	{"clock timing in deterministic mode", []string{"timing/python/clocks", "timing/python/sleeping", "timing/python/rounds_until_the_clock_moves", "timing/quickjs/clocks", "timing/starlingmonkey/timers", "timing/bytes/loop", "timing/bytes/race", "timing/bytes/cache"}},
	{"hash timing in deterministic mode", []string{"timing/python/colliding_keys", "timing/python/colliding_texts", "timing/quickjs/collidingKeys", "timing/starlingmonkey/collidingKeys"}},
	{"the host's secrets by its timing, in deterministic mode", []string{"timing/python/secret_by_its_timing", "timing/quickjs/secretByItsTiming", "timing/starlingmonkey/secretByItsTiming", "timing/python/host_calls", "timing/bytes/host"}},
	{"telling instances and machines apart, in deterministic mode", []string{"timing/python/chance", "timing/python/addresses", "timing/python/machine", "timing/python/collecting", "timing/python/memory_that_there_is", "timing/starlingmonkey/chance", "timing/bytes/seed", "timing/bytes/growth"}},
	{"lies about how it ended", []string{"python/limit_made_up", "python/memory_error_made_up", "python/traceback_made_up", "tasks/python/lies_about_its_end", "tasks/python/failure_that_rants", "quickjs/memoryErrorMadeUp", "quickjs/errorWithEscapes"}},
}

// TestNamedAttacksAreMade holds that list to the tables.
func TestNamedAttacksAreMade(t *testing.T) {
	made := map[string]bool{"TestLongCodeIsStopped": true, "TestNothingIsCalledAfterTheDeadline": true, "TestAHostFunctionThatDoesNotReturn": true}
	for family, attacks := range componentAttacks {
		for _, a := range attacks {
			made[family+"/"+a.name] = true
		}
	}
	for engine, attacks := range guestAttacks {
		for name := range attacks {
			made[engine+"/"+name] = true
		}
	}
	for _, a := range slices.Concat(webAttacks, fetchAttacks) {
		made["web/"+a.name] = true
	}
	for engine, attacks := range taskAttacks {
		for name := range attacks {
			made["tasks/"+engine+"/"+name] = true
		}
	}
	for _, a := range webAttacksByTasks {
		made["tasks/web/"+a.name] = true
	}
	for engine, attacks := range timingAttacks {
		for name := range attacks {
			made["timing/"+engine+"/"+name] = true
		}
	}
	for _, n := range named {
		for _, test := range n.tests {
			if !made[test] {
				t.Errorf("%s: there is no attack %s", n.title, test)
			}
		}
	}
	if len(made) < 60 {
		t.Errorf("%d attacks, want at least 60", len(made))
	}
	guests := map[string]int{}
	for name := range made {
		engine, _, _ := strings.Cut(name, "/")
		guests[engine]++
	}
	t.Logf("%d attacks: %v", len(made), guests)
}
