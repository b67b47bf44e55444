package egress

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	token = "s3cret/t\"oken"
	held  = "PLACEHOLDER-1"
)

func secrets() Config {
	return Config{Secrets: []Secret{
		{Placeholder: held, Value: token, Hosts: []string{"api.example.org", "*.example.net"}},
		{Placeholder: "PLACEHOLDER-2", Value: token + "-longer", Hosts: []string{"127.0.0.1"}, Cleartext: true},
	}}
}

func TestReveal(t *testing.T) {
	g := newGate(t, secrets())
	for _, c := range []struct {
		scheme Protocols
		host   string
		reveal bool
	}{
		{HTTPS, "api.example.org", true}, {HTTPS, "API.Example.Org.", true}, {HTTPS, "x.y.example.net", true},
		{HTTP, "api.example.org", false}, {HTTPS, "example.net", false}, {HTTPS, "evil.org", false},
		{HTTPS, "api.example.org.evil.org", false}, {HTTPS, "127.0.0.1", false}, {HTTPS, "", false},
	} {
		want := "Bearer " + held
		if c.reveal {
			want = "Bearer " + token
		}
		if got, _ := g.Reveal(c.scheme, c.host, "Bearer "+held, 1000); got != want {
			t.Errorf("%s %s: %q", c.scheme, c.host, got)
		}
	}
	if got, _ := g.Reveal(HTTP, "127.0.0.1", "PLACEHOLDER-2 "+held, 1000); got != token+"-longer "+held {
		t.Errorf("%q", got)
	}
}

func TestScrub(t *testing.T) {
	g := newGate(t, secrets())
	for in, want := range map[string]string{
		"":                                  "",
		"nothing":                           "nothing",
		token:                               held,
		"a" + token + token + "b":           "a" + held + held + "b",
		token + "-longer":                   "PLACEHOLDER-2",
		token + "-longe":                    held + "-longe",
		`{"x":"s3cret/t\"oken"}`:            `{"x":"` + held + `"}`,
		"?k=s3cret%2Ft%22oken":              "?k=" + held,
		"s3cret/t\"oke":                     "s3cret/t\"oke",
		"s3cret/ts3cret/t\"oken":            "s3cret/t" + held,
		"s3s3cret/t\"okens3cret/t\"oken-lo": "s3" + held + held + "-lo",
	} {
		if got := g.Scrub(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if newGate(t, Config{}).Scrub(token) != token {
		t.Error("scrubbed without a secret")
	}
}

// However a stream is cut, what comes out is the same, and never a secret.
func TestScrubberChunks(t *testing.T) {
	g := newGate(t, secrets())
	rapid.Check(t, func(r *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{token, token + "-longer", "s3cret", "-longer", "x", "s", `\"`, "%2F"})).Draw(r, "parts")
		text := strings.Join(parts, "")
		s := g.NewScrubber()
		var got []byte
		for rest := []byte(text); len(rest) > 0; {
			n := rapid.IntRange(1, min(len(rest), 20)).Draw(r, "chunk")
			chunk := append([]byte(nil), rest[:n]...)
			got = s.Write(got, chunk)
			clear(chunk) // the caller's again
			rest = rest[n:]
			if len(s.held) >= len(token+"-longer")+8 {
				r.Fatalf("%d bytes are kept back", len(s.held))
			}
		}
		got = s.Flush(got)
		if string(got) != g.Scrub(text) || strings.Contains(string(got), token) {
			r.Fatalf("%q became %q", text, got)
		}
	})
}

func TestBadSecrets(t *testing.T) {
	good := Secret{Placeholder: "12345678", Value: "abcdefgh", Hosts: []string{"example.org"}}
	for name, spoil := range map[string]func(*Secret){
		"short placeholder": func(s *Secret) { s.Placeholder = "1234567" },
		"short value":       func(s *Secret) { s.Value = "abcdefg" },
		"line break":        func(s *Secret) { s.Value = "abcdefgh\r\nX: y" },
		"no host":           func(s *Secret) { s.Hosts = nil },
		"any host":          func(s *Secret) { s.Hosts = []string{"*"} },
		"a prefix":          func(s *Secret) { s.Hosts = []string{"10.0.0.0/8"} },
		"no host name":      func(s *Secret) { s.Hosts = []string{"a b"} },
		"part of the value": func(s *Secret) { s.Value = "x12345678x" },
	} {
		bad := good
		spoil(&bad)
		_, err := New(Config{Secrets: []Secret{bad}})
		if err == nil {
			t.Errorf("%s was taken", name)
		} else if strings.Contains(fmt.Sprint(err), bad.Value) {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
	other := good
	other.Placeholder = "x" + good.Placeholder
	if _, err := New(Config{Secrets: []Secret{good, other}}); err == nil {
		t.Error("a placeholder within another was taken")
	}
}
