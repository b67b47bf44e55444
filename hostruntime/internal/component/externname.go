package component

import "strings"

// A nameKind says what an import or export name is.
type nameKind uint8

const (
	plainName nameKind = iota
	constructorName
	methodName
	staticName
	interfaceName
)

// An externName is the parsed name of an import or export.
type externName struct {
	kind nameKind
	// resource and field are the parts of a constructor's, method's or static
	// function's name; a constructor has no field.
	resource, field string
	// version is what follows "@" in an interface name, and nested says that
	// it has more than one namespace or projection.
	version string
	nested  bool
}

// parseExternName parses the name of an import or export; problem says what is
// wrong with it, "" if nothing is.
//
// Spec: Explainer, "Import and Export Definitions", externname.
func (d *decoder) parseExternName(s string) (n externName, problem string) {
	n, problem = parseExternName(s)
	if problem == "" && n.nested && !d.features.NestedNames {
		problem = "nested namespaces and packages are not part of the component model at this time"
	}
	return n, problem
}

func parseExternName(s string) (n externName, problem string) {
	switch {
	case s == "":
		return n, "a name cannot be empty"
	case strings.HasPrefix(s, "["):
		return parseAnnotated(s)
	case strings.Contains(s, ":"):
		return parseInterfaceName(s)
	case !validLabel(s):
		return n, "it is not in kebab case"
	}
	return n, ""
}

func parseAnnotated(s string) (n externName, problem string) {
	annotation, rest, ok := strings.Cut(s, "]")
	if !ok {
		return n, "the annotation has no closing bracket"
	}
	switch annotation {
	case "[constructor":
		n.kind, n.resource = constructorName, rest
		if !validLabel(rest) {
			return n, quote(rest) + " is not in kebab case"
		}
		return n, ""
	case "[method":
		n.kind = methodName
	case "[static":
		n.kind = staticName
	default:
		return n, "unknown annotation " + quote(annotation+"]")
	}
	n.resource, n.field, ok = strings.Cut(rest, ".")
	if !ok {
		return n, "a dot is expected between resource and function"
	}
	for _, label := range []string{n.resource, n.field} {
		if !validLabel(label) {
			return n, quote(label) + " is not in kebab case"
		}
	}
	return n, ""
}

// parseInterfaceName parses `namespace:package/interface@version`, where
// namespaces and interfaces can be several.
func parseInterfaceName(s string) (n externName, problem string) {
	n.kind = interfaceName
	path, version, versioned := strings.Cut(s, "@")
	slash := strings.Index(path, "/")
	if slash < 0 {
		return n, "a slash and the name of an interface are expected after the package name"
	}
	for _, words := range strings.Split(path[:slash], ":") {
		if !validWords(words, false) {
			return n, quote(words) + " is not in kebab case with lower-case letters"
		}
	}
	for _, label := range strings.Split(path[slash+1:], "/") {
		if !validLabel(label) {
			return n, quote(label) + " is not in kebab case"
		}
	}
	n.nested = strings.Count(path[:slash], ":") > 1 || strings.Count(path, "/") > 1
	if !strings.Contains(path[:slash], ":") {
		return n, "a namespace and a colon are expected before the package name"
	}
	if versioned {
		n.version = version
		if !validSemver(version) && !canonicalVersion(version) {
			return n, quote(version) + " is not a valid semantic version"
		}
	}
	return n, ""
}

// canonicalVersion reports whether v is the part of a version that says which
// others it is compatible with: "2", "0.3" or "0.0.4".
//
// Spec: Explainer, "Canonical Interface Name", canonversion.
func canonicalVersion(v string) bool {
	if v == "0.0.0" {
		return true
	}
	v = strings.TrimPrefix(v, "0.")
	v = strings.TrimPrefix(v, "0.")
	return v != "0" && numeric(v)
}

// numeric reports whether s is a number without leading zeros.
func numeric(s string) bool {
	if s == "" || s[0] == '0' && s != "0" {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// validSemver reports whether v is a version as Semantic Versioning 2.0 has
// it: three numbers, then optional pre-release and build identifiers.
func validSemver(v string) bool {
	v, build, hasBuild := strings.Cut(v, "+")
	core, pre, hasPre := strings.Cut(v, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) != 3 {
		return false
	}
	for _, n := range numbers {
		// Others keep version numbers in 64 bits.
		if !numeric(n) || len(n) > 20 || len(n) == 20 && n > "18446744073709551615" {
			return false
		}
	}
	return (!hasPre || validIdentifiers(pre, false)) && (!hasBuild || validIdentifiers(build, true))
}

// validIdentifiers checks dot-separated identifiers; in a pre-release the
// numeric ones have no leading zeros.
func validIdentifiers(s string, zeros bool) bool {
	for _, id := range strings.Split(s, ".") {
		if id == "" {
			return false
		}
		digits := true
		for _, c := range []byte(id) {
			switch {
			case c >= '0' && c <= '9':
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-':
				digits = false
			default:
				return false
			}
		}
		if digits && !zeros && len(id) > 1 && id[0] == '0' {
			return false
		}
	}
	return true
}

// uniqueKey returns what must differ between the names of one scope.
//
// Spec: Explainer, "Name Uniqueness".
func (n externName) uniqueKey(s string) string {
	s = canonicalName(s)
	switch n.kind {
	case methodName, staticName:
		resource, field := canonicalName(n.resource), canonicalName(n.field)
		if resource == field {
			return resource
		}
		return resource + "." + field
	}
	return s
}
