package wasi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// httpErrorType is wasi:http/types#error-code.
var httpErrorType = newHTTPErrorType()

func newHTTPErrorType() *abi.Type {
	optString, optU32, optU64 := abi.NewOption(stringType), abi.NewOption(u32Type), abi.NewOption(u64Type)
	dns := abi.NewRecord(field("rcode", optString), field("info-code", abi.NewOption(u16Type)))
	alert := abi.NewRecord(field("alert-id", abi.NewOption(u8Type)), field("alert-message", optString))
	size := abi.NewRecord(field("field-name", optString), field("field-size", optU32))
	return abi.NewVariant(
		one("DNS-timeout", nil), one("DNS-error", dns),
		one("destination-not-found", nil), one("destination-unavailable", nil),
		one("destination-IP-prohibited", nil), one("destination-IP-unroutable", nil),
		one("connection-refused", nil), one("connection-terminated", nil), one("connection-timeout", nil),
		one("connection-read-timeout", nil), one("connection-write-timeout", nil), one("connection-limit-reached", nil),
		one("TLS-protocol-error", nil), one("TLS-certificate-error", nil), one("TLS-alert-received", alert),
		one("HTTP-request-denied", nil), one("HTTP-request-length-required", nil),
		one("HTTP-request-body-size", optU64), one("HTTP-request-method-invalid", nil),
		one("HTTP-request-URI-invalid", nil), one("HTTP-request-URI-too-long", nil),
		one("HTTP-request-header-section-size", optU32), one("HTTP-request-header-size", abi.NewOption(size)),
		one("HTTP-request-trailer-section-size", optU32), one("HTTP-request-trailer-size", size),
		one("HTTP-response-incomplete", nil),
		one("HTTP-response-header-section-size", optU32), one("HTTP-response-header-size", size),
		one("HTTP-response-body-size", optU64),
		one("HTTP-response-trailer-section-size", optU32), one("HTTP-response-trailer-size", size),
		one("HTTP-response-transfer-coding", optString), one("HTTP-response-content-coding", optString),
		one("HTTP-response-timeout", nil), one("HTTP-upgrade-failed", nil), one("HTTP-protocol-error", nil),
		one("loop-detected", nil), one("configuration-error", nil), one("internal-error", optString))
}

// An httpError is a wasi:http error-code, which is what the guest learns of an
// error: the host's own text can hold addresses and stays here.
type httpError struct {
	code  value.Variant
	cause error
}

func (e *httpError) Error() string {
	if e.cause != nil {
		return e.cause.Error()
	}
	return e.code.Case
}

func (e *httpError) Unwrap() error { return e.cause }

// httpCode returns an error-code without a payload as an error.
func httpCode(name string) *httpError { return &httpError{code: value.Variant{Case: name}} }

// httpBodySize is the error of a body that has another size than its message
// said. which is "request" or "response".
func httpBodySize(which string, size uint64) *httpError {
	return &httpError{code: value.Variant{
		Case: "HTTP-" + which + "-body-size", Payload: value.Option{Some: value.U64(size)},
	}}
}

// sectionSize is the error of headers or trailers that are too large.
func sectionSize(section string) *httpError {
	return &httpError{code: value.Variant{Case: "HTTP-" + section + "-section-size", Payload: value.Option{}}}
}

// toHTTPError gives an error of net/http its error-code. otherwise is the code
// for an error of the connection's that says no more.
func toHTTPError(err error, otherwise string) *httpError {
	if e, ok := errors.AsType[*httpError](err); ok {
		return e
	}
	e := &httpError{code: codeOf(err), cause: err}
	if e.code.Case == "" {
		e.code.Case = otherwise
	}
	return e
}

// codeOf returns the error-code for an error, with no case if it says nothing
// in particular.
func codeOf(err error) value.Variant {
	if denied, ok := errors.AsType[*egress.DeniedError](err); ok {
		if denied.Address {
			return value.Variant{Case: "destination-IP-prohibited"}
		}
		return value.Variant{Case: "HTTP-request-denied"}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dnsCode(dns)
	}
	if code := tlsCode(err); code.Case != "" {
		return code
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return value.Variant{Case: "connection-timeout"}
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return httpBodySize("request", uint64(tooLarge.Limit)).code
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		switch socketCodes[errno] {
		case "connection-refused":
			return value.Variant{Case: "connection-refused"}
		case "remote-unreachable":
			return value.Variant{Case: "destination-IP-unroutable"}
		case "timeout":
			return value.Variant{Case: "connection-timeout"}
		case "new-socket-limit":
			return value.Variant{Case: "connection-limit-reached"}
		}
	}
	// net/http has no types for these.
	text := err.Error()
	switch {
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "response header list larger"):
		return sectionSize("response-header").code
	case strings.Contains(text, "malformed"), strings.Contains(text, "PROTOCOL_ERROR"), strings.Contains(text, "invalid header"):
		return value.Variant{Case: "HTTP-protocol-error"}
	case strings.Contains(text, "transfer encoding"):
		return value.Variant{Case: "HTTP-response-transfer-coding", Payload: value.Option{}}
	case strings.Contains(text, "chunk"):
		return value.Variant{Case: "HTTP-protocol-error"}
	}
	return value.Variant{}
}

func dnsCode(err *net.DNSError) value.Variant {
	if err.IsTimeout {
		return value.Variant{Case: "DNS-timeout"}
	}
	var rcode value.Option
	if err.IsNotFound {
		rcode.Some = value.String("NXDOMAIN")
	}
	return value.Variant{Case: "DNS-error", Payload: value.Record{
		{Name: "rcode", Value: rcode}, {Name: "info-code", Value: value.Option{}},
	}}
}

// tlsCode returns the error-code for an error of TLS, with no case for others.
func tlsCode(err error) value.Variant {
	if certificate := (*tls.CertificateVerificationError)(nil); errors.As(err, &certificate) {
		return value.Variant{Case: "TLS-certificate-error"}
	}
	if name := (x509.HostnameError{}); errors.As(err, &name) {
		return value.Variant{Case: "TLS-certificate-error"}
	}
	if record := (tls.RecordHeaderError{}); errors.As(err, &record) {
		return value.Variant{Case: "TLS-protocol-error"}
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return value.Variant{Case: "TLS-alert-received", Payload: value.Record{
			{Name: "alert-id", Value: value.Option{}},
			{Name: "alert-message", Value: value.Option{Some: value.String(strings.TrimPrefix(op.Err.Error(), "tls: "))}},
		}}
	}
	if strings.Contains(err.Error(), "tls: ") {
		return value.Variant{Case: "TLS-protocol-error"}
	}
	return value.Variant{}
}

// httpErrorCode is wasi:http/types#http-error-code.
func httpErrorCode(c *call) (value.Value, error) {
	if e := argRep[*ioErr](c, 0); e.http != nil {
		return value.Option{Some: *e.http}, nil
	}
	return value.Option{}, nil
}
