package hostile

import "github.com/capsule-kit/capsule/hostruntime"

var (
	onFuel    = reaches(hostruntime.LimitFuel)
	onMemory  = reaches(hostruntime.LimitMemory)
	onOutput  = reaches(hostruntime.LimitOutput)
	onHandles = reaches(hostruntime.LimitHandles)
	onTime    = reaches(hostruntime.LimitWallTime)
	onFiles   = reaches(hostruntime.LimitFiles)
	onDepth   = reaches(hostruntime.LimitDepth)
	anExit    = ending{calling, "ExitError", "status 0"}
	anError   = ending{calling, "ExitError", "status 1"}
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
