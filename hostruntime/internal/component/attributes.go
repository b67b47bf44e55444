package component

// nameAttributes reads the name of an import or export and its
// attributes.
//
// Spec: Binary, "Import and Export Definitions", nameattributes.
func (d *decoder) nameAttributes(r *reader) (name string, attrs Attributes, ok bool) {
	start := r.pos
	form := r.byte("an import or export name")
	if form > 2 {
		r.fail(start, "0x%02x where an import or export name (0x00, 0x01 or 0x02) is expected", form)
	}
	name = r.name("an import or export name")
	if form != 2 {
		return name, attrs, r.err == nil
	}
	const kinds = 3
	var seen [kinds]bool
	for range r.count(kinds, "attributes") {
		at := r.pos
		kind := r.byte("an attribute")
		if kind >= kinds {
			r.fail(at, "unknown attribute 0x%02x", kind)
		} else if seen[kind] {
			r.fail(at, "an attribute is given more than once")
		}
		if r.err != nil {
			return name, attrs, false
		}
		seen[kind] = true
		switch kind {
		case 0:
			attrs.Implements = r.name("an interface name")
			if attrs.Implements == "" {
				r.fail(at, "the name of an implemented interface cannot be empty")
			}
		case 1:
			attrs.VersionSuffix = r.name("a version suffix")
			if attrs.VersionSuffix == "" {
				r.fail(at, "a version suffix cannot be empty")
			}
		case 2:
			attrs.ExternalID = r.name("an external id")
		}
	}
	return name, attrs, r.err == nil
}

// checkAttributes checks the attributes of the item called name.
func (d *decoder) checkAttributes(r *reader, name string, parsed externName, attrs Attributes, x *Extern) {
	versioned := parsed
	if attrs.Implements != "" {
		if parsed.kind != plainName {
			r.fail(r.item, "name %s is not valid with implements: a plain name is expected", quote(name))
			return
		}
		if x.Sort != SortInstance {
			r.fail(r.item, "%s is a %s; only instances can implement an interface", quote(name), x.Sort)
			return
		}
		implements, problem := d.parseExternName(attrs.Implements)
		if problem == "" && implements.kind != interfaceName {
			problem = "it must be the name of an interface"
		}
		if problem != "" {
			r.fail(r.item, "implemented interface %s is not valid: %s", quote(attrs.Implements), problem)
			return
		}
		versioned = implements
	}
	suffix := attrs.VersionSuffix
	if suffix == "" {
		return
	}
	switch {
	case x.Sort != SortInstance:
		r.fail(r.item, "%s is a %s; only instances can have a version suffix", quote(name), x.Sort)
	case versioned.kind != interfaceName || !canonicalVersion(versioned.version):
		r.fail(r.item, "version suffix %s is not preceded by an interface name with a canonical version", quote(suffix))
	case !validSemver(versioned.version + suffix):
		r.fail(r.item, "%s is not a valid semantic version", quote(versioned.version+suffix))
	}
}
