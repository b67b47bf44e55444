//go:build guests

package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A use is what a model asks of a tool, and a regular expression for what it
// is told.
type use struct{ tool, arguments, want string }

// Whatever a model asks for, it is told what came of it, and the agent goes on.
func TestModelsAreToldWhatFailed(t *testing.T) {
	e := newExample(t)
	for name, text := range map[string]string{
		"broken.csv": "a,b\n\"1,2\n",
		"quoted.csv": "kind,n\r\n\"a \"\"b\"\", c\",1\r\n\"a \"\"b\"\", c\",-2.5", // and no end of line at the end
		"empty.csv":  "",
	} {
		if err := os.WriteFile(filepath.Join(e.dir, "data", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var server *httptest.Server
	python := func(source string) string {
		text, err := json.Marshal(map[string]string{"source": source})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	rounds := [][]use{
		{
			{"python", python("print(1)\n2"), `^1\n2$`},
			{"python", python("1 / 0"), `^error: ZeroDivisionError: division by zero$`},
			{"python", python("x = ("), `^error: (?s).*SyntaxError`},
			{"python", python("raise SystemExit(3)"), `^error: SystemExit: 3$`},
			{"python", python("hoard = []\nwhile True: hoard.append(bytearray(1 << 20))"), `^error: MemoryError$`},
			{"python", python("import os\nos._exit(0)"), `^ended \(exit\): `},
			{"python", python("import socket"), `^error: ModuleNotFoundError`},
			{"python", python("left = 1"), `^$`},
			{"python", python("left"), `^error: NameError`}, // nothing is left of the task before
			{"summarize", `{"file": "/data/orders.csv", "value": "region", "by": "units"}`, `^error: line 2 has 'north', which is no number$`},
			{"summarize", `{"file": "/data/quoted.csv", "value": "n", "by": "kind"}`, `^\[{"name": "a \\"b\\", c", "count": 2, "sum": -1.5, "min": -2.5, "max": 1.0}\]$`},
			{"summarize", `{"file": "/data/empty.csv", "value": "n", "by": "kind"}`, `^error: there is no column n$`},
			{"summarize", `{"file": "/data/broken.csv", "value": "a", "by": "b"}`, `^ended \(trap\): `},
			{"summarize", `{"file": "/data/other.csv", "value": "a", "by": "b"}`, `^error: .*No such file`},
			{"summarize", `{}`, `^error: .*missing 3 required`},
			{"preview", `{"file": "/etc/passwd"}`, `^error: `},
			{"preview", `{"file": "/data/../../etc/passwd"}`, `^error: `},
			{"fetch", `{"url": "URL/models"}`, `HttpRequestDenied$`}, // the model's own host, and not how it is to be used
			{"fetch", `{"url": "file:///etc/passwd"}`, `no such scheme$`},
			{"_model", `{}`, `^error: .*there is no tool _model`},
			{"settings", `[]`, `^error: `},
			{"settings", `not JSON`, `^error: `},
		},
		{{"python", python("'still there'"), `^'still there'$`}},
	}
	server = model(t, func(step int, told []string) (any, bool) {
		if step > 0 {
			for i, u := range rounds[step-1] {
				if i >= len(told) || !regexp.MustCompile(u.want).MatchString(told[i]) {
					t.Errorf("%s %s: told %.300q, want %s", u.tool, u.arguments, told[i:min(i+1, len(told))], u.want)
				}
			}
		}
		if step == len(rounds) {
			return "the end", false
		}
		var calls []any
		for i, u := range rounds[step] {
			arguments := strings.ReplaceAll(u.arguments, "URL", server.URL)
			calls = append(calls, map[string]any{"id": fmt.Sprint(i), "type": "function", "function": map[string]any{"name": u.tool, "arguments": arguments}})
		}
		return calls, true
	})
	server.Start()
	stdout, stderr, err := e.run(t, "-model-url", server.URL, "-model", "mine", "what?")
	if err != nil || !strings.Contains(stdout, "\nanswer: the end\n") {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}
}

// A model that never comes to an end, or says nothing that makes sense, ends
// the agent: with its own error, or with what it has no more of.
func TestModelsThatDoNotAnswer(t *testing.T) {
	e := newExample(t)
	for _, tt := range []struct {
		name string
		say  http.HandlerFunc
		want string
		how  string
	}{
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"choices": [{"message": {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "settings", "arguments": "{}"}}]}}]}`)
		}, "no answer after 12 steps", "guest-error"},
		{"not JSON", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>") }, "the model can't be asked: ", "guest-error"},
		{"refuses", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "what is "+r.Header.Get("Authorization"), http.StatusUnauthorized)
		}, "status 401: what is Bearer {{the-model-key}}", "guest-error"},
		{"sends elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://collect.example.net/", http.StatusTemporaryRedirect)
		}, "status 307", "guest-error"},
		{"uses up its tasks", func(w http.ResponseWriter, r *http.Request) {
			one := `{"id": "1", "function": {"name": "python", "arguments": "{\"source\": \"1\"}"}}`
			fmt.Fprintf(w, `{"choices": [{"message": {"role": "assistant", "tool_calls": [%s]}}]}`, strings.Repeat(one+", ", 30)+one)
		}, "tasks limit of 30 reached", "tasks"},
		{"never stops talking", func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 100<<20))
		}, "memory limit of 192 MiB reached", "memory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.say)
			stdout, stderr, err := e.run(t, "-model-url", server.URL, "-record", "run.journal")
			server.Close()
			if err == nil || !strings.Contains(stderr, tt.want) || !strings.Contains(stdout, "The agent: "+tt.how+",") {
				t.Errorf("%v\n%s%s\nwant %s, %s", err, stdout, stderr, tt.how, tt.want)
			}
			again, why, err := e.run(t, "-replay", "run.journal")
			if err == nil || again != stdout || why != stderr {
				t.Errorf("the replay: %v\n%s%s\nwant:\n%s%s", err, again, why, stdout, stderr)
			}
		})
	}
}

// model returns one, to be started: say is told the number of messages that it
// said before and the tools' last ones, and returns tool calls, or a text at the
// end.
func model(t *testing.T, say func(step int, told []string) (answer any, goOn bool)) *httptest.Server {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Model    string
			Tools    []any
			Messages []struct{ Role, Content string }
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Model != "mine" || len(asked.Tools) != 5 {
			t.Errorf("asked %+v: %v", asked, err)
		}
		if r.URL.Path != "/chat/completions" || r.Header.Get("Authorization") != "Bearer "+key {
			t.Errorf("%s with the key %q", r.URL, r.Header.Get("Authorization"))
		}
		step := 0
		var told []string
		for _, m := range asked.Messages {
			switch m.Role {
			case "assistant":
				step++
				told = nil
			case "tool":
				told = append(told, m.Content)
			}
		}
		message := map[string]any{"role": "assistant", "content": nil}
		if answer, goOn := say(step, told); goOn {
			message["tool_calls"] = answer
		} else {
			message["content"] = answer
		}
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": message}}})
	}))
	t.Cleanup(s.Close)
	return s
}
