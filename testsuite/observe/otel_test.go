package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/otel"
)

// A telemetry keeps what OpenTelemetry's own SDK exports.
type telemetry struct {
	provider *sdktrace.TracerProvider
	spans    *tracetest.InMemoryExporter
	reader   *sdkmetric.ManualReader
	observer hostruntime.Observer
}

func newTelemetry(t *testing.T) *telemetry {
	t.Helper()
	tel := &telemetry{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	tel.provider = sdktrace.NewTracerProvider(sdktrace.WithSyncer(tel.spans))
	var err error
	tel.observer, err = otel.NewObserver(otel.Options{
		TracerProvider: tel.provider, MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(tel.reader)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

func attributes(list []attribute.KeyValue) map[string]string {
	m := map[string]string{}
	for _, kv := range list {
		m[string(kv.Key)] = kv.Value.String()
	}
	return m
}

// A call's span has the caller's for parent and is the parent of what a host
// function does; its attributes are the report's.
func TestSpans(t *testing.T) {
	tel := newTelemetry(t)
	tracer := tel.provider.Tracer("host")
	ctx, outer := tracer.Start(t.Context(), "outer")
	in := start(t, talker(t, tel.observer), hostruntime.Policy{Name: "talk", Limits: hostruntime.Limits{Fuel: 100_000}},
		func(ctx context.Context) {
			_, span := tracer.Start(ctx, "inner")
			span.End()
		})
	var used hostruntime.Report
	call(t, hostruntime.WithReport(ctx, &used), in, "ask")
	call(t, ctx, in, "refuse")
	if _, err := in.Call(ctx, "spin"); err == nil {
		t.Error("spun for nothing")
	}
	outer.End()

	spans := map[string]tracetest.SpanStub{}
	for _, s := range tel.spans.GetSpans() {
		spans[s.Name] = s
	}
	for name, parent := range map[string]trace.SpanContext{
		"capsule.load": {}, "capsule.instantiate": {},
		"capsule.call ask": outer.SpanContext(), "capsule.call refuse": outer.SpanContext(), "capsule.call spin": outer.SpanContext(),
		"inner": spans["capsule.call ask"].SpanContext,
	} {
		s, ok := spans[name]
		if !ok || s.Parent.SpanID() != parent.SpanID() || s.EndTime.Before(s.StartTime) {
			t.Errorf("%s: there %t, parent %v, want %v", name, ok, s.Parent.SpanID(), parent.SpanID())
		}
	}
	got := attributes(spans["capsule.call ask"].Attributes)
	want := map[string]string{
		"capsule.name": "talk", "capsule.export": "ask", "capsule.outcome": "ok", "capsule.host_calls": "1",
		"capsule.fuel.used": fmt.Sprint(used.Fuel), "capsule.fuel.limit": "100000", "capsule.fuel.model": fmt.Sprint(hostruntime.FuelModel),
		"capsule.memory.peak": fmt.Sprint(used.MemoryBytes), "capsule.memory.limit": fmt.Sprint(used.MemoryLimit),
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("attributes\n%v\nwant\n%v", got, want)
	}
	if s := spans["capsule.call refuse"]; s.Status.Code != codes.Unset || attributes(s.Attributes)["capsule.outcome"] != "guest-error" {
		t.Errorf("refused: %v, %v", s.Status, s.Attributes)
	}
	s := spans["capsule.call spin"]
	if got := attributes(s.Attributes); s.Status.Code != codes.Error || !strings.Contains(s.Status.Description, "fuel limit of 100000") ||
		got["error.type"] != "fuel" || got["capsule.limit"] != "fuel" || got["capsule.outcome"] != "fuel" {
		t.Errorf("spun: %v, %v", s.Status, got)
	}
}

// Metrics have the host's names and the outcomes for attributes, and nothing of
// the guest's.
func TestMetrics(t *testing.T) {
	tel := newTelemetry(t)
	c := talker(t, tel.observer)
	in := start(t, c, hostruntime.Policy{Name: "talk"}, nil)
	var used hostruntime.Report
	call(t, hostruntime.WithReport(t.Context(), &used), in, "ask")
	call(t, t.Context(), in, "refuse")
	if _, err := in.Call(t.Context(), "trap"); err == nil {
		t.Error("no trap")
	}
	gone := start(t, c, hostruntime.Policy{Name: "gone"}, nil)
	if err := gone.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all metricdata.ResourceMetrics
	if err := tel.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	var got []string
	line := func(name string, set attribute.Set, value any) {
		a := attributes(set.ToSlice())
		got = append(got, fmt.Sprint(name, " ", a["capsule.name"], " ", a["capsule.outcome"], " ", a["capsule.instantiation"], " ", value))
		for key := range a {
			if key != "capsule.name" && key != "capsule.outcome" && key != "capsule.instantiation" {
				t.Errorf("%s has an attribute %s", name, key)
			}
		}
	}
	for _, m := range all.ScopeMetrics[0].Metrics {
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			for _, p := range data.DataPoints {
				line(m.Name, p.Attributes, p.Value)
			}
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				line(m.Name, p.Attributes, p.Count)
			}
		case metricdata.Histogram[int64]:
			for _, p := range data.DataPoints {
				line(m.Name, p.Attributes, p.Count)
				if outcome, _ := p.Attributes.Value("capsule.outcome"); m.Name == "capsule.call.memory" && outcome.AsString() == "guest-error" && uint64(p.Sum) < used.MemoryBytes {
					t.Errorf("memory %d, want %d", p.Sum, used.MemoryBytes)
				}
			}
		}
	}
	slices.Sort(got)
	var want []string
	for _, name := range []string{"capsule.call.duration", "capsule.call.fuel", "capsule.call.memory", "capsule.calls"} {
		want = append(want, name+" gone ok true 1", name+" talk guest-error false 1", name+" talk ok false 1", name+" talk ok true 1", name+" talk trap false 1")
	}
	want = append(want, "capsule.instances gone   0", "capsule.instances talk   1", "capsule.load.duration  ok  1")
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("measured\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A guest's text is in a span escaped and cut, wherever it comes from.
func TestHostileTextsInSpans(t *testing.T) {
	tel := newTelemetry(t)
	long := "\x1b[31m" + strings.Repeat("x", 5000)
	_, ended := tel.observer.Call(t.Context(), hostruntime.CallInfo{Export: long})
	records := make([]hostruntime.NetworkRecord, 500)
	for i := range records {
		records[i] = hostruntime.NetworkRecord{Protocol: "https", Method: long, Host: long, Denied: long}
	}
	records[0] = hostruntime.NetworkRecord{Protocol: "https", Method: "GET", Host: "api.example.org", Port: 443, Status: 200, Began: 1, Duration: 5}
	records[1] = hostruntime.NetworkRecord{Protocol: "tcp", Host: long}
	ended(&hostruntime.Report{Export: long, Outcome: "trap", Error: long, Network: hostruntime.NetworkReport{Requests: 500, Records: records}})
	spans := tel.spans.GetSpans()
	if len(spans) != 1+otel.DefaultMaxRequestSpans {
		t.Errorf("%d spans", len(spans))
	}
	for _, s := range spans {
		texts := []string{s.Name, s.Status.Description}
		for _, kv := range s.Attributes {
			if len(kv.Key) > 40 {
				t.Errorf("an attribute is called %q", kv.Key)
			}
			texts = append(texts, kv.Value.String())
		}
		for _, text := range texts {
			if strings.ContainsRune(text, '\x1b') || len(text) > 1100 {
				t.Errorf("%d bytes: %.40q", len(text), text)
			}
		}
	}
	first := spans[0]
	if got := attributes(first.Attributes); first.Name != "GET" || first.Status.Code != codes.Unset || got["server.address"] != "api.example.org" ||
		got["http.response.status_code"] != "200" || first.EndTime.Sub(first.StartTime) != 5 || first.Parent.SpanID() != spans[len(spans)-1].SpanContext.SpanID() {
		t.Errorf("request %s: %v, %v", first.Name, first.Status, got)
	}
}
