package wit

import "github.com/capsule-kit/capsule/wit/abi"

// The types below are WIT text as it is written, names unresolved.

// A name is an identifier, without its escape, and where it stands.
type name struct {
	text string
	pos  Position
}

// A packageName is `ns:pkg@1.2.3`.
type packageName struct {
	namespace, pkg name
	version        string
}

func (p *packageName) id() string {
	id := p.namespace.text + ":" + p.pkg.text
	if p.version != "" {
		id += "@" + p.version
	}
	return id
}

// A packageText is what one file, or one block within it, says of a package.
type packageText struct {
	header     *packageName // nil in a file without one
	docs       string
	docsPos    Position // the zero value where there are none
	uses       []*topUse
	interfaces []*interfaceText
	worlds     []*worldText
	nested     []*packageText
}

// A topUse is `use path as alias;` outside of interfaces and worlds.
type topUse struct {
	path  entityPath
	alias name // the last part of path where the text has none
}

// An entityPath names an interface or world; pkg is nil for one of the same package.
type entityPath struct {
	pkg *packageName
	name
}

// start returns where the path starts.
func (p *entityPath) start() Position {
	if p.pkg != nil {
		return p.pkg.namespace.pos
	}
	return p.name.pos
}

// gates are the attributes of an item.
type gates struct {
	Stability
	externalID    string
	hasExternalID bool
	first         Position // of the first one; the zero value where there are none
	external      Position
}

type interfaceText struct {
	name
	docs  string
	gates gates
	items []member
}

type worldText struct {
	name
	docs  string
	gates gates
	items []member
}

// A member is one item of an interface or world; one field is set.
type member struct {
	use     *useText
	typ     *typeText
	fn      *funcText // of an interface
	extern  *externText
	include *includeText
}

// A useText is `use path.{a, b as c};`.
type useText struct {
	gates gates
	path  entityPath
	names []rename
}

// An includeText is `include path with { a as b }`.
type includeText struct {
	gates gates
	path  entityPath
	names []rename
}

// A rename is `from as to`; to is from where the text has none.
type rename struct{ from, to name }

// An externText is an import or export of a world.
type externText struct {
	export bool
	docs   string
	gates  gates
	// label is the plain name, empty for `import path;`. One of the following
	// is set.
	label  name
	fn     *funcText
	inline *interfaceText
	path   *entityPath
}

// at returns where the item is named.
func (e *externText) at() Position {
	if e.label.text != "" {
		return e.label.pos
	}
	return e.path.pos
}

// A typeText is a declaration of a type.
type typeText struct {
	name
	docs  string
	gates gates
	// kind is Record, Variant, Enum or Flags; Invalid for an alias and a
	// resource.
	kind     abi.Kind
	parts    []partText
	alias    *typeExpr
	resource bool
	methods  []*funcText
}

// A partText is a field, case or flag; typ is nil where it has no type.
type partText struct {
	name
	docs string
	typ  *typeExpr
}

type funcText struct {
	name
	docs     string
	gates    gates
	kind     FuncKind // Freestanding for functions outside of resources
	async    bool
	accessor AccessorKind
	keyword  Position // of func, get, set or constructor
	params   []partText
	result   *typeExpr // nil where there is none
}

// A typeExpr is a type where one is used.
type typeExpr struct {
	pos  Position
	kind abi.Kind // Invalid for a name
	name string   // of a named type, and what own and borrow hold
	// args are the types in angle brackets: of a result ok and error, either
	// may be nil; of a map key and value.
	args   []*typeExpr
	length uint32
}
