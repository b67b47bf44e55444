package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// guestAttacks are functions of the guests in testsuite/hostile/sandbox, and
// how they end.
var guestAttacks = map[string]map[string]string{
	guest.Python: {
		"busy_loop":                 hostruntime.OutcomeFuel,
		"regular_expression":        hostruntime.OutcomeFuel,
		"power":                     hostruntime.OutcomeFuel,
		"sleeping":                  hostruntime.OutcomeTimeout,
		"list_growth":               hostruntime.OutcomeMemory,
		"printing":                  hostruntime.OutcomeOutput,
		"hoarded_handles":           hostruntime.OutcomeHandles,
		"recursion_without_a_limit": hostruntime.OutcomeDepth,
		"huge_file":                 hostruntime.OutcomeFiles,
		"sparse_file":               hostruntime.OutcomeFiles,
		"many_files":                hostruntime.OutcomeFiles,
		"climbing_by_a_link":        hostruntime.OutcomeTrap,
		"renaming_out":              hostruntime.OutcomeTrap,
		"threads":                   hostruntime.OutcomeTrap,
		"leaving":                   hostruntime.OutcomeExit,
		"zip_bomb":                  hostruntime.OutcomeMemory,
		"billion_laughs":            hostruntime.OutcomeTrap,
		"tar_of_many":               hostruntime.OutcomeFiles,
		"text_of_megabytes":         hostruntime.OutcomeTrap,
		"memory_error_made_up":      hostruntime.OutcomeTrap,
		"every_object_cleared":      hostruntime.OutcomeTrap,
		"handle_closed_twice":       hostruntime.OutcomeTrap,
		"exit_beneath_python":       hostruntime.OutcomeExit,
	},
	guest.QuickJS: {
		"busyLoop":          hostruntime.OutcomeFuel,
		"proxies":           hostruntime.OutcomeTrap,
		"arrayGrowth":       hostruntime.OutcomeMemory,
		"hoardedHandles":    hostruntime.OutcomeHandles,
		"recursion":         hostruntime.OutcomeTrap,
		"loneSurrogate":     hostruntime.OutcomeTrap,
		"flattenedString":   hostruntime.OutcomeMemory,
		"promiseStorm":      hostruntime.OutcomeMemory,
		"hasInstance":       hostruntime.OutcomeFuel,
		"errorOfMegabytes":  hostruntime.OutcomeTrap,
		"bufferThatShrinks": hostruntime.OutcomeOK,
	},
}

const hostileGuests = "testsuite/hostile"

// loadGuests builds the hostile guests in dir and returns their attacks.
func loadGuests(ctx context.Context, rt *hostruntime.Runtime, dir string) ([]task, error) {
	var list []task
	for engine, attacks := range guestAttacks {
		file := map[string]string{guest.Python: "guest.py", guest.QuickJS: "guest.js"}[engine]
		path := filepath.Join(dir, "hostile-"+engine+".wasm")
		message, err := guest.Compile(guest.Spec{WIT: hostileGuests + "/wit", World: "hostile", Engine: engine, File: hostileGuests + "/sandbox/" + file}, path)
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, message)
		}
		c, err := rt.LoadFile(ctx, path)
		if err != nil {
			return nil, err
		}
		for name, want := range attacks {
			list = append(list, task{name: engine + " " + name, hostile: true, run: attackByGuest(c, dir, name, want)})
		}
	}
	return list, nil
}

// attackByGuest returns the task: a new instance, which may write to a folder
// in dir, is called once.
func attackByGuest(c *hostruntime.Component, dir, name, want string) func(context.Context, *rand.Rand) (string, error) {
	limits := hostruntime.Limits{MemoryBytes: 96 << 20, WallTime: 10 * time.Minute}
	var call hostruntime.Limits
	switch want {
	case hostruntime.OutcomeFuel:
		call.Fuel = hostruntime.FuelLow
	case hostruntime.OutcomeTimeout:
		call.WallTime = briefly
	}
	return func(ctx context.Context, _ *rand.Rand) (string, error) {
		folder, err := os.MkdirTemp(dir, "folder-")
		if err != nil {
			return "none", err
		}
		defer os.RemoveAll(folder)
		in, err := c.Instantiate(ctx, hostruntime.Policy{
			Limits: limits,
			Dirs:   []hostruntime.Dir{{Host: folder, Guest: "/data", Writable: true, MaxBytes: 4 << 20, MaxEntries: 50}},
		}, host())
		if err != nil {
			return "none", err
		}
		_, err = in.Call(hostruntime.WithLimits(ctx, call), "attack", value.String(name))
		return expect(ctx, in, err, want)
	}
}
