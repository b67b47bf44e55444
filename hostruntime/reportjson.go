package hostruntime

import (
	"encoding/json"
	"math"
	"net/netip"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// ReportVersion is the version of a report's JSON form. Fields may be added
// under one version; none is taken away or changes its meaning.
const ReportVersion = 1

// MarshalJSON returns the report as an object:
//
//	{"version": 1, "export": "run", "outcome": "fuel",
//	 "error": "…", "limit": "fuel",            // if it failed, if by a limit
//	 "exitCode": 3,                            // for the outcome exit
//	 "value": …,                               // for ok and guest-error; not of a typed call, nor of a task's
//	 "exception": "…", "stack": ["…"],         // of a trap
//	 "wallSeconds": 0.5, "wallSecondsLimit": 10,
//	 "fuel": 20000000, "fuelLimit": 20000000, "fuelModel": 2,
//	 "memoryBytes": 1048576, "memoryLimit": 268435456,
//	 "liftedBytes": 0, "hostCalls": 0,
//	 "stdout": "…", "stderr": "…", "stdoutBytes": 0, "stderrBytes": 0,
//	 "logLines": 0, "logLinesDropped": 0,
//	 "network": {"requests": 0, "connections": 0, "lookups": 0, "denied": 0,
//	   "sentBytes": 0, "receivedBytes": 0, "dropped": 0,
//	   "records": [{"protocol": "https", "method": "GET", "host": "…",
//	     "port": 443, "address": "…", "status": 200, "sentBytes": 0,
//	     "receivedBytes": 0, "beganSeconds": 0, "seconds": 0.1,
//	     "denied": "…", "error": "…"}]},
//	 "files": {"created": [], "changed": [], "deleted": [], "omitted": 0,
//	   "refused": 0, "bytes": 0, "entries": 0},
//	 "tasks": {"started": 0, "omitted": 0, "reports": []}, // reports like this one
//	 "attempts": 1,
//	 "earlier": [{"outcome": "timeout", "error": "…", "fuel": 0, "wallSeconds": 1}]}
//
// Attempts is 1 without Retry. What is empty may be left out, but for version, export, outcome and the
// figures of time, fuel and memory; a limit that is left out is none. Values
// are as value.JSON writes them.
func (r Report) MarshalJSON() ([]byte, error) {
	form := reportForm{
		Version: ReportVersion, Export: r.Export, Outcome: r.Outcome, Error: r.Error, Limit: r.Limit,
		Exception: r.Exception, Stack: r.Stack,
		WallSeconds: r.WallTime.Seconds(), WallSecondsLimit: max(0, r.WallTimeLimit.Seconds()),
		Fuel: r.Fuel, FuelLimit: limited(r.FuelLimit), FuelModel: r.FuelModel,
		MemoryBytes: r.MemoryBytes, MemoryLimit: limited(r.MemoryLimit),
		LiftedBytes: r.LiftedBytes, HostCalls: r.HostCalls,
		Stdout: r.Stdout, Stderr: r.Stderr, StdoutBytes: r.StdoutBytes, StderrBytes: r.StderrBytes,
		LogLines: r.LogLines, LogLinesDropped: r.LogLinesDropped,
		Network: r.Network.form(),
		Files: filesForm{
			Created: r.Files.Created, Changed: r.Files.Changed, Deleted: r.Files.Deleted,
			Omitted: r.Files.Omitted, Refused: r.Files.Refused, Bytes: r.Files.Bytes, Entries: r.Files.Entries,
		},
	}
	form.Attempts = max(1, r.Attempts)
	for _, a := range r.Earlier {
		form.Earlier = append(form.Earlier, attemptForm{a.Outcome, a.Error, a.Fuel, a.WallTime.Seconds()})
	}
	form.Tasks = tasksForm{Started: r.Tasks.Started, Omitted: r.Tasks.Omitted, Reports: append([]Report{}, r.Tasks.Reports...)}
	if r.Outcome == OutcomeExit {
		form.ExitCode = &r.ExitCode
	}
	if r.Value != nil {
		text, err := value.JSON(r.Value)
		if err != nil {
			return nil, err
		}
		form.Value = json.RawMessage(text)
	}
	return json.Marshal(form)
}

// limited returns a limit, 0 for none.
func limited(n uint64) uint64 {
	if n == math.MaxUint64 {
		return 0
	}
	return n
}

type reportForm struct {
	Version          int             `json:"version"`
	Export           string          `json:"export"`
	Outcome          string          `json:"outcome"`
	Error            string          `json:"error,omitempty"`
	Limit            string          `json:"limit,omitempty"`
	ExitCode         *int            `json:"exitCode,omitempty"`
	Value            json.RawMessage `json:"value,omitempty"`
	Exception        string          `json:"exception,omitempty"`
	Stack            []string        `json:"stack,omitempty"`
	WallSeconds      float64         `json:"wallSeconds"`
	WallSecondsLimit float64         `json:"wallSecondsLimit,omitempty"`
	Fuel             uint64          `json:"fuel"`
	FuelLimit        uint64          `json:"fuelLimit,omitempty"`
	FuelModel        int             `json:"fuelModel"`
	MemoryBytes      uint64          `json:"memoryBytes"`
	MemoryLimit      uint64          `json:"memoryLimit,omitempty"`
	LiftedBytes      uint64          `json:"liftedBytes"`
	HostCalls        uint64          `json:"hostCalls"`
	Stdout           string          `json:"stdout"`
	Stderr           string          `json:"stderr"`
	StdoutBytes      uint64          `json:"stdoutBytes"`
	StderrBytes      uint64          `json:"stderrBytes"`
	LogLines         uint64          `json:"logLines,omitempty"`
	LogLinesDropped  uint64          `json:"logLinesDropped,omitempty"`
	Network          networkForm     `json:"network,omitzero"`
	Files            filesForm       `json:"files,omitzero"`
	Tasks            tasksForm       `json:"tasks,omitzero"`
	Attempts         int             `json:"attempts"`
	Earlier          []attemptForm   `json:"earlier,omitempty"`
}

type tasksForm struct {
	Started uint64   `json:"started"`
	Reports []Report `json:"reports"`
	Omitted uint64   `json:"omitted"`
}

// IsZero reports that no task was started.
func (f tasksForm) IsZero() bool { return f.Started == 0 && f.Omitted == 0 && len(f.Reports) == 0 }

type attemptForm struct {
	Outcome     string  `json:"outcome"`
	Error       string  `json:"error"`
	Fuel        uint64  `json:"fuel"`
	WallSeconds float64 `json:"wallSeconds"`
}

type networkForm struct {
	Requests      uint64       `json:"requests"`
	Connections   uint64       `json:"connections"`
	Lookups       uint64       `json:"lookups"`
	Denied        uint64       `json:"denied"`
	SentBytes     uint64       `json:"sentBytes"`
	ReceivedBytes uint64       `json:"receivedBytes"`
	Dropped       uint64       `json:"dropped"`
	Records       []recordForm `json:"records"`
}

// IsZero reports that nothing was done over the network.
func (f networkForm) IsZero() bool {
	return len(f.Records) == 0 && f.Dropped == 0 && f.Denied == 0 && f.Requests+f.Connections+f.Lookups == 0
}

type recordForm struct {
	Protocol      string     `json:"protocol"`
	Method        string     `json:"method,omitempty"`
	Host          string     `json:"host"`
	Port          uint16     `json:"port,omitempty"`
	Address       netip.Addr `json:"address,omitzero"`
	Status        int        `json:"status,omitempty"`
	SentBytes     uint64     `json:"sentBytes"`
	ReceivedBytes uint64     `json:"receivedBytes"`
	BeganSeconds  float64    `json:"beganSeconds"`
	Seconds       float64    `json:"seconds"`
	Denied        string     `json:"denied,omitempty"`
	Error         string     `json:"error,omitempty"`
}

func (n *NetworkReport) form() networkForm {
	form := networkForm{
		Requests: n.Requests, Connections: n.Connections, Lookups: n.Lookups, Denied: n.Denied,
		SentBytes: n.SentBytes, ReceivedBytes: n.ReceivedBytes, Dropped: n.Dropped, Records: []recordForm{},
	}
	for _, r := range n.Records {
		form.Records = append(form.Records, recordForm{
			Protocol: r.Protocol, Method: r.Method, Host: r.Host, Port: r.Port, Address: r.Addr, Status: r.Status,
			SentBytes: r.SentBytes, ReceivedBytes: r.ReceivedBytes,
			BeganSeconds: r.Began.Seconds(), Seconds: r.Duration.Seconds(), Denied: r.Denied, Error: r.Error,
		})
	}
	return form
}

type filesForm struct {
	Created []string `json:"created,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Deleted []string `json:"deleted,omitempty"`
	Omitted uint64   `json:"omitted,omitempty"`
	Refused uint64   `json:"refused,omitempty"`
	Bytes   uint64   `json:"bytes"`
	Entries int64    `json:"entries"`
}

// IsZero reports that nothing was done in a folder.
func (f filesForm) IsZero() bool {
	return len(f.Created)+len(f.Changed)+len(f.Deleted) == 0 && f.Omitted+f.Refused+f.Bytes == 0 && f.Entries == 0
}
