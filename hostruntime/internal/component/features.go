package component

// Features are parts of the specification that are gated and that this runtime
// can't run; a decoder accepts them only where they are asked for. Everything
// else that is gated is always accepted, and run where it can be.
//
// Spec: Explainer, "Gated Features".
type Features struct {
	// Memory64 are 64-bit memories and tables in canonical definitions.
	Memory64 bool
	// NestedNames are nested namespaces and packages in interface names.
	NestedNames bool
	// MoreAsync is the option async of built-ins that cancel.
	MoreAsync bool
}

// DefaultFeatures are those of Decode: what fails when it is called only.
var DefaultFeatures = Features{MoreAsync: true}

// needs64 refuses what 64-bit memories bring where they aren't asked for.
func (d *decoder) needs64(r *reader, is bool, what string) {
	if is && !d.features.Memory64 {
		r.unsupported(what)
	}
}
