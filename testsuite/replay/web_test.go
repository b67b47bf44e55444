//go:build guests

package replay

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// HTTP requests are repeated without their server, and the journal has the
// placeholder where the guest has it: the secret itself is nowhere in it.
func TestWeb(t *testing.T) {
	c := loadFile(t, guest.Build(t, guest.Spec{WIT: "wit", World: "web", Engine: guest.StarlingMonkey, File: "sandbox/web.js"}))
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("the server was sent %q", r.Header.Get("Authorization"))
		}
		for range 20 {
			fmt.Fprintf(w, "%s %d %s\n", time.Now(), asked, secret)
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	}))
	defer server.Close()
	grant, err := hostruntime.ParseNetworkGrant(server.URL + "+private")
	if err != nil {
		t.Fatal(err)
	}
	r := record(t, c, hostruntime.Policy{Network: hostruntime.Network{
		Allow:   []hostruntime.NetworkGrant{grant},
		Secrets: []hostruntime.Secret{{Placeholder: placeholder, Value: secret, Hosts: []string{"127.0.0.1"}, Cleartext: true}},
	}})
	for range 2 {
		got, err := r.call(t.Context(), "get", value.String(server.URL+"/page"))
		if err != nil || !strings.Contains(string(got.(value.String)), placeholder) {
			t.Fatal(got, err)
		}
	}
	if n := r.reports[2].Network.Requests; n != 1 {
		t.Errorf("%d requests reported", n)
	}
	server.Close()
	r.repeats(c)
	if asked != 2 {
		t.Errorf("the server was asked %d times", asked)
	}
	var lines bytes.Buffer
	if err := hostruntime.PrintJournal(&lines, bytes.NewReader(r.journal.Bytes()), 0); err != nil {
		t.Error(err)
	}
	for _, text := range [][]byte{r.journal.Bytes(), lines.Bytes()} {
		if bytes.Contains(text, []byte(secret)) {
			t.Error("the journal has the secret")
		}
		if len(text) < 1000 || !bytes.Contains(text, []byte(placeholder)) {
			t.Error("the journal has no placeholder")
		}
	}
	// The text of --print is bytes in decimal: look there, too.
	if decimal := strings.Trim(value.Format(value.Bytes(secret)), "[]"); strings.Contains(lines.String(), decimal) {
		t.Error("the printed journal has the secret")
	}
	t.Logf("%d bytes of journal", r.journal.Len())
}
