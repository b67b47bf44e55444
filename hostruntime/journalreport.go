package hostruntime

import "encoding/json"

// A recordedReport is what a journal keeps of a report as it is, since a replay
// can't find it again.
type recordedReport struct {
	Network NetworkReport
	Files   FileReport
	Tasks   recordedTasks
	// LogLines and LogLinesDropped are missing in older journals.
	LogLines, LogLinesDropped uint64
}

type recordedTasks struct {
	Started, Omitted uint64
	Reports          []recordedTask
}

// A recordedTask is a task's report without the form that reports have in JSON
// for people, which isn't read back.
type recordedTask struct {
	Report plainReport
	Tasks  recordedTasks
}

type plainReport Report

func (t *TasksReport) recorded() recordedTasks {
	r := recordedTasks{Started: t.Started, Omitted: t.Omitted}
	for _, report := range t.Reports {
		tasks := report.Tasks.recorded()
		report.Tasks, report.Value = TasksReport{}, nil
		r.Reports = append(r.Reports, recordedTask{plainReport(report), tasks})
	}
	return r
}

func (r *recordedTasks) report() TasksReport {
	t := TasksReport{Started: r.Started, Omitted: r.Omitted}
	for _, task := range r.Reports {
		report := Report(task.Report)
		report.Tasks = task.Tasks.report()
		t.Reports = append(t.Reports, report)
	}
	return t
}

// recorded returns the form of what a replay takes over from a report.
func (r *Report) recorded() []byte {
	form, err := json.Marshal(recordedReport{r.Network, r.Files, r.Tasks.recorded(), r.LogLines, r.LogLinesDropped})
	if err != nil {
		return nil // there is nothing in it that has no form
	}
	return form
}
