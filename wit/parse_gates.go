package wit

import (
	"strings"

	"golang.org/x/mod/semver"
)

// gates reads the attributes before an item.
//
// Spec: WIT, "Feature gate syntax" and "Item: world": external-id.
func (p *parser) gates() gates {
	var g gates
	for p.accept("@") {
		kind := p.name()
		if g.first.Line == 0 {
			g.first = kind.pos
		}
		twice := false
		switch kind.text {
		case "since":
			twice = g.Since != ""
			g.Since = p.versionField()
		case "deprecated":
			twice = g.Deprecated != ""
			g.Deprecated = p.versionField()
		case "unstable":
			twice = g.Unstable != ""
			g.Unstable = p.featureField()
		case "external-id":
			twice = g.hasExternalID
			g.hasExternalID, g.external = true, kind.pos
			g.externalID = p.externalID()
		default:
			p.failAt(kind.pos, CodeSyntax, "unknown attribute %s; there are @since, @unstable, @deprecated and @external-id", quoted("@"+kind.text))
		}
		p.markLast(gateEnd)
		if twice && !p.failing {
			p.report(kind.pos, CodeDuplicate, "@%s is given twice", kind.text)
		}
	}
	if p.failing {
		return g
	}
	switch {
	case g.Since != "" && g.Unstable != "":
		p.report(g.first, CodeInvalid, "an item is either @since a version or @unstable, not both")
	case g.Deprecated != "" && g.Since == "" && g.Unstable == "":
		p.report(g.first, CodeInvalid, "@deprecated needs @since or @unstable beside it")
	}
	return g
}

// versionField reads `(version = 1.2.3)`.
func (p *parser) versionField() string {
	p.field("version")
	version := p.version()
	p.expect(")")
	return version
}

// featureField reads `(feature = name)`.
func (p *parser) featureField() string {
	p.field("feature")
	feature := p.name()
	p.expect(")")
	return feature.text
}

// field reads `(key =`.
func (p *parser) field(key string) {
	p.expect("(")
	if found := p.name(); !p.failing && found.text != key {
		p.failAt(found.pos, CodeSyntax, "expected %q, found %s", key, quoted(found.text))
	}
	p.expect("=")
}

// externalID reads `("any text")`.
func (p *parser) externalID() string {
	p.expect("(")
	if p.failing || p.tok.kind != tokenString {
		p.fail("a string")
		return ""
	}
	lit := p.tok
	p.advance()
	p.expect(")")
	text, bad, at := unquote(lit.text)
	if bad != "" {
		pos := lit.pos
		pos.Column += len([]rune(lit.text[:at]))
		p.failAt(pos, CodeSyntax, "%s", bad)
	}
	return text
}

func (p *parser) refuseExternalID(g gates, on string) {
	if g.hasExternalID {
		p.report(g.external, CodeInvalid, "@external-id is not allowed on %s", on)
	}
}

func (p *parser) optionalVersion() string {
	if !p.accept("@") {
		return ""
	}
	return p.version()
}

// version reads a version by the rules of semver.org. It is no sequence of
// tokens, as 1.2.3-rc.1 shows.
func (p *parser) version() string {
	if p.failing || p.tok.kind != tokenInteger {
		p.fail("a version like 1.2.3")
		return ""
	}
	at := p.tok
	text := p.lex.text[at.start:]
	version := text[:versionEnd(text)]
	if !semver.IsValid("v"+version) || strings.Count(strings.SplitN(version, "-", 2)[0], ".") < 2 || tooLong(version) {
		p.failAt(at.pos, CodeSyntax, "%s is not a version: one has three numbers, as in 1.2.3", quoted(version))
	}
	p.lex.off = at.start + len(version)
	p.tok.text = version
	p.advance()
	return version
}

// versionEnd returns the length of the version that text starts with. A dot
// that nothing of a version follows is not part of it, as in `a:b/c@1.0.0.{d}`.
func versionEnd(text string) int {
	end, extra := 0, false
	for end < len(text) {
		c := text[end]
		switch {
		case isDigit(c) || extra && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'):
		case c == '-' || c == '+':
			extra = true
		case c == '.' && end+1 < len(text) && (isDigit(text[end+1]) || extra && isVersionByte(text[end+1])):
		default:
			return end
		}
		end++
	}
	return end
}

func isVersionByte(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-'
}

// tooLong reports whether one of a version's three numbers takes more than 64
// bits, which other tools refuse.
func tooLong(version string) bool {
	core := strings.FieldsFunc(version, func(r rune) bool { return r == '-' || r == '+' })[0]
	for number := range strings.SplitSeq(core, ".") {
		if len(number) > 19 {
			return true
		}
	}
	return false
}
