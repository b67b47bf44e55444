package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// entryName is the module that the toolchain is given in the guest's place
// where there is something to check. It passes everything on.
const entryName = "capsule_entry"

// What the messages of an entry module begin with: about what isn't there, and
// about a module that is found in the guest's place.
const (
	missingMark = "capsule-missing: "
	hiddenMark  = "capsule-hidden: "
)

// An Export is a function that a world asks of its guest. The names are those
// of the WIT text.
type Export struct {
	// Interface is the name of the exported interface that the function is in,
	// and ID its full name, such as ns:pkg/name@1.0.0. Both are empty for a
	// function of the world itself.
	Interface, ID string
	Func          string
	// NoError says that the function fails with values of a type that an Error
	// of JavaScript can't be.
	NoError bool
}

// entry returns the file, in the folder of guests, to give to the toolchain.
//
// QuickJS's takes a guest in which exports are missing, and the calls fail
// later; componentize-py does the same where a class doesn't inherit from the
// protocol it implements. So a small module of ours, which imports the guest's
// and exports the same, looks for them inside the sandbox, after the guest's
// top level has run. componentize-js looks for itself, but not into interfaces.
func (in *inputs) entry(dirs folders, r Request, exports []Export) (string, error) {
	source := entrySource(r.Engine, in.guest, exports)
	if source == "" {
		return in.guest, nil
	}
	name := entryName + ".js"
	if r.Engine == toolchain.Python {
		name = entryName + ".py"
	}
	return name, writeNew(dirs.guests, name, source)
}

func entrySource(e toolchain.Engine, guest string, exports []Export) string {
	if len(exports) == 0 {
		return ""
	}
	if e == toolchain.Python {
		return pythonEntry(strings.TrimSuffix(guest, ".py"), exports)
	}
	return javascriptEntry(e, guest, exports)
}

// answersEvent reports whether an export may be left to StarlingMonkey, which
// answers requests by the event that addEventListener("fetch") waits for.
func answersEvent(e toolchain.Engine, export Export) bool {
	return e == toolchain.StarlingMonkey && strings.HasPrefix(export.ID, "wasi:http/incoming-handler@0.2.")
}

func pythonEntry(guest string, exports []Export) string {
	var out strings.Builder
	fmt.Fprintf(&out, "import %s as guest\n\n"+
		"if not str(getattr(guest, '__file__', '')).startswith('/0/'):\n"+
		"    raise TypeError(%q)\n\n"+
		"def check(owner, name, what):\n"+
		"    if not callable(getattr(owner, name, None)):\n"+
		"        raise TypeError(%q + what)\n\n", guest, hiddenMark, missingMark)
	for _, export := range exports {
		class := "WitWorld"
		if export.Interface != "" {
			class = pythonName(pascal(export.Interface))
		}
		method := pythonName(snake(export.Func))
		// A class that is missing altogether is for the toolchain to name: it
		// may know it by a longer name, where two interfaces share the short
		// one.
		fmt.Fprintf(&out, "if hasattr(guest, %q):\n    check(guest.%s, %q, %q)\n", class, class, method,
			fmt.Sprintf("class %s has no method %s", class, method))
	}
	out.WriteString("\nglobals().update({k: v for k, v in vars(guest).items() if not k.startswith('__')})\n")
	return out.String()
}

func javascriptEntry(e toolchain.Engine, guest string, exports []Export) string {
	var out strings.Builder
	module := strconv.Quote("./" + guest) // plain ASCII, see checkName
	fmt.Fprintf(&out, "import * as guest from %s;\nexport * from %s;\n"+
		"function check(value, what) {\n"+
		"  if (typeof value !== \"function\") throw new TypeError(%q + what);\n}\n", module, module, missingMark)
	for _, export := range exports {
		name := camel(export.Func)
		if export.Interface == "" {
			fmt.Fprintf(&out, "check(guest.%s, %q);\n", name, "it doesn't export a function "+name)
			continue
		}
		alias := camel(export.Interface)
		if answersEvent(e, export) {
			fmt.Fprintf(&out, "if (guest[%q] ?? guest.%s) ", export.ID, alias)
		}
		fmt.Fprintf(&out, "check((guest[%q] ?? guest.%s)?.%s, %q);\n", export.ID, alias, name,
			fmt.Sprintf("it doesn't export an object %s with a function %s", alias, name))
	}
	if e == toolchain.StarlingMonkey {
		tellErrors(&out, exports)
	}
	return out.String()
}

// tellErrors puts a function around each one that fails with a value. To
// StarlingMonkey's bindings whatever is thrown is that value: where it is an
// Error, which was thrown by mistake, they end with a message that has a line of
// theirs. So the guest's own lines are told before that.
func tellErrors(out *strings.Builder, exports []Export) {
	if !slices.ContainsFunc(exports, func(e Export) bool { return e.NoError }) {
		return
	}
	out.WriteString(`function tell(e) {
  if (e instanceof Error && !Object.hasOwn(e, "payload")) {
    const own = (e.stack ?? "").replace(/\n?[^\n]*@capsule_entry\.js:[^]*$/, "");
    console.error(` + "`${e}\\nStack:\\n${own.replace(/^/gm, \"  \")}\\n`" + `);
  }
  throw e;
}
function telling(call) {
  return (...args) => {
    try {
      const result = call(...args);
      return result instanceof Promise ? result.catch(tell) : result;
    } catch (e) {
      tell(e);
    }
  };
}
`)
	byInterface := map[string][]Export{}
	var order []Export
	for i, export := range exports {
		switch name := "told" + strconv.Itoa(i); {
		case !export.NoError:
		case export.Interface == "":
			fmt.Fprintf(out, "const %s = telling((...args) => (0, guest.%s)(...args));\nexport { %s as %s };\n",
				name, camel(export.Func), name, camel(export.Func))
		default:
			if byInterface[export.ID] == nil {
				order = append(order, export)
			}
			byInterface[export.ID] = append(byInterface[export.ID], export)
		}
	}
	for i, first := range order {
		// The guest exports it by either name, or leaves it to an event.
		name, alias := "object"+strconv.Itoa(i), camel(first.Interface)
		fmt.Fprintf(out, "const %s = guest[%q] ?? guest.%s;\nconst %sTold = %s && { ...%s", name, first.ID, alias, name, name, name)
		for _, export := range byInterface[first.ID] {
			f := camel(export.Func)
			fmt.Fprintf(out, ",\n  %s: telling((...args) => (0, %s.%s)(...args))", f, name, f)
		}
		fmt.Fprintf(out, " };\nexport { %sTold as %q };\n", name, first.ID)
	}
}

// words splits a kebab-case name.
func words(kebab string) []string { return strings.Split(kebab, "-") }

func snake(kebab string) string { return strings.ToLower(strings.Join(words(kebab), "_")) }

// pythonName returns a name as componentize-py gives it to Python.
func pythonName(name string) string {
	if slices.Contains(pythonKeywords, name) {
		return name + "_"
	}
	return name
}

func pascal(kebab string) string {
	var out strings.Builder
	for _, word := range words(kebab) {
		first, size := utf8.DecodeRuneInString(word)
		if size > 0 {
			out.WriteString(strings.ToUpper(string(first)) + strings.ToLower(word[size:]))
		}
	}
	return out.String()
}

func camel(kebab string) string {
	first, rest, _ := strings.Cut(kebab, "-")
	if rest == "" {
		return strings.ToLower(first)
	}
	return strings.ToLower(first) + pascal(rest)
}
