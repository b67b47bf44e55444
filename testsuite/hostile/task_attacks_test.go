package hostile

import (
	"math"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// wantTasksWithin checks that no task had or used more than whoever started it,
// nor all of them together.
func wantTasksWithin(t *testing.T, r hostruntime.Report) {
	t.Helper()
	fuel := uint64(0)
	for _, task := range r.Tasks.Reports {
		fuel += task.Fuel
		switch {
		case task.FuelLimit > r.FuelLimit || task.MemoryLimit > r.MemoryLimit:
			t.Errorf("%s may use %d units and %d bytes, who started it %d and %d", task.Export, task.FuelLimit, task.MemoryLimit, r.FuelLimit, r.MemoryLimit)
		case r.WallTimeLimit >= 0 && (task.WallTimeLimit > r.WallTimeLimit || task.WallTimeLimit < 0):
			t.Errorf("%s may take %v, who started it %v", task.Export, task.WallTimeLimit, r.WallTimeLimit)
		case task.MemoryBytes > r.MemoryBytes:
			t.Errorf("%s used %d bytes, who started it %d", task.Export, task.MemoryBytes, r.MemoryBytes)
		}
		wantTasksWithin(t, task)
	}
	if fuel > r.Fuel {
		t.Errorf("tasks used %d units, who started them %d", fuel, r.Fuel)
	}
}

// unlimited is what a grant gives that bounds nothing itself.
var unlimited = hostruntime.Limits{
	Fuel: hostruntime.Unlimited, MemoryBytes: hostruntime.Unlimited, WallTime: -1, LiftedBytes: hostruntime.Unlimited,
	WrittenBytes: hostruntime.Unlimited, Handles: hostruntime.Unlimited, LogLines: hostruntime.Unlimited,
	Tasks: hostruntime.Unlimited, TaskDepth: hostruntime.Unlimited,
}

// itself lets every instance of a component, tasks included, start others of it
// as tasks, with all that p gives.
func itself(of string, p hostruntime.Policy, imports ...hostruntime.Imports) func(*hostruntime.Component) []hostruntime.TaskGrant {
	return func(c *hostruntime.Component) []hostruntime.TaskGrant {
		p.Limits = unlimited
		grants := []hostruntime.TaskGrant{{Interface: of, Component: c, Policy: p, Imports: imports}}
		grants[0].Policy.Tasks = grants
		return grants
	}
}

// attacksByTasks are of a component that starts itself. Its grants bound nothing,
// what it may do itself does.
var attacksByTasks = func() []attack {
	const number = value.U32(math.MaxUint32)
	attacks := []attack{
		{name: "without end", call: "spawn", args: []value.Value{number, value.U32(0)}, want: reaches(hostruntime.LimitTasks)},
		{name: "within tasks", call: "a:b/work#down", args: []value.Value{number}, want: ending{calling, "LimitError", "task depth"}},
		{name: "within tasks, of which there are few", call: "a:b/work#down", args: []value.Value{number},
			limits: hostruntime.Limits{Tasks: 2}, want: ending{calling, "LimitError", "tasks limit"}},
		{name: "that spin", call: "spawn", args: []value.Value{value.U32(1), number},
			limits: hostruntime.Limits{Fuel: 10_000_000}, want: reaches(hostruntime.LimitFuel)},
		{name: "that spin on time", call: "spawn", args: []value.Value{value.U32(1), number}, limits: brief, want: reaches(hostruntime.LimitWallTime)},
		{name: "that leave little each", call: "spawn", args: []value.Value{number, value.U32(500_000)},
			limits: hostruntime.Limits{Fuel: 10_000_000}, want: reaches(hostruntime.LimitFuel)},
	}
	for i := range attacks {
		attacks[i].file = "../../../hostruntime/testdata/tasks"
		attacks[i].tasks = itself("a:b/work", hostruntime.Policy{})
	}
	return attacks
}()

// A taskAttack is a function of sandbox/tasks.py or tasks.js.
type taskAttack struct {
	want ending
	// value is what it returns, nil for whatever it likes.
	value value.Value
	// alone is for what starts no task.
	alone bool
}

var taskAttacks = map[string]map[string]taskAttack{
	"python": {
		"above_the_callers_fuel":       {want: onFuel},
		"all_of_everything":            {want: onFuel},
		"all_of_the_memory":            {want: survives, value: value.String("none")},
		"time_that_is_negative":        {want: onTime},
		"nothing_at_all":               {want: survives, value: value.String("none")},
		"next_to_nothing":              {want: survives, value: value.String("none")},
		"narrowing_without_end":        {want: onFuel, alone: true},
		"asking_what_is_left":          {want: onFuel, alone: true},
		"guessing_what_is_left":        {want: survives, value: value.String("less")},
		"grants_itself":                {want: survives, value: value.String("3")}, // the fourth one ends by starting a fifth
		"many_tasks":                   {want: onTasks},
		"tasks_that_start_more":        {want: onTasks},
		"failing_tasks":                {want: onTasks},
		"tasks_of_the_hosts":           {want: survives},
		"output_by_tasks":              {want: onOutput},
		"lines_by_tasks":               {want: survives},
		"files_by_tasks":               {want: survives, value: value.String("none")},
		"folder_that_the_caller_lacks": {want: survives, value: value.String("none none")},
		"handles_by_tasks":             {want: survives, value: value.String("990")},
		"failure_that_rants":           {want: survives},
		"answers_hoarded":              {want: survives, value: value.String("memory")},
		"lies_about_its_end":           {want: survives, value: value.String("none")},
	},
	"quickjs": {
		"allOfEverything":     {want: onFuel},
		"negative":            {want: traps("unreachable"), alone: true},
		"nothingAtAll":        {want: survives},
		"narrowingWithoutEnd": {want: onFuel, alone: true},
		"askingWhatIsLeft":    {want: onFuel, alone: true},
		"grantsItself":        {want: survives, value: value.String("3")},
		"manyTasks":           {want: onTasks},
		"failingTasks":        {want: onTasks},
		"tasksThatStartMore":  {want: onTasks},
		"tasksOfTheHosts":     {want: survives},
		"startsInAGetter":     {want: onFuel},
	},
}

var onTasks = reaches(hostruntime.LimitTasks)

// webAttacksByTasks are functions of sandbox/web.py, which runs as a task a
// hundred times.
var webAttacksByTasks = []webAttack{
	{name: "answer_that_lies", want: onRequests}, // one request of each task
	{name: "requests_without_end", want: onRequests},
	{name: "requests_at_once", want: onConcurrent},
	{name: "download_without_end", want: onReceived},
	{name: "upload_without_end", want: onSent},
	{name: "slow_drip", want: onRequestTime},
	{name: "redirect_to_loopback", want: traps("HttpRequestDenied")},
	{name: "connections_without_end", raw: true, want: onConnections},
	{name: "library_download_without_end", raw: true, want: onReceived},
}
