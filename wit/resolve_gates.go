package wit

import (
	"slices"

	"golang.org/x/mod/semver"
)

// gated reports whether an item is behind a feature that was not asked for,
// and what its gates must not say.
//
// Spec: WIT, "Rules for feature gate usage".
func (r *resolver) gated(u *unit, pos Position, g gates) (off bool) {
	if g.Since != "" {
		switch version := u.pkg.Version; {
		case version == "":
			r.report(pos, CodeInvalid, "@since needs a package with a version, and %s has none", quoted(u.pkg.ID()))
		case semver.Compare("v"+g.Since, "v"+version) > 0:
			r.report(pos, CodeInvalid, "@since(version = %s) is later than the package's own version %s", g.Since, version)
		}
	}
	return g.Unstable != "" && !slices.Contains(r.features, g.Unstable)
}

// excluded reports that something on refers to something off.
func (r *resolver) excluded(pos Position, kind, name, feature string) {
	e := r.report(pos, CodeGated, "%s %s is behind an @unstable feature that was not asked for", kind, quoted(name))
	if feature != "" {
		e.Hint = "ask for the feature " + quoted(feature) + ", or put @unstable(feature = " + feature + ") here too"
	}
}
