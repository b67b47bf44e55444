package main

import (
	"fmt"
	"net/netip"
	"net/url"

	"github.com/capsule-kit/capsule/hostruntime"
)

// placeholder is what the agent has for a key.
const placeholder = "{{the-model-key}}"

// network adds to a policy what the agent needs to talk to the model, and no
// more: POST requests to its host, with the real key where the placeholder stands.
// That the key is sent in the clear, and to an address that isn't public, is
// for models on this machine or in its own network.
func network(n hostruntime.Network, modelURL, key string) (hostruntime.Network, error) {
	u, err := url.Parse(modelURL)
	if err != nil {
		return n, err
	}
	host := u.Hostname()
	address, err := netip.ParseAddr(host)
	local := host == "localhost" || err == nil && (address.IsLoopback() || address.IsPrivate())
	text := "POST " + u.Scheme + "://" + u.Host
	if local {
		text += "+private"
	}
	grant, err := hostruntime.ParseNetworkGrant(text)
	if err != nil {
		return n, fmt.Errorf("the model's URL %q: %w", modelURL, err)
	}
	n.Allow = append(n.Allow, grant)
	if key != "" {
		n.Secrets = append(n.Secrets, hostruntime.Secret{
			Placeholder: placeholder, Value: key, Hosts: []string{host}, Cleartext: local,
		})
	}
	return n, nil
}
