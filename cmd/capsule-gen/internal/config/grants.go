package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Grants are what a task's guest gets of the system; the zero Grants nothing.
//
//	grants = { env = ["LANG=C"], dirs = ["data::/data"], net = ["GET https://api.example.org"] }
type Grants struct {
	// Args are the arguments, the program's name first. Env are variables, as
	// "K=V".
	Args, Env []string
	Dirs      []hostruntime.Dir
	Network   []hostruntime.NetworkGrant
	// Listen are where the guest's sockets may listen.
	Listen []hostruntime.ListenGrant
}

type grantsText struct {
	Args   []string `toml:"args"`
	Env    []string `toml:"env"`
	Dirs   []string `toml:"dirs"`
	Net    []string `toml:"net"`
	Listen []string `toml:"listen"`
}

// Policy adds the grants to a policy.
func (g *Grants) Policy(p *hostruntime.Policy) {
	p.Args = append(p.Args, g.Args...)
	p.Env = append(p.Env, g.Env...)
	p.Dirs = append(p.Dirs, g.Dirs...)
	p.Network.Allow = append(p.Network.Allow, g.Network...)
	p.Network.Listen = append(p.Network.Listen, g.Listen...)
}

// grants reads what a task is granted; key is what an error is about.
func (text *grantsText) grants(dir string) (g Grants, key string, err error) {
	g.Args = text.Args
	for _, variable := range text.Env {
		if err := CheckEnv(variable); err != nil {
			return g, "env", err
		}
	}
	g.Env = text.Env
	for _, one := range text.Dirs {
		d, err := ParseDir(one)
		if err != nil {
			return g, "dirs", err
		}
		if !filepath.IsAbs(d.Host) {
			d.Host = filepath.Join(dir, filepath.FromSlash(d.Host))
		}
		g.Dirs = append(g.Dirs, d)
	}
	for _, one := range text.Net {
		grant, err := hostruntime.ParseNetworkGrant(one)
		if err != nil {
			return g, "net", err
		}
		g.Network = append(g.Network, grant)
	}
	for _, one := range text.Listen {
		grant, err := hostruntime.ParseListenGrant(one)
		if err != nil {
			return g, "listen", err
		}
		g.Listen = append(g.Listen, grant)
	}
	return g, "", nil
}

// CheckEnv returns an error unless text is a variable with its value.
func CheckEnv(text string) error {
	if name, _, ok := strings.Cut(text, "="); !ok || name == "" {
		return fmt.Errorf("want K=V, not %q", text)
	}
	return nil
}

// ParseDir reads a folder for a guest: HOST::GUEST, read-only unless :rw
// follows.
func ParseDir(text string) (hostruntime.Dir, error) {
	rest, writable := strings.CutSuffix(text, ":rw")
	if !writable {
		rest = strings.TrimSuffix(rest, ":ro")
	}
	// Windows has colons in its paths, but not two together.
	host, guest, ok := strings.Cut(rest, "::")
	if !ok || host == "" || !strings.HasPrefix(guest, "/") {
		return hostruntime.Dir{}, fmt.Errorf("want HOST::GUEST, HOST::GUEST:ro or HOST::GUEST:rw with a GUEST that begins with /, not %q", text)
	}
	return hostruntime.Dir{Host: host, Guest: guest, Writable: writable}, nil
}
