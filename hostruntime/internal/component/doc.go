// Package component decodes the component model's binary format and validates
// what it decodes.
//
// Decode is the only entry. Its result is a tree of definitions in which every
// index is checked, every type resolved, and every resource type has one
// abi.Resource for each place where it is a different type: validation never
// has to be repeated by those who link and run the component.
//
// Three ideas carry the package:
//
//   - A scope (scope.go) holds the index spaces of the component or type being
//     read, and a reader (reader.go) the first error.
//   - Types are graphs that share their parts. Resource types are compared by
//     identity, so matching an argument against an import finds out what the
//     import's abstract resource types stand for (match.go), and a
//     substitution puts that into the instance's type (substitution.go).
//   - Input is hostile. Counts, nesting and sizes have limits (limits.go), and
//     whatever walks a type pays for it out of an allowance that depends on
//     the input's size.
//
// Core modules are read for their imports and exports only (coremodule.go);
// who compiles them validates the rest.
package component
