// Command host has an agent answer a question about a table. The agent is a
// task in a sandbox, and so is each of its tools, each time it uses one.
//
//	go run ./host                                  # with a stand-in for the model
//	MODEL_API_KEY=… go run ./host -model-url https://api.example.org/v1 -model NAME 'Which region sold most?'
//
// Everything in this folder is trusted. What runs in the sandboxes is in
// ../sandbox, a folder for each, and what the model says decides what that does.
package main

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
	"github.com/capsule-kit/capsule/separate-file-examples/agent/host/agent"
)

// options are what the command line says.
type options struct {
	folder, url, model, key string
	record, replay, report  string
	printPolicy             bool
	question                string
}

func main() {
	var o options
	flag.StringVar(&o.folder, "folder", ".", "where capsule.toml and the built sandboxes are")
	flag.StringVar(&o.url, "model-url", "", "the model's endpoint, up to /v1; by default a stand-in on this machine")
	flag.StringVar(&o.model, "model", "scripted", "the model's name")
	flag.StringVar(&o.record, "record", "", "write a journal of the run to `FILE`")
	flag.StringVar(&o.replay, "replay", "", "repeat the run in `FILE`, without model, files and tools")
	flag.StringVar(&o.report, "report", "", "write to `FILE` what the run used, as JSON")
	flag.BoolVar(&o.printPolicy, "print-policy", false, "print what the agent may do before it does it")
	flag.Parse()
	o.key = os.Getenv("MODEL_API_KEY")
	o.question = flag.Arg(0)
	if o.question == "" {
		o.question = "Which region sold most, and what is its share of all sales?"
	}
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "host:", hostruntime.EscapeText(err.Error()))
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o options) error {
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	file, err := policyfile.Load(filepath.Join(o.folder, "capsule.toml"))
	if err != nil {
		return err
	}
	load := func(task string) (*hostruntime.Component, error) {
		c, err := rt.LoadFile(ctx, filepath.Join(o.folder, "build", task+".wasm"))
		if err != nil {
			return nil, fmt.Errorf("%w\nBuild the sandboxes first: capsule-gen build", err)
		}
		return c, nil
	}
	component, err := load("agent")
	if err != nil {
		return err
	}
	if o.replay != "" {
		return replay(ctx, w, component, o.replay)
	}

	if o.url == "" {
		script, err := startScript(o.key)
		if err != nil {
			return err
		}
		defer script.close()
		o.url, o.key = script.url, script.key
		fmt.Fprintln(w, "no -model-url: the model is a stand-in, which plays back a written conversation")
	}
	policy, err := file.Policy("agent")
	if err != nil {
		return err
	}
	if policy.Tasks, err = file.Grants("agent", load); err != nil {
		return err
	}
	if policy.Network, err = network(policy.Network, o.url, o.key); err != nil {
		return err
	}
	policy.Stdout = escaped{w} // the agent tells of each use of a tool
	if o.record != "" {
		journal, err := os.OpenFile(o.record, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer journal.Close()
		policy.Record = journal
	}
	if o.printPolicy {
		fmt.Fprintln(w, policy)
	}

	guest, err := agent.Instantiate(ctx, component, policy, agent.Imports{})
	if err != nil {
		return err
	}
	defer guest.Close(ctx)
	var used hostruntime.Report
	answer, err := guest.Assistant.Answer(hostruntime.WithReport(ctx, &used), o.question,
		agent.Model{URL: strings.TrimSuffix(o.url, "/"), Name: o.model, Key: placeholder})
	if o.report != "" {
		text, err := json.MarshalIndent(used, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.report, text, 0o644); err != nil {
			return err
		}
	}
	return print(w, answer, used, err)
}
