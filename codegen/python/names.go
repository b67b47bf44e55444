package python

import (
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// keywords are the names that componentize-py gives a trailing underscore.
// Soft keywords such as match and type are ordinary names.
var keywords = map[string]bool{
	"False": true, "None": true, "True": true, "and": true, "as": true,
	"assert": true, "async": true, "await": true, "break": true,
	"class": true, "continue": true, "def": true, "del": true, "elif": true,
	"else": true, "except": true, "finally": true, "for": true, "from": true,
	"global": true, "if": true, "import": true, "in": true, "is": true,
	"lambda": true, "nonlocal": true, "not": true, "or": true, "pass": true,
	"raise": true, "return": true, "try": true, "while": true, "with": true,
	"yield": true,
}

func escape(name string) string {
	if keywords[name] {
		return name + "_"
	}
	return name
}

func snake(label string) string { return escape(guest.Snake(label)) }
func camel(label string) string { return escape(guest.UpperCamel(label)) }

// caseClass returns the class of a variant's case: Shape_Circle.
func caseClass(variant *wit.TypeDef, c wit.Case) string {
	return camel(variant.Name) + "_" + camel(c.Name)
}

// labelInterfaces gives each interface its label: the plain name where no
// other package or version has an interface of that name, else the package's
// namespace and name before it and, between versions, the version after it.
func labelInterfaces(list []*wit.Interface) map[*wit.Interface]string {
	// An inline interface has no package: "".
	packageOf := func(i *wit.Interface) string {
		if i.Inline {
			return ""
		}
		return i.Package.Namespace + "-" + i.Package.Name
	}
	packages := map[string]map[string]bool{} // by interface name
	versions := map[string]int{}             // by package and name
	for _, i := range list {
		p := packageOf(i)
		if packages[i.Name] == nil {
			packages[i.Name] = map[string]bool{}
		}
		packages[i.Name][p] = true
		versions[p+"/"+i.Name]++
	}
	labels := map[*wit.Interface]string{}
	for _, i := range list {
		p := packageOf(i)
		switch {
		case p == "":
			labels[i] = i.Name
		case versions[p+"/"+i.Name] > 1:
			labels[i] = p + "-" + i.Name + "-" + strings.ReplaceAll(i.Package.Version, ".", "-")
		case len(packages[i.Name]) > 1:
			labels[i] = p + "-" + i.Name
		default:
			labels[i] = i.Name
		}
	}
	return labels
}
