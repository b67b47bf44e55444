package hostruntime_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/notes"
)

// The guest sends a header that it doesn't know: it has a placeholder, which
// becomes the secret on the way to the secret's host, and takes its place again
// in what comes back.
func ExampleNetwork() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("the server got", r.Header.Get("Authorization"))
		fmt.Fprintln(w, "welcome,", r.Header.Get("Authorization"))
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")

	grant, err := hostruntime.ParseNetworkGrant("GET http://" + host + "+private") // a server on this machine
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	notebook, err := notes.Instantiate(ctx, notesComponent(), hostruntime.Policy{
		Network: hostruntime.Network{
			Allow: []hostruntime.NetworkGrant{grant},
			Secrets: []hostruntime.Secret{{
				Placeholder: "TOKEN-OF-NOTES", Value: "7f3a-the-real-one", Hosts: []string{"127.0.0.1"},
				Cleartext: true, // the server speaks http
			}},
		},
	}, notes.Imports{})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)

	var used hostruntime.Report
	body, err := notebook.Fetch(hostruntime.WithReport(ctx, &used), host, "TOKEN-OF-NOTES")
	fmt.Print("the guest got ", body)
	request := used.Network.Records[0]
	fmt.Println(request.Method, request.Status, err)

	_, err = notebook.Fetch(hostruntime.WithReport(ctx, &used), "example.org", "TOKEN-OF-NOTES")
	fmt.Println(err)
	fmt.Println("denied:", used.Network.Records[0].Denied)
	// Output:
	// the server got 7f3a-the-real-one
	// the guest got welcome, TOKEN-OF-NOTES
	// GET 200 <nil>
	// the function returned its error case: the request failed
	// denied: no grant names the host
}

// A component that exports wasi:http/incoming-handler is an http.Handler. Each
// request has a sandbox of its own.
func ExampleNewHandler() {
	done := make(chan hostruntime.Handled, 1)
	handler, err := hostruntime.NewHandler(notesComponent(), hostruntime.HandlerOptions{
		Policy: hostruntime.Policy{Limits: hostruntime.Limits{Fuel: hostruntime.FuelLow}},
		Done:   func(h hostruntime.Handled) { done <- h },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer handler.Close()
	server := httptest.NewServer(handler)
	defer server.Close()

	response, err := http.Get(server.URL + "/today")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(response.Status, ": ", string(body))
	h := <-done
	fmt.Println(h.Request.URL.Path, h.Report.Outcome, h.Err)
	// Output:
	// 200 OK: A notebook answers.
	// /today ok <nil>
}
