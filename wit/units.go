package wit

import "fmt"

const noPackage = `no .wit file says which package this is: one must start with "package ns:name;"`

// units parses the files of a source and sorts them by package: the root's, and
// all of them.
func units(src *source) (root *unit, all []*unit, errs Errors) {
	var groups []string
	texts := make(map[string][]*packageText)
	for _, f := range src.files {
		text, mistakes := parse(src.show(f.name), f.text)
		errs = append(errs, mistakes...)
		if texts[f.group] == nil {
			groups = append(groups, f.group)
		}
		texts[f.group] = append(texts[f.group], text)
	}
	if len(errs) > 0 {
		return nil, nil, errs
	}
	for i, group := range groups {
		u, mistakes := newUnit(texts[group])
		errs = append(errs, mistakes...)
		var nested []*unit
		for _, text := range texts[group] {
			for _, inner := range text.nested {
				in, mistakes := newUnit([]*packageText{inner})
				nested, errs = append(nested, in), append(errs, mistakes...)
			}
		}
		switch {
		case u != nil:
			all = append(all, u)
		case len(errs) > 0:
		case src.single && len(nested) == 1 && texts[group][0].empty():
			u = nested[0]
		case group == src.files[0].group:
			errs = append(errs, src.errorAt("", CodeInvalid, noPackage))
		default:
			errs = append(errs, src.errorAt(group, CodeInvalid, noPackage))
		}
		if i == 0 {
			root = u
		}
		all = append(all, nested...)
	}
	return root, all, errs
}

// empty reports whether a file has nothing outside of packages nested in it.
func (t *packageText) empty() bool {
	return len(t.interfaces)+len(t.worlds)+len(t.uses) == 0
}

// newUnit puts the texts of one package together; nil where none of them says
// which it is.
func newUnit(texts []*packageText) (*unit, Errors) {
	var errs Errors
	var header *packageName
	docs, documented := "", Position{}
	for _, t := range texts {
		if t.header == nil {
			continue
		}
		switch {
		case header == nil:
			header = t.header
		case header.id() != t.header.id():
			errs = append(errs, &Error{Pos: t.header.namespace.pos, Code: CodeInvalid,
				Msg: fmt.Sprintf("this is package %s, but %s says %s", quoted(t.header.id()), header.namespace.pos.File, quoted(header.id()))})
		}
		if t.docsPos.Line > 0 && t.docs != "" {
			if documented.Line > 0 {
				errs = append(errs, &Error{Pos: t.docsPos, Code: CodeDuplicate,
					Msg: fmt.Sprintf("package %s is documented twice, first at %s", quoted(header.id()), documented)})
			}
			docs, documented = t.docs, t.docsPos
		} else if t.docs != "" {
			docs = t.docs
		}
	}
	if header == nil {
		return nil, errs
	}
	u := &unit{items: make(map[string]*entity), named: make(map[string]bool), pkg: &Package{
		Namespace: header.namespace.text, Name: header.pkg.text, Version: header.version, Pos: header.namespace.pos, Docs: docs,
	}}
	for _, t := range texts {
		u.scopes = append(u.scopes, &scope{unit: u, text: t})
	}
	return u, errs
}
