package egress

import (
	"context"
	"errors"
	"math"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

var web = []Grant{{Host: "example.org", Protocols: HTTPS}, {Host: "1.2.3.4", Protocols: TCP, Ports: []Ports{{1, 1}}}}

func request(t *testing.T, g *Gate) *Flow {
	t.Helper()
	f, err := g.Request(t.Context(), "GET", HTTPS, "example.org", 443)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Each limit allows exactly what it says; one more ends the instance, and
// everything after it fails in the same way.
func TestLimits(t *testing.T) {
	testLimits(t, func(t *testing.T, grants []Grant, limits Limits) *Gate {
		return newGate(t, Config{Grants: grants, Limits: limits})
	})
}

// The limits of an outer gate hold for all that inner ones let pass, at any
// depth, and end them.
func TestLimitsOfAnOuterGate(t *testing.T) {
	testLimits(t, func(t *testing.T, grants []Grant, limits Limits) *Gate {
		outer := newGate(t, Config{Limits: limits})
		between := newGate(t, Config{Outer: outer})
		return newGate(t, Config{Grants: grants, Outer: between})
	})
}

func testLimits(t *testing.T, limitedGate func(t *testing.T, grants []Grant, limits Limits) *Gate) {
	peer := netip.MustParseAddrPort("1.2.3.4:1")
	connect := func(g *Gate) error {
		_, err := g.Connect(TCP, peer)
		return err
	}
	for what, c := range map[string]struct {
		limits Limits
		use    func(t *testing.T, g *Gate) error // twice allowed
	}{
		LimitRequests: {Limits{Requests: 2}, func(t *testing.T, g *Gate) error {
			f, err := g.Request(t.Context(), "GET", HTTPS, "example.org", 443)
			if err == nil {
				f.Done(200, nil)
			}
			return err
		}},
		LimitConcurrentRequests: {Limits{ConcurrentRequests: 2}, func(t *testing.T, g *Gate) error {
			_, err := g.Request(t.Context(), "GET", HTTPS, "example.org", 443)
			return err
		}},
		LimitConnections:   {Limits{Connections: 2}, func(_ *testing.T, g *Gate) error { return connect(g) }},
		LimitLookups:       {Limits{Lookups: 2}, func(t *testing.T, g *Gate) error { _, err := g.StartLookup("name.example.org"); return err }},
		LimitSentBytes:     {Limits{SentBytes: 20}, func(t *testing.T, g *Gate) error { return request(t, g).Sent(10) }},
		LimitReceivedBytes: {Limits{ReceivedBytes: 20}, func(t *testing.T, g *Gate) error { return request(t, g).Received(10) }},
	} {
		t.Run(what, func(t *testing.T) {
			grants := append([]Grant{{Host: "name.example.org", Protocols: TCP, Ports: []Ports{{1, 1}}}}, web...)
			g := limitedGate(t, grants, c.limits)
			woken := make(chan struct{}, 9)
			g.OnFail(func() { woken <- struct{}{} })
			for range 2 {
				if err := c.use(t, g); err != nil {
					t.Fatal(err)
				}
			}
			if g.Failed() != nil {
				t.Fatal(g.Failed())
			}
			limited(t, c.use(t, g), what)
			limited(t, g.Failed(), what)
			limited(t, connect(g), what)
			limited(t, context.Cause(g.Context()), what)
			<-woken
			if len(woken) != 0 {
				t.Errorf("woken %d times more", len(woken))
			}
		})
	}
}

func TestRequestTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, Config{Grants: web, Limits: Limits{RequestTime: time.Second}})
		quick := request(t, g)
		time.Sleep(time.Second - 1)
		quick.Done(200, nil)
		slow := request(t, g)
		time.Sleep(time.Second - 1)
		if g.Failed() != nil || slow.Context().Err() != nil {
			t.Fatal(g.Failed())
		}
		<-slow.Context().Done()
		limited(t, g.Failed(), LimitRequestTime)
		limited(t, slow.Received(1), LimitRequestTime)
		slow.Done(0, nil)
	})
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, Config{Grants: web, Limits: Limits{RequestTime: -1}})
		f := request(t, g)
		time.Sleep(1000 * time.Hour)
		if err := f.Received(1); err != nil {
			t.Error(err)
		}
		f.Done(200, nil)
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, Config{Grants: web, Limits: Limits{RequestsPerSecond: 4, Requests: math.MaxUint64}})
		began := time.Now()
		for range 4 {
			request(t, g).Done(200, nil)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the first requests waited %v", waited)
		}
		for range 40 {
			request(t, g).Done(200, nil)
		}
		if waited := time.Since(began); waited != 10*time.Second {
			t.Errorf("44 requests took %v", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := g.Request(ctx, "GET", HTTPS, "example.org", 443); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.AfterFunc(time.Millisecond, g.Close)
		if _, err := g.Request(t.Context(), "GET", HTTPS, "example.org", 443); err == nil {
			t.Error("a request after Close")
		}
	})
}

func TestRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, Config{Grants: web, Limits: Limits{Requests: math.MaxUint64}})
		time.Sleep(time.Second)
		f := request(t, g)
		f.Dialled(netip.MustParseAddr("::ffff:1.2.3.4"))
		f.Sent(3)
		f.Received(4)
		time.Sleep(time.Second)
		f.Done(404, errors.New("broken"))
		f.Done(200, nil)
		open := request(t, g)
		open.Received(5)
		time.Sleep(time.Second)
		g.Request(t.Context(), "POST", HTTP, "Example.org", 80)
		s := g.Take()
		want := []Record{
			{Protocol: HTTPS, Method: "GET", Host: "example.org", Port: 443, Addr: netip.MustParseAddr("1.2.3.4"), Status: 404,
				Sent: 3, Received: 4, Began: time.Second, Duration: time.Second, Error: "broken"},
			{Protocol: HTTPS, Method: "GET", Host: "example.org", Port: 443, Received: 5, Began: 2 * time.Second, Duration: time.Second},
			{Protocol: HTTP, Method: "POST", Host: "Example.org", Port: 80, Began: 3 * time.Second, Duration: 1, Denied: whyPort},
		}
		for i, r := range s.Records {
			if i >= len(want) || r != want[i] {
				t.Errorf("record %+v", r)
			}
		}
		if s.Requests != 2 || s.Denied != 1 || s.Sent != 3 || s.Received != 9 || len(s.Records) != 3 {
			t.Errorf("%+v", s)
		}
		// What is under way is told again, what is over isn't.
		open.Received(1)
		open.Done(200, nil)
		s = g.Take()
		if len(s.Records) != 1 || s.Records[0].Received != 6 || s.Received != 1 || s.Requests != 0 {
			t.Errorf("%+v", s)
		}
		for range MaxRecords + 7 {
			request(t, g).Done(200, nil)
		}
		if s = g.Take(); len(s.Records) != MaxRecords || s.Dropped != 7 || s.Requests != MaxRecords+7 {
			t.Errorf("%d records, %d dropped", len(s.Records), s.Dropped)
		}
	})
}

// What an inner gate does is in the outer one's records and sums, and what it
// holds open counts there until it is closed.
func TestOuterGateRecords(t *testing.T) {
	outer := newGate(t, Config{Limits: Limits{ConcurrentRequests: 1, Sockets: 1}})
	inner := newGate(t, Config{Grants: web, Outer: outer})
	for range 3 { // one after the other
		f := request(t, inner)
		f.Dialled(netip.MustParseAddr("1.2.3.4"))
		if err := errors.Join(f.Sent(3), f.Received(4)); err != nil {
			t.Fatal(err)
		}
		f.Done(200, nil)
		f.Done(500, nil)
	}
	if !inner.OpenSocket() || inner.OpenSocket() || outer.OpenSockets() != 1 {
		t.Errorf("%d sockets in the outer gate", outer.OpenSockets())
	}
	inner.CloseSocket()
	for _, g := range []*Gate{inner, outer} {
		s := g.Take()
		if s.Requests != 3 || s.Sent != 9 || s.Received != 12 || len(s.Records) != 3 || g.OpenSockets() != 0 {
			t.Errorf("%+v, %d sockets", s, g.OpenSockets())
		}
		for _, r := range s.Records {
			if r.Status != 200 || r.Addr.String() != "1.2.3.4" || r.Sent != 3 || r.Received != 4 {
				t.Errorf("%+v", r)
			}
		}
	}
	// A refusal is the inner gate's own affair, and so is its limit.
	if _, err := inner.Request(t.Context(), "GET", HTTPS, "elsewhere.example", 443); err == nil {
		t.Error("not denied")
	}
	if s := outer.Take(); s.Denied != 0 || s.Requests != 0 {
		t.Errorf("%+v", s)
	}
	narrow := newGate(t, Config{Grants: web, Outer: outer, Limits: Limits{Requests: 1}})
	request(t, narrow).Done(200, nil)
	_, err := narrow.Request(t.Context(), "GET", HTTPS, "example.org", 443)
	limited(t, err, LimitRequests)
	if outer.Failed() != nil || inner.Failed() != nil {
		t.Error(outer.Failed(), inner.Failed())
	}
	outer.Close()
	if inner.Context().Err() == nil {
		t.Error("the inner gate is still open")
	}
}
