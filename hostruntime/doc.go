// Package hostruntime runs WebAssembly components, sandboxed, on wazero.
//
// A Runtime loads components; a Component is decoded, validated and compiled
// code without state; an Instance is one running sandbox. An instance has
// exactly what its Policy gives it: by default no files, no network, no
// environment, no arguments, and limits on memory, wall time and output.
//
//	rt, err := hostruntime.New(ctx, hostruntime.Config{})
//	comp, err := rt.LoadFile(ctx, "review.wasm")
//	task, err := review.Instantiate(ctx, comp, hostruntime.Policy{}, review.Imports{…})
//	summary, err := task.Summarize(ctx, quakes)
//
// The package review above is generated from WIT by capsule-gen. Tools that
// learn a component's types only at run time use Instance.Call instead.
//
// Around a call there are WithReport, for how it ended and what it used,
// WithLimits, to narrow it, and Retry; for whole runs Policy.Record and Replay;
// for servers NewHandler; for watching all of it Config.Observers.
//
// Errors are told apart by type: *FormatError (not a valid component),
// *UnsupportedError (a valid one that can't run here), *LinkError (it wants
// what isn't supplied), *ArgumentError (the caller's value doesn't fit),
// *ResultError (the function's own result::err), *Trap (the guest misbehaved or
// gave up), *LimitError (a limit of the policy ended it), *ExitError (the guest
// exited), *DeadError (an earlier call ended the instance), *ReplayError (what
// was recorded isn't what happens); a cancelled or expired context is found
// with errors.Is.
//
// ARCHITECTURE.md is the map of the parts, SECURITY.md says what the sandbox
// promises and what it doesn't.
package hostruntime
