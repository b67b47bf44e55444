package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const httpTypesName = "wasi:http/types"

var (
	fieldsResource           = newResource[*fields](httpTypesName, "fields")
	outgoingRequestResource  = newResource[*outgoingRequest](httpTypesName, "outgoing-request")
	requestOptionsResource   = newResource[*requestOptions](httpTypesName, "request-options")
	outgoingResponseResource = newResource[*outgoingResponse](httpTypesName, "outgoing-response")
	outgoingBodyResource     = newResource[*outgoingBody](httpTypesName, "outgoing-body")

	futureResponseResource = newResource[*futureResponse](httpTypesName, "future-incoming-response")

	incomingRequestResource  = newResource[*noHTTP](httpTypesName, "incoming-request")
	incomingResponseResource = newResource[*noHTTP](httpTypesName, "incoming-response")
	incomingBodyResource     = newResource[*noHTTP](httpTypesName, "incoming-body")
	futureTrailersResource   = newResource[*noHTTP](httpTypesName, "future-trailers")
	responseOutparamResource = newResource[*noHTTP](httpTypesName, "response-outparam")

	headerErrorType = abi.NewVariant(one("invalid-syntax", nil), one("forbidden", nil), one("immutable", nil))
	methodType      = abi.NewVariant(one("get", nil), one("head", nil), one("post", nil), one("put", nil),
		one("delete", nil), one("connect", nil), one("options", nil), one("trace", nil), one("patch", nil),
		one("other", stringType))
	schemeType    = abi.NewVariant(one("HTTP", nil), one("HTTPS", nil), one("other", stringType))
	httpErrorType = newHTTPErrorType()
	emptyResult   = abi.NewResult(nil, nil)
)

// noHTTP is what no guest has: requests are refused, and no handler of the
// guest is called, so that nothing comes in.
type noHTTP struct{ node }

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

// httpTypes returns wasi:http/types: what it takes to build requests and
// responses.
func httpTypes() *Interface {
	i := newInterface(httpTypesName)
	i.uses(fieldsResource, outgoingRequestResource, requestOptionsResource, outgoingBodyResource,
		futureResponseResource, incomingRequestResource, incomingResponseResource, incomingBodyResource,
		futureTrailersResource, outgoingResponseResource, responseOutparamResource,
		inputStreamResource, outputStreamResource, pollableResource)
	i.Resources["headers"], i.Resources["trailers"] = fieldsResource, fieldsResource
	i.Resources["io-error"] = errorResource
	i.define("http-error-code", fn(abi.NewOption(httpErrorType), param("err", borrow(errorResource))),
		func(*call) (value.Value, error) { return value.Option{}, nil })
	fieldsMethods(i)
	outgoingRequestMethods(i)
	requestOptionsMethods(i)
	outgoingResponseMethods(i)
	outgoingBodyMethods(i)
	futureResponseMethods(i)
	return i
}

// httpOutgoingHandler returns wasi:http/outgoing-handler, which refuses every
// request.
func httpOutgoingHandler() *Interface {
	i := newInterface("wasi:http/outgoing-handler")
	i.uses(outgoingRequestResource, requestOptionsResource, futureResponseResource)
	i.define("handle", fn(abi.NewResult(own(futureResponseResource), httpErrorType),
		param("request", own(outgoingRequestResource)), param("options", abi.NewOption(own(requestOptionsResource)))),
		refuseRequest)
	return i
}
