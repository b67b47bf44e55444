package wit

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	// The tool prints a chain of causes, then where the last one is:
	// an arrow, the file, the line and the column.
	causeLine    = regexp.MustCompile(`(?m)^ +\d+: (.*)$`)
	locationLine = regexp.MustCompile(`(?m)^ +--> (.+):(\d+):(\d+)$`)
	atLine       = regexp.MustCompile(` at line (\d+)`)
	pathCause    = regexp.MustCompile(`^failed to (?:tokenize|parse|read) path: (.*)$`)

	notDefined   = regexp.MustCompile("^name `([^`]+)` is not defined")
	missingType  = regexp.MustCompile("^type `([^`]+)` (?:does not exist|not defined)")
	missingItem  = regexp.MustCompile("^(interface|world|interface or world) `?([^`]+?)`? does not exist")
	missingPkg   = regexp.MustCompile("^package (?:'([^']+)'|`([^`]+)`) not found")
	itself       = regexp.MustCompile("^(type|interface|world|interface or world|package) `([^`]+)` depends on itself")
	noHeader     = regexp.MustCompile("^no `package` header")
	gatedType    = regexp.MustCompile("^found a reference to a type which is excluded")
	quotedPhrase = regexp.MustCompile("`([^`]*)`")
)

// diagnose turns what the tool printed about a text that it refused into an
// error with our words and the text's position.
func diagnose(src *source, dir, stderr string) *Error {
	e := &Error{Code: CodeInvalid}
	if at := locationLine.FindStringSubmatch(stderr); at != nil {
		e.Pos.File = src.show(strings.TrimPrefix(at[1], dir+"/"))
		e.Pos.Line, _ = strconv.Atoi(at[2])
		e.Pos.Column, _ = strconv.Atoi(at[3])
	}
	var causes []string
	for _, m := range causeLine.FindAllStringSubmatch(stderr, -1) {
		if path := pathCause.FindStringSubmatch(m[1]); path != nil {
			if e.Pos.File == "" {
				e.Pos.File = src.show(strings.TrimPrefix(path[1], dir+"/"))
			}
			continue
		}
		causes = append(causes, m[1])
	}
	if len(causes) == 0 {
		first, _, _ := strings.Cut(stderr, "\n")
		causes = append(causes, strings.TrimPrefix(first, "error: "))
	}
	e.Msg = causes[len(causes)-1]
	if at := atLine.FindStringSubmatch(e.Msg); at != nil && e.Pos.Line == 0 {
		e.Pos.Line, _ = strconv.Atoi(at[1])
	}
	e.reword(src)
	e.Msg = printable(e.Msg)
	return e
}

// reword gives the error its code, and says it in the terms of this package.
func (e *Error) reword(src *source) {
	where := src.enclosing(e.Pos)
	switch msg := e.Msg; {
	case notDefined.MatchString(msg):
		e.Code = CodeUnknownName
		e.Msg = `unknown type "` + notDefined.FindStringSubmatch(msg)[1] + `"` + where
	case missingType.MatchString(msg):
		e.Code = CodeUnknownName
		e.Msg = `unknown type "` + missingType.FindStringSubmatch(msg)[1] + `"` + where
	case missingItem.MatchString(msg):
		m := missingItem.FindStringSubmatch(msg)
		e.Code = CodeUnknownName
		e.Msg = "unknown " + m[1] + ` "` + m[2] + `"` + where
	case missingPkg.MatchString(msg):
		m := missingPkg.FindStringSubmatch(msg)
		e.Code = CodeUnknownPkg
		e.Msg = `package "` + m[1] + m[2] + `" not found: put its .wit files into the folder deps/`
	case itself.MatchString(msg):
		m := itself.FindStringSubmatch(msg)
		e.Code = CodeRecursive
		e.Msg = m[1] + ` "` + m[2] + `" depends on itself`
	case strings.Contains(msg, "duplicate") || strings.Contains(msg, "more than once") || strings.Contains(msg, "conflicts with") || strings.Contains(msg, "shadows previously"):
		e.Code = CodeDuplicate
		e.Msg = quotes(msg)
	case gatedType.MatchString(msg):
		e.Code = CodeGated
		e.Msg = "a type used here is behind an @unstable feature that was not asked for"
	case noHeader.MatchString(msg):
		e.Code = CodeInvalid
		e.Pos.File = src.shown
		e.Msg = noPackage
	case strings.Contains(msg, "codepoint"):
		e.Code = CodeSyntax
		e.Msg = "the text has a character that can make it read differently from what it says"
	case strings.HasPrefix(msg, "expected ") || strings.Contains(msg, "unexpected character") || strings.Contains(msg, "unterminated"):
		e.Code = CodeSyntax
		e.Msg = quotes(msg)
		if feature := src.newerThanReader(e.Pos); feature != "" {
			e.Code = CodeUnsupported
			e.Msg = feature + " not supported yet"
		}
	default:
		e.Msg = quotes(msg)
	}
}

// quotes turns the tool's back quotes into the quotes of our messages.
func quotes(msg string) string { return quotedPhrase.ReplaceAllString(msg, `"$1"`) }

// printable escapes what a terminal could be made to misread.
func printable(msg string) string {
	quoted := strconv.QuoteToGraphic(msg)
	if !strings.ContainsFunc(msg, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return msg
	}
	return quoted[1 : len(quoted)-1]
}

// enclosing returns ` in interface "store"` for a position within one.
func (s *source) enclosing(pos Position) string {
	packages, err := s.scanPart(pos)
	if err != nil || pos.Line == 0 {
		return ""
	}
	for _, pkg := range packages {
		for _, d := range pkg.items {
			if d.pos.File != pos.File || d.pos.compare(pos) > 0 || d.end.Line != 0 && d.end.compare(pos) < 0 {
				continue
			}
			if d.kind == declWorld {
				return ` in world "` + d.name + `"`
			}
			return ` in interface "` + d.name + `"`
		}
	}
	return ""
}

// scanPart scans only the file of pos.
func (s *source) scanPart(pos Position) ([]*scanPackage, error) {
	for _, f := range s.files {
		if s.show(f.name) == pos.File {
			return scan(&source{shown: s.shown, files: []sourceFile{f}})
		}
	}
	return nil, nil
}

// newerThanReader names the part of the language at pos that the tool does
// not know; empty where it is an ordinary mistake.
func (s *source) newerThanReader(pos Position) string {
	for _, f := range s.files {
		if s.show(f.name) != pos.File {
			continue
		}
		var before [4]token
		lex := newLexer(pos.File, f.text)
		here := lex.next()
		for here.kind != tokenEOF && here.pos.compare(pos) < 0 {
			before = [4]token{before[1], before[2], before[3], here}
			here = lex.next()
		}
		item := before[0].is("import") || before[0].is("export")
		switch {
		case before[3].is("map") && here.is("<"):
			return "map types are"
		case before[3].is(")") && here.is("->"):
			return "constructors that can fail are"
		case item && before[2].is(":") && (here.is(":") || here.is(";")):
			return "an import or export with a name of its own for an interface (implements) is"
		}
	}
	return ""
}
