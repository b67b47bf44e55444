package egress

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// minSecret is the least length of a placeholder and of a value: what is
// shorter turns up by chance.
const minSecret = 8

// A Secret is a header value that a guest can use and not know.
type Secret struct {
	// Placeholder is what the guest writes, anywhere in a header's value:
	// at least 8 characters.
	Placeholder string
	// Value takes its place: at least 8 characters, none of them a control
	// character.
	Value string
	// Hosts are the only hosts that the value is sent to: exact names,
	// "*.example.org", or addresses.
	Hosts []string
	// Cleartext allows the value to be sent without TLS.
	Cleartext bool
}

// A secret is a checked Secret.
type secret struct {
	Secret
	hosts []*rule
}

func newSecrets(list []Secret) ([]secret, error) {
	var secrets []secret
	for i, s := range list {
		// Neither the value nor the placeholder belongs in a message.
		bad := func(reason string) error { return fmt.Errorf("secret %d: %s", i, reason) }
		switch {
		case len(s.Placeholder) < minSecret || len(s.Value) < minSecret:
			return nil, bad(fmt.Sprintf("placeholder and value have at least %d characters", minSecret))
		case hasControl(s.Placeholder) || hasControl(s.Value):
			return nil, bad("a header's value has no control characters")
		case len(s.Hosts) == 0:
			return nil, bad("it names no host")
		}
		for _, other := range list {
			if strings.Contains(other.Value, s.Placeholder) {
				return nil, bad("its placeholder is part of a value")
			}
			if other.Placeholder != s.Placeholder && strings.Contains(other.Placeholder, s.Placeholder) {
				return nil, bad("its placeholder is part of another one")
			}
		}
		checked := secret{Secret: s}
		for _, host := range s.Hosts {
			r := &rule{Grant: Grant{Private: true}}
			err := r.setHost(host)
			if err == nil && (r.any() || r.prefix.IsValid() && !r.prefix.IsSingleIP()) {
				err = errors.New("a secret is for named hosts")
			}
			if err != nil {
				return nil, bad(err.Error())
			}
			checked.hosts = append(checked.hosts, r)
		}
		secrets = append(secrets, checked)
	}
	return secrets, nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// Reveal returns a header's value as it is to be sent to a host: with secrets
// in place of their placeholders where they are for this host and scheme; false
// if that is longer than most bytes, where it holds any secret. A secret can be
// a thousand times as long as its placeholder. Call it for a request that
// Request has allowed, with the same arguments.
func (g *Gate) Reveal(scheme Protocols, name, value string, most int) (string, bool) {
	h, ok := newHost(name)
	if !ok {
		return value, true
	}
	for _, s := range g.secrets {
		if scheme != HTTPS && !s.Cleartext {
			continue
		}
		for _, r := range s.hosts {
			if r.matches(h) {
				n := strings.Count(value, s.Placeholder)
				if n > 0 && len(value)+n*(len(s.Value)-len(s.Placeholder)) > most {
					return "", false
				}
				value = strings.ReplaceAll(value, s.Placeholder, s.Value)
				break
			}
		}
	}
	return value, true
}

// forms returns the forms in which a value is recognised: as it is, and
// escaped as in JSON and in a URL.
func forms(value string) []string {
	list := []string{value}
	if quoted, err := json.Marshal(value); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	return append(list, url.QueryEscape(value), url.PathEscape(value))
}
