package hostruntime

import "slices"

// maxTaskReports is how many reports of tasks one report keeps.
const maxTaskReports = 100

// A TasksReport is what the tasks did that a call started: see Policy.Tasks and
// AsTask.
type TasksReport struct {
	// Started counts the tasks, those of tasks included, and also those that
	// came to nothing because they could not be started.
	Started uint64
	// Reports are of the calls of its own tasks, in the order in which they
	// ended: the first 100, and only as far as the memory limit allows. What
	// starting a task used is in its first call's; one that could not be started
	// has the export "instantiation". They are without Value. Omitted counts the
	// others.
	Reports []Report
	Omitted uint64
}

// callTasks is what a call knows of the tasks that it started.
type callTasks struct {
	started uint64
	reports []Report
	omitted uint64
	// charged is what the reports are charged to the memory budget.
	charged uint64
}

// addStart adds what starting an instance took to the report of its first call.
func (r *Report) addStart(start *Report) {
	if r.Fuel += start.Fuel; r.FuelLimit != Unlimited {
		r.FuelLimit += start.Fuel
	}
	r.WallTime += start.WallTime
	r.MemoryBytes = max(r.MemoryBytes, start.MemoryBytes)
	r.HostCalls += start.HostCalls
	r.LiftedBytes += start.LiftedBytes
	r.StdoutBytes += start.StdoutBytes
	r.StderrBytes += start.StderrBytes
	r.LogLines += start.LogLines
	r.LogLinesDropped += start.LogLinesDropped
	r.Network.add(&start.Network)
	r.Files.addStart(&start.Files)
	r.Stdout = start.Stdout + r.Stdout
	r.Stderr = start.Stderr + r.Stderr
}

// add puts what was done before in front.
func (n *NetworkReport) add(before *NetworkReport) {
	n.Records = append(slices.Clip(before.Records), n.Records...)
	n.Requests += before.Requests
	n.Connections += before.Connections
	n.Lookups += before.Lookups
	n.Denied += before.Denied
	n.SentBytes += before.SentBytes
	n.ReceivedBytes += before.ReceivedBytes
	n.Dropped += before.Dropped
}

// addStart puts what was done before in front. Bytes and Entries are since the
// instance started already.
func (f *FileReport) addStart(start *FileReport) {
	f.Created = append(slices.Clip(start.Created), f.Created...)
	f.Changed = append(slices.Clip(start.Changed), f.Changed...)
	f.Deleted = append(slices.Clip(start.Deleted), f.Deleted...)
	f.Omitted += start.Omitted
	f.Refused += start.Refused
}

// keep adds the report of a call; with s.mu held.
func (s *taskScope) keep(r Report) {
	tasks := &s.parent.call.tasks
	r.Value = nil // the caller has it, and it can be large
	n := r.size()
	if len(tasks.reports)+len(s.reports) >= maxTaskReports || !s.parent.memory.tryTake(n, 0) {
		tasks.omitted++
		return
	}
	tasks.charged += n
	s.reports = append(s.reports, r)
}

// keepTaskReports takes over what a scope has collected.
func (in *Instance) keepTaskReports(reports []Report) {
	in.call.tasks.reports = append(in.call.tasks.reports, reports...)
}

// taskReport returns what the call's report says of tasks.
func (in *Instance) taskReport() TasksReport {
	t := &in.call.tasks
	return TasksReport{Started: t.started, Reports: t.reports, Omitted: t.omitted}
}

// size returns about how much memory the report takes.
func (r *Report) size() uint64 {
	const fixed, record, text = 1 << 10, 256, 16
	n := uint64(fixed + len(r.Error) + len(r.Exception) + len(r.Stdout) + len(r.Stderr))
	n += uint64(record * len(r.Network.Records))
	for _, record := range r.Network.Records {
		n += uint64(len(record.Host) + len(record.Method) + len(record.Error))
	}
	for _, list := range [][]string{r.Stack, r.Files.Created, r.Files.Changed, r.Files.Deleted} {
		for _, s := range list {
			n += uint64(text + len(s))
		}
	}
	for i := range r.Tasks.Reports {
		n += r.Tasks.Reports[i].size()
	}
	return n
}
