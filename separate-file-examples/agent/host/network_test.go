package main

import (
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// The agent reaches the model's host and no other; its key is sent in the
// clear only to this machine and its own network.
func TestNetwork(t *testing.T) {
	for _, tt := range []struct {
		url, grant, host string
		cleartext        bool
	}{
		{"https://api.example.org/v1", "POST https://api.example.org", "api.example.org", false},
		{"https://someone:else@api.example.org:8443/v1", "POST https://api.example.org:8443", "api.example.org", false},
		{"http://api.example.org/v1", "POST http://api.example.org", "api.example.org", false},
		{"http://8.8.8.8/v1", "POST http://8.8.8.8", "8.8.8.8", false},
		{"http://127.0.0.1:8080/v1", "POST http://127.0.0.1:8080+private", "127.0.0.1", true},
		{"http://[::1]:8080/v1", "POST http://[::1]:8080+private", "::1", true},
		{"http://localhost:11434/v1", "POST http://localhost:11434+private", "localhost", true},
		{"http://192.168.1.9/v1", "POST http://192.168.1.9+private", "192.168.1.9", true},
	} {
		n, err := network(hostruntime.Network{}, tt.url, "sk-a-long-one")
		if err != nil || len(n.Allow) != 1 || len(n.Secrets) != 1 {
			t.Errorf("%s: %d grants, %d secrets, %v", tt.url, len(n.Allow), len(n.Secrets), err)
			continue
		}
		secret := n.Secrets[0]
		if grant := n.Allow[0].String(); grant != tt.grant || len(secret.Hosts) != 1 || secret.Hosts[0] != tt.host || secret.Cleartext != tt.cleartext {
			t.Errorf("%s: %s, secret for %q, cleartext %t", tt.url, grant, secret.Hosts, secret.Cleartext)
		}
	}
	for _, url := range []string{"api.example.org", "ftp://api.example.org", "tcp://api.example.org:443", "https://", "https://10.0.0.0%2f8/", "%"} {
		if n, err := network(hostruntime.Network{}, url, ""); err == nil {
			t.Errorf("%q: %v", url, n.Allow)
		}
	}
}
