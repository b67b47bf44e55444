package component

import "testing"

func TestValidLabel(t *testing.T) {
	for _, s := range []string{"a", "a-b-c", "a1-2-3", "A", "A-B-C", "A1-2-3", "a11-w0rds", "A11-4CR0NYMS", "m1x3d-4CR0NYMS", "a-1c", "is-XML"} {
		if !validLabel(s) {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range []string{"", "-", "a-", "-a", "a--b", "1", "1-2-3", "aB", "Ab", "a_b", "a b", "a.b", "é", "a-bC", "a-1cD"} {
		if validLabel(s) {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestParseExternName(t *testing.T) {
	kinds := map[string]nameKind{
		"a": plainName, "get-JSON": plainName,
		"[constructor]a": constructorName, "[method]a.b": methodName, "[static]a-b.C": staticName,
		"a:b/c": interfaceName, "wasi:http/types@0.2.0": interfaceName, "a1:b2-c/D@1.0.0-rc.1+build.01": interfaceName,
		"a:b/c@1": interfaceName, "a:b/c@0.3": interfaceName, "a:b/c@0.0.1": interfaceName, "a:b/c@0.0.0": interfaceName,
	}
	for s, kind := range kinds {
		if n, problem := parseExternName(s); problem != "" || n.kind != kind {
			t.Errorf("%q is kind %d with problem %q, kind %d is expected", s, n.kind, problem, kind)
		}
	}
	for _, s := range []string{
		"", "[", "[]a", "[method]a", "[method]a.b.c", "[method].b", "[constructor]a.b", "[constructor]", "[other]a",
		"a:b", "a:/c", ":b/c", "a:b/", "A:b/c", "a:B/c", "a:b/c@", "a:b/c@1.2", "a:b/c@1.2.3.4", "a:b/c@01.2.3",
		"a:b/c@1.2.3-", "a:b/c@1.2.3-01", "a:b/c@1.2.3+", "a:b/c@v1.2.3", "a:b/c@0.0", "a:b/c@0", "a:b/c@00.1",
		"a:b/c@1.2.18446744073709551616", "a/b:c", "a:b:/c", "a:b//c", "url=<http://a>", "locked-dep=<a:b>", "integrity=<sha256-a>",
	} {
		if n, problem := parseExternName(s); problem == "" {
			t.Errorf("%q is accepted as %+v", s, n)
		}
	}
}

// The set of names is the one in the Explainer, "Name Uniqueness".
func TestNamesAreStronglyUnique(t *testing.T) {
	key := func(s string) string {
		n, problem := parseExternName(s)
		if problem != "" {
			t.Fatalf("%q is refused: %s", s, problem)
		}
		return n.uniqueKey(s)
	}
	have := make(map[string]string)
	for _, s := range []string{"foo", "foo-bar", "[constructor]foo", "[method]foo.bar", "[static]foo.baz", "foo:bar/baz"} {
		if prev, ok := have[key(s)]; ok {
			t.Errorf("%q conflicts with %q", s, prev)
		}
		have[key(s)] = s
	}
	for _, s := range []string{
		"foo", "FOO", "foo-BAR", "[constructor]FOO", "[method]foo.BAR", "[static]foo.bar", "[method]foo.baz",
		"[method]foo.foo", "[static]foo-BAR.FOO-bar", "foo:bar/BAZ",
	} {
		if _, ok := have[key(s)]; !ok {
			t.Errorf("%q conflicts with none", s)
		}
	}
}

func TestExternNames(t *testing.T) {
	// Type 0 is a resource type imported as r, types 1 and 2 are own and
	// borrow of it, 3 a result of own.
	with := func(fns [][]byte, imports ...[]byte) []byte {
		types := cat2([][]byte{own(0), borrow(0), result(ix(1), tString)}, fns)
		return comp(importSec(item("r", exSub)), typeSec(types...), importSec(imports...))
	}
	self := labelled("self", ix(2))
	fns := [][]byte{
		fn(nil, ix(1)),                             // 4
		fn(params(self), nil),                      // 5
		fn(nil, ix(3)),                             // 6
		fn(params(labelled("it", ix(2))), nil),     // 7
		fn(params(labelled("self", ix(1))), nil),   // 8
		asyncFn(nil, ix(1)),                        // 9
		fn(nil, tU32),                              // 10
		fn(params(labelled("a", tU8), self), tU32), // 11
	}
	checkCases(t, []decodeCase{
		{"constructor", with(fns, item("[constructor]r", exFunc(4))), ""},
		{"fallible constructor", with(fns, item("[constructor]r", exFunc(6))), ""},
		{"method", with(fns, item("[method]r.m", exFunc(5))), ""},
		{"static", with(fns, item("[static]r.m", exFunc(10))), ""},
		{"constructor of a number", with(fns, item("[constructor]r", exFunc(10))), "must return own<r>"},
		{"async constructor", with(fns, item("[constructor]r", exFunc(9))), "cannot be async"},
		{"constructor without a resource", with(fns, item("[constructor]q", exFunc(4))), "no preceding import of a resource type"},
		{"method without self", with(fns, item("[method]r.m", exFunc(7))), "must have a first parameter self"},
		{"method of an own", with(fns, item("[method]r.m", exFunc(8))), "must have a first parameter self"},
		{"method with self second", with(fns, item("[method]r.m", exFunc(11))), "must have a first parameter self"},
		{"static without a resource", with(fns, item("[static]q.m", exFunc(10))), "no preceding import of a resource type"},
		{"method that is an instance", comp(typeSec(instanceType()), importSec(item("r", exSub), item("[method]r.m", exInstance(0)))), "where a func is expected"},
		{"method of another resource", comp(importSec(item("r", exSub), item("q", exSub)), typeSec(borrow(0), fn(params(labelled("self", ix(2))), nil)),
			importSec(item("[method]q.m", exFunc(3)))), `uses resource type "r"`},
		{"same name twice", with(fns, item("a", exFunc(10)), item("a", exFunc(10))), `conflicts with previous name "a"`},
		{"same name but for its hyphens", with(fns, item("a-b", exFunc(10)), item("ab", exFunc(10))), `conflicts with previous name "a-b"`},
		{"same name but for its letters", with(fns, item("a-b", exFunc(10)), item("A-b", exFunc(10))), `conflicts with previous name "a-b"`},
		{"import and export of one name", comp(typeSec(fn(nil, nil)), importSec(item("a", exFunc(0))), exportSec(export("a", sFunc, 0))), ""},
		{"method in a bundle", comp(importSec(item("r", exSub)), typeSec(borrow(0), fn(params(labelled("self", ix(1))), nil)),
			importSec(item("[method]r.m", exFunc(2))), instanceSec(bundle(bundled("[method]r.m", sFunc, 0)))), "no preceding export"},
	})
}

func TestAttributes(t *testing.T) {
	attributed := func(name string, x []byte, attrs ...[]byte) []byte {
		return comp(typeSec(instanceType(), fn(nil, nil)), importSec(cat([]byte{2}, str(name), vec(attrs...), x)))
	}
	implements := func(s string) []byte { return cat([]byte{0}, str(s)) }
	suffix := func(s string) []byte { return cat([]byte{1}, str(s)) }
	external := func(s string) []byte { return cat([]byte{2}, str(s)) }
	in := exInstance(0)
	checkCases(t, []decodeCase{
		{"none", attributed("a", in), ""},
		{"implements", attributed("a", in, implements("a:b/c@1.2.3")), ""},
		{"external id", attributed("a", exFunc(1), external("https://esm.example/a@1")), ""},
		{"version suffix", attributed("a:b/c@1", in, suffix(".2.3")), ""},
		{"all", attributed("a", in, external("x"), implements("a:b/c@0.2"), suffix(".6-rc.1")), ""},
		{"twice", attributed("a", in, external("x"), external("y")), "more than once"},
		{"unknown", attributed("a", in, []byte{3, 0}), "unknown attribute"},
		{"implements of a func", attributed("a", exFunc(1), implements("a:b/c")), "only instances can implement"},
		{"implements under an interface name", attributed("a:b/d", in, implements("a:b/c")), "a plain name is expected"},
		{"implements of a plain name", attributed("a", in, implements("c")), "must be the name of an interface"},
		{"suffix of a plain name", attributed("a", in, suffix(".2.3")), "not preceded by"},
		{"suffix of a whole version", attributed("a:b/c@1.2.3", in, suffix("+b")), "not preceded by"},
		{"suffix that makes no version", attributed("a:b/c@1", in, suffix(".2")), "not a valid semantic version"},
		{"empty suffix", attributed("a:b/c@1", in, suffix("")), "cannot be empty"},
		{"name of an unknown form", comp(typeSec(instanceType()), importSec(cat([]byte{3}, str("a"), in))), "0x03 where an import or export name"},
		{"name of the older form", comp(typeSec(instanceType()), importSec(cat([]byte{1}, str("a"), in))), ""},
	})
	c := mustDecode(t, attributed("a", in, external("x"), implements("a:b/c@0.2"), suffix(".6-rc.1")))
	want := Attributes{Implements: "a:b/c@0.2", VersionSuffix: ".6-rc.1", ExternalID: "x"}
	if got := c.Imports[0].Attributes; got != want {
		t.Errorf("attributes are %+v, expected %+v", got, want)
	}
}
