package golang

import (
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/capsule-kit/capsule/codegen/internal/plan"
)

// initialisms are written in capitals, as in hand-written Go.
var initialisms = map[string]string{
	"acl": "ACL", "api": "API", "ascii": "ASCII", "cpu": "CPU", "css": "CSS", "csv": "CSV",
	"db": "DB", "dns": "DNS", "eof": "EOF", "gpu": "GPU", "guid": "GUID", "html": "HTML",
	"http": "HTTP", "https": "HTTPS", "id": "ID", "ids": "IDs", "io": "IO", "ip": "IP",
	"json": "JSON", "ok": "OK", "os": "OS", "ram": "RAM", "rpc": "RPC", "sdk": "SDK", "sha": "SHA",
	"sql": "SQL", "ssh": "SSH", "tcp": "TCP", "tls": "TLS", "ttl": "TTL", "udp": "UDP",
	"ui": "UI", "uri": "URI", "url": "URL", "urls": "URLs", "utc": "UTC", "utf": "UTF",
	"utf8": "UTF8", "uuid": "UUID", "vm": "VM", "wasi": "WASI", "wit": "WIT", "xml": "XML",
}

// exported returns a WIT name as an exported Go identifier: "user-id" is
// UserID.
func exported(name string) string {
	var b strings.Builder
	for _, word := range plan.Words(name) {
		b.WriteString(capital(word))
	}
	return b.String()
}

// unexported returns a WIT name as an unexported Go identifier: "user-id" is
// userID, "url" is url.
func unexported(name string) string {
	words := plan.Words(name)
	return strings.ToLower(words[0]) + exported(strings.Join(words[1:], "-"))
}

func capital(word string) string {
	if s, ok := initialisms[strings.ToLower(word)]; ok {
		return s
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// A scope hands out identifiers, each once.
type scope struct{ used map[string]bool }

func newScope(reserved ...string) *scope {
	s := &scope{used: make(map[string]bool)}
	for _, name := range reserved {
		s.used[name] = true
	}
	return s
}

// pick returns the first candidate that is free or, when none is, the last
// with the lowest number that makes it so.
func (s *scope) pick(candidates ...string) string {
	for _, name := range candidates {
		if !s.used[name] && !token.IsKeyword(name) {
			s.used[name] = true
			return name
		}
	}
	last := candidates[len(candidates)-1]
	if token.IsKeyword(last) {
		last += "_"
		if !s.used[last] {
			return s.pick(last)
		}
	}
	for n := 2; ; n++ {
		name := last + strconv.Itoa(n)
		if !s.used[name] {
			s.used[name] = true
			return name
		}
	}
}

// predeclared are the identifiers that a parameter would hide from the
// generated body around it.
var predeclared = []string{
	"any", "append", "bool", "byte", "cap", "clear", "clone", "close", "copy", "error", "false",
	"float32", "float64", "int", "int16", "int32", "int64", "int8", "iota", "len", "make", "max",
	"min", "new", "nil", "panic", "rune", "string", "true", "uint", "uint16", "uint32", "uint64",
	"uint8",
}

// params returns Go names for the parameters of a function whose body uses
// the given names itself.
func params(names []string, locals ...string) []string {
	s := newScope(slices.Concat(predeclared, locals)...)
	out := make([]string, len(names))
	for i, name := range names {
		id := unexported(name)
		if glueName.MatchString(id) {
			id += "_"
		}
		out[i] = s.pick(id, id+"_")
	}
	return out
}

// glueName matches what could be the name of a glue function, which a
// parameter of that name would hide.
var glueName = regexp.MustCompile(`^(load|store|lift|lower|number)[A-Z0-9]`)

// PackageName returns the Go package name for a world: its letters and
// digits, in lower case.
func PackageName(world string) string {
	name := strings.ToLower(strings.ReplaceAll(world, "-", ""))
	if token.IsKeyword(name) || name == "main" || name == "init" {
		name += "world"
	}
	return name
}

func validPackage(name string) bool {
	return token.IsIdentifier(name) && name != "_" && name == strings.ToLower(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}
