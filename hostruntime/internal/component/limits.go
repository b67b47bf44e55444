package component

// Limits of the decoder, beyond those of the specification. They are far above
// what toolchains emit, and keep the cost of a hostile input near its size.
const (
	// maxDefinitions bounds the definitions and declarators of one input,
	// nested components and types included: each can cost a kilobyte. An 18 MB
	// Python guest has 3 600.
	maxDefinitions = 100_000
	// maxNesting bounds how deep components and component or instance types
	// are written inside each other.
	maxNesting = 100
	// maxTypeDepth bounds how deep a type is, counted through references.
	maxTypeDepth = 100
	// maxTypeSize bounds the nodes of one type when references are expanded,
	// so that whoever walks a type as a tree is safe too.
	maxTypeSize = 1_000_000
	// maxNameLength bounds one name, in bytes.
	maxNameLength = 100_000
	// maxMembers bounds the fields, cases or labels of one type.
	maxMembers = 10_000
	// maxParams bounds the parameters of one function type, and the
	// parameters and the results of a core one.
	maxParams = 1_000
	// maxCoreItems bounds each of a core module's index spaces.
	maxCoreItems = 1_000_000
	// baseWork, workPerByte and maxWork bound the steps that comparing,
	// substituting and walking types may take for one input: sharing lets a
	// few bytes of type stand for very many. An 18 MB Python guest takes some
	// 12 000.
	baseWork    = 2_000_000
	workPerByte = 4
	maxWork     = 20_000_000
	// copyWork is the steps that copying a node counts for, because a copy
	// takes memory too.
	copyWork = 16
	// nameBytesPerStep are the bytes of a name whose comparison counts for a
	// step.
	nameBytesPerStep = 256
)
