package hostruntime

import "github.com/capsule-kit/capsule/hostruntime/internal/component"

// Features are gated parts of the component model that this runtime can
// validate and not run.
//
// Spec: Explainer, "Gated Features".
type Features struct {
	// Memory64 are 64-bit memories and tables in canonical definitions.
	Memory64 bool
	// NestedNames are nested namespaces and packages in interface names.
	NestedNames bool
	// MoreAsync is the option async of built-ins that cancel. The function
	// Validate, and Load, accept it: such a built-in traps when it is called.
	MoreAsync bool
}

// Validate is the function Validate with exactly these gated features.
//
// Errors: *FormatError.
func (f Features) Validate(bytes []byte) error {
	_, err := validate(bytes, component.Features(f))
	return err
}
