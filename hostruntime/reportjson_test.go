package hostruntime

import (
	"encoding/json"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// Who reads a report as JSON finds lists where it says lists, also when nothing
// is in them.
func TestReportsOfNoTasks(t *testing.T) {
	report := Report{Outcome: OutcomeOK, Tasks: TasksReport{Started: 1}}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"tasks":{"started":1,"reports":[],"omitted":0}`; !strings.Contains(string(text), want) {
		t.Errorf("%s doesn't have %s", text, want)
	}
	if text, err = json.Marshal(Report{Outcome: OutcomeOK}); err != nil || strings.Contains(string(text), `"tasks"`) {
		t.Errorf("%s tells of tasks, error %v", text, err)
	}
}

// What the doc of MarshalJSON shows is what a report has, every key of it.
func TestTheJSONFormIsDocumented(t *testing.T) {
	source, err := os.ReadFile("reportjson.go")
	if err != nil {
		t.Fatal(err)
	}
	var example strings.Builder
	for line := range strings.Lines(string(source)) {
		if line, ok := strings.CutPrefix(line, "//\t"); ok {
			line, _, _ = strings.Cut(line, "// ")
			example.WriteString(strings.ReplaceAll(line, ": …", ": 1"))
		}
	}
	var documented, written any
	if err := json.Unmarshal([]byte(example.String()), &documented); err != nil {
		t.Fatalf("%v in %s", err, example.String())
	}
	var report Report
	fillIn(reflect.ValueOf(&report).Elem())
	report.Outcome = OutcomeExit
	text, err := json.Marshal(report)
	if err == nil {
		err = json.Unmarshal(text, &written)
	}
	if err != nil {
		t.Fatal(err)
	}
	if has, want := keys("", written), keys("", documented); !slices.Equal(has, want) {
		t.Errorf("a report has\n%q\nthe doc says\n%q", has, want)
	}
}

// fillIn sets what a report has, but for the reports of tasks.
func fillIn(v reflect.Value) {
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.IPv6Loopback()))
		return
	case []Report:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillIn(v.Index(0))
	case reflect.Interface:
		v.Set(reflect.ValueOf(value.U8(1)))
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	default:
		v.SetUint(1)
	}
}

// keys returns the paths of all keys in JSON, sorted.
func keys(path string, v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			all = append(append(all, path+"."+key), keys(path+"."+key, inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, keys(path+"[]", inner)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// What starting a task did is in the report of its first call.
func TestAStartIsReportedWithTheFirstCall(t *testing.T) {
	var start, both Report
	fillIn(reflect.ValueOf(&start).Elem())
	fillIn(reflect.ValueOf(&both).Elem())
	both.addStart(&start)
	if both.LogLines != 2 || both.LogLinesDropped != 2 || both.HostCalls != 2 || both.Stdout != "texttext" ||
		both.Network.Requests != 2 || both.Network.Dropped != 2 || len(both.Network.Records) != 2 ||
		len(both.Files.Created) != 2 || both.Files.Refused != 2 || both.Files.Bytes != 1 || both.MemoryBytes != 1 {
		t.Errorf("%+v", both)
	}
}
