package wasi

import (
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

	incomingRequestResource  = newResource[*incomingRequest](httpTypesName, "incoming-request")
	incomingResponseResource = newResource[*incomingResponse](httpTypesName, "incoming-response")
	incomingBodyResource     = newResource[*incomingBody](httpTypesName, "incoming-body")
	futureTrailersResource   = newResource[*futureTrailers](httpTypesName, "future-trailers")
	responseOutparamResource = newResource[*responseOutparam](httpTypesName, "response-outparam")

	headerErrorType = abi.NewVariant(one("invalid-syntax", nil), one("forbidden", nil), one("immutable", nil))
	methodType      = abi.NewVariant(one("get", nil), one("head", nil), one("post", nil), one("put", nil),
		one("delete", nil), one("connect", nil), one("options", nil), one("trace", nil), one("patch", nil),
		one("other", stringType))
	schemeType  = abi.NewVariant(one("HTTP", nil), one("HTTPS", nil), one("other", stringType))
	emptyResult = abi.NewResult(nil, nil)
)

// httpTypes returns wasi:http/types.
func httpTypes() *Interface {
	i := newInterface(httpTypesName)
	i.uses(fieldsResource, outgoingRequestResource, requestOptionsResource, outgoingBodyResource,
		futureResponseResource, incomingRequestResource, incomingResponseResource, incomingBodyResource,
		futureTrailersResource, outgoingResponseResource, responseOutparamResource,
		inputStreamResource, outputStreamResource, pollableResource)
	i.Resources["headers"], i.Resources["trailers"] = fieldsResource, fieldsResource
	i.Resources["io-error"] = errorResource
	i.define("http-error-code", fn(abi.NewOption(httpErrorType), param("err", borrow(errorResource))),
		httpErrorCode)
	fieldsMethods(i)
	outgoingRequestMethods(i)
	requestOptionsMethods(i)
	outgoingResponseMethods(i)
	outgoingBodyMethods(i)
	futureResponseMethods(i)
	incomingRequestMethods(i)
	incomingResponseMethods(i)
	incomingBodyMethods(i)
	futureTrailersMethods(i)
	responseOutparamMethods(i)
	return i
}

// httpOutgoingHandler returns wasi:http/outgoing-handler.
func httpOutgoingHandler() *Interface {
	i := newInterface("wasi:http/outgoing-handler")
	i.uses(outgoingRequestResource, requestOptionsResource, futureResponseResource)
	i.define("handle", fn(abi.NewResult(own(futureResponseResource), httpErrorType),
		param("request", own(outgoingRequestResource)), param("options", abi.NewOption(own(requestOptionsResource)))),
		sendRequest)
	return i
}
