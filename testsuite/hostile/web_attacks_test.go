package hostile

import (
	"github.com/capsule-kit/capsule/hostruntime"
)

// A webAttack is a function of sandbox/web.py or web.js, which is given the URL
// of a server on this machine.
type webAttack struct {
	name string
	// raw lets the guest reach the server through sockets, instead of HTTP;
	// public gives it all of the internet, and the server not.
	raw, public bool
	want        ending
}

var (
	onRequests    = reaches(hostruntime.LimitRequests)
	onConcurrent  = reaches(hostruntime.LimitConcurrentRequests)
	onConnections = reaches(hostruntime.LimitConnections)
	onLookups     = reaches(hostruntime.LimitLookups)
	onSent        = reaches(hostruntime.LimitSentBytes)
	onReceived    = reaches(hostruntime.LimitReceivedBytes)
	onRequestTime = reaches(hostruntime.LimitRequestTime)
)

// fewOnWeb are limits within which an attack is over quickly.
var fewOnWeb = hostruntime.NetworkLimits{
	Requests: 50, ConcurrentRequests: 10, Connections: 50, Sockets: 10, Lookups: 50,
	SentBytes: 1 << 20, ReceivedBytes: 1 << 20,
}

// webAttacks are the functions of sandbox/web.py.
var webAttacks = []webAttack{
	{name: "requests_without_end", want: onRequests},
	{name: "requests_at_once", want: onConcurrent},
	{name: "download_without_end", want: onReceived},
	{name: "upload_without_end", want: onSent},
	{name: "upload_that_nobody_takes", want: onMemory},
	{name: "slow_drip", want: onRequestTime},
	{name: "slow_head", want: onRequestTime},
	{name: "head_without_end", want: traps("HeaderSectionSize")},
	{name: "answer_that_lies", want: survives},
	{name: "redirect_to_loopback", want: traps("HttpRequestDenied")},
	{name: "redirects_in_circles", want: onRequests},
	{name: "decompression_bomb", want: onMemory},
	{name: "header_injection", want: survives},
	{name: "forms_of_this_machine", public: true, want: survives},
	{name: "name_that_changes", public: true, want: traps("DestinationIpProhibited")},
	{name: "name_that_changes_under_sockets", public: true, want: traps("PermissionError")},
	{name: "address_that_no_name_had", public: true, want: traps("PermissionError")},
	{name: "look_ups_without_end", public: true, want: onLookups},
	{name: "sockets_hoarded", raw: true, want: traps("OSError")},
	{name: "connections_without_end", raw: true, want: onConnections},
	{name: "library_requests_without_end", raw: true, want: onConnections},
	{name: "library_download_without_end", raw: true, want: onReceived},
	{name: "library_slow_drip", raw: true, want: onTime},
	{name: "library_slow_head", raw: true, want: onTime},
	{name: "library_head_without_end", raw: true, want: traps("LineTooLong")},
	{name: "library_redirect_to_loopback", raw: true, want: traps("Permission denied")},
	{name: "library_redirects_in_circles", raw: true, want: traps("HTTPError")},
	{name: "library_redirect_to_a_file", raw: true, want: traps("HTTPError")},
	{name: "library_decompression_bomb", raw: true, want: onMemory},
	{name: "library_header_injection", raw: true, want: traps("ValueError")},
}

// fetchAttacks are the functions of sandbox/web.js.
var fetchAttacks = []webAttack{
	{name: "requestsWithoutEnd", want: onRequests},
	{name: "requestsAtOnce", want: onConcurrent},
	{name: "requestsThatNobodyReads", want: onConcurrent},
	{name: "downloadWithoutEnd", want: onReceived},
	{name: "downloadAtOnce", want: onReceived},
	{name: "uploadWithoutEnd", want: onSent},
	{name: "slowDrip", want: onRequestTime},
	{name: "slowHead", want: onRequestTime},
	{name: "headWithoutEnd", want: traps("")},
	{name: "answerThatLies", want: traps("")},
	{name: "redirectToLoopback", want: traps("")},
	{name: "redirectsInCircles", want: onRequests},
	{name: "decompressionBomb", want: onMemory},
	{name: "headerInjection", want: survives},
	{name: "formsOfThisMachine", public: true, want: survives},
	{name: "otherSchemes", public: true, want: survives},
	{name: "nameThatChanges", public: true, want: survives},
	{name: "requestsLeftBehind", want: survives},
}
