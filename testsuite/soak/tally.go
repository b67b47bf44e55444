package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

// A tally counts how tasks ended.
type tally struct {
	lock            sync.Mutex
	outcomes        map[string]int
	runs, hostile   int
	unexpectedTasks int
}

// maxTold bounds how many unexpected endings are told one by one.
const maxTold = 50

// add counts a task. err is not nil where it ended otherwise than it must.
func (t *tally) add(done task, outcome string, err error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.runs++
	if done.hostile {
		t.hostile++
	}
	t.outcomes[outcome]++
	if err == nil {
		return
	}
	if t.unexpectedTasks++; t.unexpectedTasks <= maxTold {
		fmt.Fprintf(os.Stderr, "%s: %.2000s\n", done.name, err)
	}
}

func (t *tally) wrong() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.unexpectedTasks
}

func (t *tally) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	var text strings.Builder
	fmt.Fprintf(&text, "%d runs, %d hostile, %d unexpected:", t.runs, t.hostile, t.unexpectedTasks)
	for _, name := range slices.Sorted(maps.Keys(t.outcomes)) {
		fmt.Fprintf(&text, " %s %d", name, t.outcomes[name])
	}
	return text.String()
}
