// Package rewrite turns the core modules of a component into what wazero
// compiles, and takes out of them what belongs to one guest rather than to
// the engine that runs it.
//
// Parse reads an untrusted module and refuses by name every feature that is
// off. What is on: core WebAssembly 2.0 and extended constant expressions.
// Rewrite then writes it anew:
//
//   - imports are pointed at names that the linker chooses;
//   - active data segments, the initial values of mutable globals, the
//     memory's limits, the start function and custom sections leave, so that
//     two guests of one engine give the same bytes and share compiled code;
//   - every loop and every function gets a check against a counter, long
//     stretches of code count it down, and bulk operations pay by their size;
//   - ref.func, for which wazero allocates each time, becomes a read from a
//     table of the functions that code refers to.
//
// # Metering
//
// wazero has no fuel, and Go cannot preempt the code that it compiles. So
// each module with code gets a counter, a mutable i32 global exported as
// Output.Counter, that holds how many units the module may still use. It
// starts at 0. Each entry to a function that the module defines, and each
// start of a loop's body, the first and every later one, is a check:
//
//   - if the counter is at least CheckCost, take CheckCost and go on;
//   - else call the tick, which marks the counter as Left knows it, asks
//     memory.grow for TickPages pages, and check again.
//
// Each MaxStretch instructions that are run without meeting either, and each
// return of a function that comes more than MaxTail instructions after a call,
// take a unit without a check, and the counter can fall below 0: the module
// owes. Before control leaves the function for anywhere but another of the
// module's own (by a return, a call, a bulk operation, memory.grow), and when
// more would be owed than a few, the counter is looked at, and ticks if it is
// below 0. So only the module that runs ever owes, and the host meets that in
// a tick alone.
//
// The tick reaches the host through Reallocate of the memory's allocator.
// There the counter, read by Left, is what is left, and exact: used units are
// what was granted minus what is left, whatever the size of the slices. The
// hook panics, which ends the call, if less is there in all than is owed, or
// nothing is there and nothing is owed. Else it sets the counter to what it
// can, and to 0 at least. It must refuse the growth. A guest can ask for the
// same growth itself, so the hook decides by the counters alone. Code has no
// way to name the counter: Parse refuses indices that the module doesn't
// define.
//
// The allocator is only asked while the memory holds at most TickPages pages,
// and if the wazero runtime's own memory limit is the full 65536 pages.
//
// A failed check is laid out behind the code it guards. A function whose
// check failed calls itself again with the same parameters, and enters Go once
// more when that call returns; a function of too many parameters does so at
// each return after a call. The counter says which of these it is, by the Ask
// that Left returns. So each live frame can cost a second native frame; how
// deep recursion gets before wazero reports a stack overflow therefore depends
// a little on the slices.
//
// A bulk operation (memory.fill, memory.copy, memory.init and their table
// siblings) takes a unit for each 128 bytes, or 16 elements, before it runs;
// if the counter holds less, it is emptied and filled by ticks until all is
// paid. Those on memory are done in pieces of 1 MiB, each paid for by itself,
// in functions that are added for them; tables are no larger than a piece.
//
// So a unit stands for at most MaxStretch instructions; what frames do while
// they return, MaxTail instructions at most, can have been paid for long before.
// What escapes the counter is what the host does on a call, and what it does
// for memory.grow and table.grow: those are charged there.
//
// # Limits
//
// Parse bounds what wazero would need for a few bytes of input: the number of
// locals, of parameters and results, of blocks in a function, the size of a
// function, the elements of tables. Tables can't grow beyond MaxTableElems
// per module. What it doesn't bound is the number of functions: compile with
// two workers or more (experimental.WithCompilationWorkers), since only then
// does wazero look at its context between functions.
//
// wazero reloads every mutable global after every call; baking the imported
// ones that nothing writes (Options.Bake) more than halves its time for
// CPython.
package rewrite
