package hostruntime

import (
	"cmp"
	"path/filepath"
)

// Intersect returns a policy that allows what p and by both allow, or less,
// never more: what is left of p for a task that by's instance starts.
//
// Of each limit it has the smaller one. Of p's folders it has those that lie in
// one of by's, writable where both are, with the smaller quotas, and as copies
// where one of the two is. The network is as Network.Intersect says. If either
// is deterministic so is the result, with p's seed if it has one, and without
// folders and network.
//
// Args, Env, Stdin, Stdout and Stderr are p's: they are data that the host
// gives, and nothing to be bounded. So is what else tells the host of the
// instance. The result grants no Tasks.
//
// Errors: a grant that isn't one.
func (p Policy) Intersect(by Policy) (Policy, error) {
	both := p
	both.Limits = p.Limits.withDefaults().narrow(by.Limits.withDefaults())
	both.Tasks, both.Dirs = nil, nil
	both.Deterministic = cmp.Or(p.Deterministic, by.Deterministic)
	if both.Deterministic != nil {
		// By itself either would have neither.
		both.Network = Network{}
		return both, nil
	}
	for _, d := range p.Dirs {
		if i, _, ok := enclosing(by.Dirs, d); ok {
			both.Dirs = append(both.Dirs, d.intersect(&by.Dirs[i]))
		}
	}
	var err error
	both.Network, err = p.Network.Intersect(by.Network)
	return both, err
}

// intersect returns what of d is in a folder around it.
func (d Dir) intersect(by *Dir) Dir {
	d.Writable = d.Writable && by.Writable
	d.Overlay = d.Overlay || by.Overlay
	d.MaxBytes = min(orDefault(d.MaxBytes, DefaultDirBytes), orDefault(by.MaxBytes, DefaultDirBytes))
	d.MaxEntries = min(orDefault(d.MaxEntries, DefaultDirEntries), orDefault(by.MaxEntries, DefaultDirEntries))
	return d
}

// enclosing returns the index of the folder that d is or lies in by its path,
// and the path from there. Of several it is the last that is writable, if d
// is to be, else the last.
//
// What the path really leads to is for who opens it to see: through an os.Root.
func enclosing(dirs []Dir, d Dir) (index int, rel string, ok bool) {
	index = -1
	path, err := filepath.Abs(d.Host)
	if err != nil {
		return -1, "", false
	}
	for i := range dirs {
		outer, err := filepath.Abs(dirs[i].Host)
		if err != nil {
			continue
		}
		r, err := filepath.Rel(outer, path)
		if err != nil || !filepath.IsLocal(r) {
			continue
		}
		if index < 0 || dirs[i].Writable || !d.Writable || !dirs[index].Writable {
			index, rel = i, r
		}
	}
	return index, rel, index >= 0
}
