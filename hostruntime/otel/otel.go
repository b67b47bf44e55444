// Package otel traces and measures guests with OpenTelemetry. It is no part of
// what hostruntime depends on: only who imports it builds OpenTelemetry.
//
//	observer, err := otel.NewObserver(otel.Options{}) // the process's own providers
//	if err != nil {
//		return err
//	}
//	rt, err := hostruntime.New(ctx, hostruntime.Config{Observers: []hostruntime.Observer{observer}})
//	if err != nil {
//		return err
//	}
//	comp, err := rt.LoadFile(ctx, "review.wasm") // span "capsule.load"
//	if err != nil {
//		return err
//	}
//	guest, err := review.Instantiate(ctx, comp, hostruntime.Policy{Name: "review"}, imports) // "capsule.instantiate"
//	if err != nil {
//		return err
//	}
//	summary, err := guest.Summarize(ctx, quakes) // "capsule.call summarize"
//
// # Spans
//
// Each is a child of the span in the context that the host gave, and is what a
// host function's context has: its own spans belong to the call. HTTP requests
// that the guest made are children of its call, made from the report when it is
// over. Nothing of a span is sent along with a guest's requests.
//
//	capsule.name                 Policy.Name
//	capsule.export               the function
//	capsule.outcome              the report's outcome
//	capsule.exit_code            for the outcome exit
//	capsule.limit                which limit ended the call
//	capsule.fuel.used, .limit    with capsule.fuel.model
//	capsule.memory.peak, .limit  bytes
//	capsule.host_calls
//	capsule.network.requests, .denied, .sent, .received
//	error.type                   the outcome, where it is a failure
//
// A failed call's status is Error, with the error's text. Texts that a guest
// may have chosen are escaped and cut, and never the name of an attribute.
//
// # Metrics
//
//	capsule.load.duration      histogram, s
//	capsule.call.duration      histogram, s
//	capsule.call.fuel          histogram, {unit}
//	capsule.call.memory        histogram, By
//	capsule.calls              counter, {call}
//	capsule.instances          up-down counter, {instance}: those open now
//
// Their attributes are capsule.name and capsule.outcome, and, for calls,
// capsule.instantiation: nothing that a guest chooses, so that there are no more
// series than the host has names.
package otel

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/capsule-kit/capsule/hostruntime"
)

// scope is the name of the tracer and the meter.
const scope = "github.com/capsule-kit/capsule/hostruntime/otel"

// DefaultMaxRequestSpans is the default of Options.MaxRequestSpans.
const DefaultMaxRequestSpans = 100

// Options say where spans and metrics go.
type Options struct {
	// TracerProvider and MeterProvider are who takes them; default the
	// process's.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	// MaxRequestSpans bounds how many spans the HTTP requests of one call
	// become: the first ones. Default 100; negative is none.
	MaxRequestSpans int
}

// An observer holds what it makes spans and measurements with.
type observer struct {
	tracer   trace.Tracer
	requests int

	loadTime, callTime metric.Float64Histogram
	fuel, memory       metric.Int64Histogram
	calls              metric.Int64Counter
	instances          metric.Int64UpDownCounter
}

// NewObserver returns what Config.Observers takes.
//
// Errors: the meter's.
func NewObserver(options Options) (hostruntime.Observer, error) {
	if options.TracerProvider == nil {
		options.TracerProvider = otel.GetTracerProvider()
	}
	if options.MeterProvider == nil {
		options.MeterProvider = otel.GetMeterProvider()
	}
	if options.MaxRequestSpans == 0 {
		options.MaxRequestSpans = DefaultMaxRequestSpans
	}
	o := &observer{tracer: options.TracerProvider.Tracer(scope), requests: options.MaxRequestSpans}
	if err := o.instruments(options.MeterProvider.Meter(scope)); err != nil {
		return hostruntime.Observer{}, err
	}
	return hostruntime.Observer{Load: o.load, Call: o.call, Instance: o.instance}, nil
}

func (o *observer) instruments(m metric.Meter) error {
	seconds := metric.WithExplicitBucketBoundaries(1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60)
	var errs [6]error
	o.loadTime, errs[0] = m.Float64Histogram("capsule.load.duration", metric.WithUnit("s"), seconds,
		metric.WithDescription("How long components took to load."))
	o.callTime, errs[1] = m.Float64Histogram("capsule.call.duration", metric.WithUnit("s"), seconds,
		metric.WithDescription("How long calls of guests took."))
	o.fuel, errs[2] = m.Int64Histogram("capsule.call.fuel", metric.WithUnit("{unit}"),
		metric.WithExplicitBucketBoundaries(1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11),
		metric.WithDescription("How much fuel calls of guests used."))
	o.memory, errs[3] = m.Int64Histogram("capsule.call.memory", metric.WithUnit("By"),
		metric.WithExplicitBucketBoundaries(1<<20, 4<<20, 16<<20, 64<<20, 256<<20, 1<<30, 4<<30),
		metric.WithDescription("The most that instances held during a call."))
	o.calls, errs[4] = m.Int64Counter("capsule.calls", metric.WithUnit("{call}"),
		metric.WithDescription("Calls of guests that ended."))
	o.instances, errs[5] = m.Int64UpDownCounter("capsule.instances", metric.WithUnit("{instance}"),
		metric.WithDescription("Instances that are open."))
	return errors.Join(errs[:]...)
}

// load makes the span of a component that is loaded.
func (o *observer) load(ctx context.Context, byteLen int) (context.Context, func(error)) {
	began := time.Now()
	ctx, span := o.tracer.Start(ctx, "capsule.load", trace.WithAttributes(attribute.Int("capsule.component.size", byteLen)))
	return ctx, func(err error) {
		outcome := hostruntime.Outcome(err)
		fail(span, outcome, err != nil, text(err))
		span.End()
		o.loadTime.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(attribute.String("capsule.outcome", outcome)))
	}
}

// instance counts an instance for as long as it is open.
func (o *observer) instance(name string) func() {
	named := metric.WithAttributeSet(attribute.NewSet(attribute.String("capsule.name", name)))
	o.instances.Add(context.Background(), 1, named)
	return func() { o.instances.Add(context.Background(), -1, named) }
}

// call makes the span of a call.
func (o *observer) call(ctx context.Context, call hostruntime.CallInfo) (context.Context, func(*hostruntime.Report)) {
	name, attributes := "capsule.instantiate", []attribute.KeyValue{attribute.String("capsule.name", call.Name)}
	if !call.Instantiation {
		export := clip(call.Export, maxName)
		name, attributes = "capsule.call "+export, append(attributes, attribute.String("capsule.export", export))
	}
	ctx, span := o.tracer.Start(ctx, name, trace.WithAttributes(attributes...))
	return ctx, func(r *hostruntime.Report) {
		if span.IsRecording() {
			span.SetAttributes(figures(r)...)
			fail(span, r.Outcome, r.Failed(), r.Error)
			o.requestSpans(ctx, call.Made, r.Network.Records)
		}
		span.End()
		o.measure(ctx, call, r)
	}
}

func (o *observer) measure(ctx context.Context, call hostruntime.CallInfo, r *hostruntime.Report) {
	set := metric.WithAttributeSet(attribute.NewSet(
		attribute.String("capsule.name", call.Name),
		attribute.String("capsule.outcome", r.Outcome),
		attribute.Bool("capsule.instantiation", call.Instantiation),
	))
	o.calls.Add(ctx, 1, set)
	o.callTime.Record(ctx, r.WallTime.Seconds(), set)
	o.fuel.Record(ctx, whole(r.Fuel), set)
	o.memory.Record(ctx, whole(r.MemoryBytes), set)
}

// fail sets a span's status.
func fail(span trace.Span, outcome string, failed bool, message string) {
	span.SetAttributes(attribute.String("capsule.outcome", outcome))
	if failed {
		span.SetAttributes(attribute.String("error.type", outcome))
		span.SetStatus(codes.Error, clip(message, maxText))
	}
}
