package policyfile

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// readGrants reads the table grants. Folders whose paths are relative lie in
// dir.
func (t *Task) readGrants(g *table, dir string) *mistake {
	p := &t.Policy
	var err *mistake
	if p.Args, err = g.texts("args"); err != nil {
		return err
	}
	if p.Env, err = g.texts("env"); err != nil {
		return err
	}
	for _, variable := range p.Env {
		if err := CheckEnv(variable); err != nil {
			return mistaken("%v", err).under("env")
		}
	}
	if err := readDirs(g, p, dir); err != nil {
		return err
	}
	net, err := g.texts("net")
	if err != nil {
		return err
	}
	for _, one := range net {
		grant, err := hostruntime.ParseNetworkGrant(one)
		if err != nil {
			return mistaken("%s: %v", tomlkeys.Quote(one), errors.Unwrap(err)).under("net")
		}
		p.Network.Allow = append(p.Network.Allow, grant)
	}
	listen, err := g.texts("listen")
	if err != nil {
		return err
	}
	for _, one := range listen {
		grant, err := hostruntime.ParseListenGrant(one)
		if err != nil {
			return mistaken("%s: %v", tomlkeys.Quote(one), errors.Unwrap(err)).under("listen")
		}
		p.Network.Listen = append(p.Network.Listen, grant)
	}
	if err := t.readSecrets(g); err != nil {
		return err
	}
	if err := t.readStarts(g); err != nil {
		return err
	}
	return g.rest()
}

// readDirs reads folders: as text, or as tables that say more.
func readDirs(g *table, p *hostruntime.Policy, dir string) *mistake {
	values, err := get[[]any](g, "dirs", "a list")
	if err != nil {
		return err
	}
	for _, value := range values {
		var d hostruntime.Dir
		switch value := value.(type) {
		case string:
			var err error
			if d, err = ParseDir(value); err != nil {
				return mistaken("%v", err).under("dirs")
			}
		case map[string]any:
			if d, err = readDir(newTable(value)); err != nil {
				return err.within("dirs")
			}
		default:
			return mistaken("want strings or tables, not %s", tomlkeys.Quote(value)).under("dirs")
		}
		if !filepath.IsAbs(d.Host) {
			d.Host = filepath.Join(dir, filepath.FromSlash(d.Host))
		}
		p.Dirs = append(p.Dirs, d)
	}
	return nil
}

func readDir(t *table) (d hostruntime.Dir, err *mistake) {
	for _, one := range []struct {
		key  string
		into *string
	}{{"host", &d.Host}, {"guest", &d.Guest}} {
		if *one.into, err = get[string](t, one.key, "a path"); err != nil {
			return d, err
		}
	}
	if d.Host == "" || !strings.HasPrefix(d.Guest, "/") {
		return d, mistaken("want a host folder and a guest path that begins with /")
	}
	if d.Writable, err = get[bool](t, "writable", "true or false"); err != nil {
		return d, err
	}
	if d.Overlay, err = get[bool](t, "overlay", "true or false"); err != nil {
		return d, err
	}
	err = t.amounts([]amount{{"bytes", parseSize, &d.MaxBytes}, {"entries", parseCount, &d.MaxEntries}})
	if err != nil {
		return d, err
	}
	return d, t.rest()
}

// readSecrets reads what stands for header values that only the host knows.
func (t *Task) readSecrets(g *table) *mistake {
	values, err := get[[]any](g, "secrets", "a list of tables")
	if err != nil {
		return err
	}
	for _, value := range values {
		fields, ok := value.(map[string]any)
		if !ok {
			return mistaken("want tables, not %s", tomlkeys.Quote(value)).under("secrets")
		}
		one := newTable(fields)
		var s hostruntime.Secret
		var variable string
		if s.Placeholder, err = get[string](one, "placeholder", "a string"); err != nil {
			return err.within("secrets")
		}
		if variable, err = get[string](one, "from-env", "a variable's name"); err != nil {
			return err.within("secrets")
		}
		if s.Hosts, err = one.texts("hosts"); err != nil {
			return err.within("secrets")
		}
		if s.Cleartext, err = get[bool](one, "cleartext", "true or false"); err != nil {
			return err.within("secrets")
		}
		if err := one.rest(); err != nil {
			return err.within("secrets")
		}
		if s.Placeholder == "" || variable == "" || len(s.Hosts) == 0 {
			return mistaken("want a placeholder, hosts, and from-env with the name of a variable").under("secrets")
		}
		t.Policy.Network.Secrets = append(t.Policy.Network.Secrets, s)
		t.SecretEnv = append(t.SecretEnv, variable)
	}
	return nil
}

// CheckEnv returns an error unless text is a variable with its value.
func CheckEnv(text string) error {
	if name, _, ok := strings.Cut(text, "="); !ok || name == "" {
		return fmt.Errorf("want K=V, not %s", tomlkeys.Quote(text))
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
		return hostruntime.Dir{}, fmt.Errorf("want HOST::GUEST, HOST::GUEST:ro or HOST::GUEST:rw with a GUEST that begins with /, not %s", tomlkeys.Quote(text))
	}
	return hostruntime.Dir{Host: host, Guest: guest, Writable: writable}, nil
}
