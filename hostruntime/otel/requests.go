package otel

import (
	"context"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/capsule-kit/capsule/hostruntime"
)

// httpMethods are those that are told by name: others are the guest's own words.
var httpMethods = []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "QUERY"}

// requestSpans makes spans of the HTTP requests in a call's report, as children
// of the span in ctx. Records tell times since made.
func (o *observer) requestSpans(ctx context.Context, made time.Time, records []hostruntime.NetworkRecord) {
	left := o.requests
	for i := range records {
		r := &records[i]
		if r.Protocol != hostruntime.ProtocolHTTP && r.Protocol != hostruntime.ProtocolHTTPS || r.Method == "lookup" {
			continue
		}
		if left--; left < 0 {
			return
		}
		began := made.Add(r.Began)
		_, span := o.tracer.Start(ctx, requestName(r), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(began),
			trace.WithAttributes(requestAttributes(r)...))
		if kind, message := requestFailure(r); kind != "" {
			span.SetAttributes(attribute.String("error.type", kind))
			span.SetStatus(codes.Error, clip(message, maxText))
		}
		span.End(trace.WithTimestamp(began.Add(r.Duration)))
	}
}

func requestName(r *hostruntime.NetworkRecord) string {
	if slices.Contains(httpMethods, r.Method) {
		return r.Method
	}
	return "HTTP"
}

// requestAttributes follow the semantic conventions of HTTP clients.
func requestAttributes(r *hostruntime.NetworkRecord) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String("url.scheme", r.Protocol),
		attribute.String("server.address", clip(r.Host, maxName)), attribute.Int("server.port", int(r.Port)),
		count("capsule.network.sent", r.SentBytes), count("capsule.network.received", r.ReceivedBytes),
	}
	if slices.Contains(httpMethods, r.Method) {
		list = append(list, attribute.String("http.request.method", r.Method))
	} else {
		list = append(list, attribute.String("http.request.method", "_OTHER"),
			attribute.String("http.request.method_original", clip(r.Method, maxName)))
	}
	if r.Addr.IsValid() {
		list = append(list, attribute.String("network.peer.address", r.Addr.String()))
	}
	if r.Status != 0 {
		list = append(list, attribute.Int("http.response.status_code", r.Status))
	}
	return list
}

// requestFailure names why a request failed, "" where it didn't.
func requestFailure(r *hostruntime.NetworkRecord) (kind, message string) {
	switch {
	case r.Denied != "":
		return "denied", r.Denied
	case r.Error != "":
		return "failed", r.Error
	case r.Status >= 400:
		return strconv.Itoa(r.Status), ""
	}
	return "", ""
}
