// Package differential asks a second runtime: random types and values go
// through the same guest here and in wasmtime, and each must see and return the
// same.
//
// The types are drawn from a seed and packed into worlds; for each world a
// Python and a QuickJS guest, for smaller ones a StarlingMonkey guest, hand
// every value on to the host, and its answer back. A value crosses four times in
// each runtime: lowered into the guest, lifted out of it by the host's function,
// lowered again as that function's result, and lifted as the export's. What the
// guest makes of the value in between it tells the host as text, so that two
// errors which cancel each other show too.
//
// Tag guests runs one small world, tag conformance all of them; flag -seed
// draws others, which builds their guests anew.
package differential
