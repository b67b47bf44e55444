package compile

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/proc"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// A GuestError says why a guest could not be compiled. Its texts are safe to
// show.
type GuestError struct {
	// File is the guest's file, the one it imports in which the error is, or
	// the WIT.
	File string
	// Line and Column are 0 where they aren't known.
	Line, Column int
	Message      string
	// Detail is what the toolchain or the guest said, such as a traceback.
	// Paths in it are the author's own. May be empty.
	Detail string
}

func (e *GuestError) Error() string {
	at := escape.Line(e.File)
	for _, n := range []int{e.Line, e.Column} {
		if n > 0 {
			at += ":" + strconv.Itoa(n)
		}
	}
	text := at + ": " + e.Message
	if e.Detail != "" {
		text += "\n" + indent(e.Detail)
	}
	return text
}

// indent sets untrusted lines off from capsule-gen's own.
func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// explain turns what a toolchain printed when it failed into an error in terms
// of the guest's own files.
func explain(r Request, in *inputs, dirs folders, limits Limits, result proc.Result) error {
	output := in.readable(strings.ReplaceAll(result.Output, "\r\n", "\n"))
	var e *GuestError
	switch r.Engine {
	case toolchain.Python:
		e = explainPython(output, dirs.guests)
		e.Message = in.remedyPython(r, e.Message)
	case toolchain.QuickJS:
		e = explainQuickJS(output, dirs.guests)
	default:
		e = explainStarlingMonkey(output, dirs.guests)
	}
	if r.Engine != toolchain.Python {
		if e := in.unresolvedBy(r, output); e != nil {
			return e
		}
	}
	// The last one, since a traceback shows the line of code that has it first.
	if i := strings.LastIndex(output, missingMark); i >= 0 {
		what, _, _ := strings.Cut(output[i+len(missingMark):], "\n")
		e = &GuestError{Message: "the world asks for an export that the guest lacks: " + what}
	}
	if strings.Contains(output, hiddenMark) {
		e = &GuestError{Message: "Python has a module of that name, which is found in the guest's place: give the file another name"}
	}
	if e.Message == "" {
		e.Message = "the " + r.Engine.Language() + " compiler failed (" + result.State + ")"
	}
	if outOfMemory.MatchString(output) {
		e.Message += fmt.Sprintf(" (the build may use %d MiB of memory; --build-memory changes the limit)",
			limits.MemoryBytes>>20)
	}
	// The folder's copy is an implementation detail: back to the real one.
	folder := filepath.Dir(r.Guest)
	back := strings.NewReplacer(
		dirs.guests+"/", folder+string(filepath.Separator),
		dirs.guests, folder, dirs.wit, r.WIT)
	if e.File == "" {
		e.File = r.Guest
	} else {
		e.File = filepath.Join(folder, filepath.FromSlash(e.File))
	}
	e.Message = escape.Line(back.Replace(e.Message))
	e.Detail = escape.Text(back.Replace(strings.TrimRight(e.Detail, "\n")))
	return e
}

var outOfMemory = regexp.MustCompile(`memory allocation of \d+ bytes failed|MemoryError|[Oo]ut of memory|out-of-memory`)

var (
	pythonFrame = regexp.MustCompile(`(?m)^( *)File "/0/([^"]+)", line (\d+)`)
	// A frame of the entry module, with the source lines below it.
	entryFrame = regexp.MustCompile(`(?m)^  File "/0/` + entryName + `\.py".*\n(?:    .*\n)*`)
	// What componentize-py says when a module has no class for the world's
	// functions, or for an interface.
	lacksClass    = regexp.MustCompile(`^AttributeError: module '[^']*' has no attribute '([^']*)'`)
	trappingStub  = regexp.MustCompile(`called trapping stub: (.*)`)
	exitStatus    = regexp.MustCompile(`Exited with i32 exit status (-?\d+)`)
	lastCause     = regexp.MustCompile(`(?m)^ +\d+: (?:wasm trap: )?(.*)$`)
	pythonWorldIn = regexp.MustCompile("World `[^`]*` not found in package `[^`]*`")
)

// explainPython reads componentize-py's report: the Python error, or what the
// runtime said, after the name of an exception that it is wrapped in.
func explainPython(output, guests string) *GuestError {
	if i := strings.LastIndex(output, "\nAssertionError: "); i >= 0 {
		output = output[i+len("\nAssertionError: "):]
	}
	text, causes, _ := strings.Cut(output, "\n\nCaused by:")
	causes, _, _ = strings.Cut(causes, "\nStack backtrace:")
	text = entryFrame.ReplaceAllString(strings.Trim(text, "\n")+"\n", "")
	e := &GuestError{}
	switch {
	case pythonWorldIn.MatchString(causes):
		e.Message = pythonWorldIn.FindString(causes)
		return e
	case trappingStub.MatchString(causes):
		e.Message = "the guest's top level, which runs during the build, calls the import " +
			trappingStub.FindStringSubmatch(causes)[1] + ": imports can be called from exports only"
		return e
	case exitStatus.MatchString(causes):
		e.Message = "the guest's top level, which runs during the build, ends the program (exit status " +
			exitStatus.FindStringSubmatch(causes)[1] + ")"
		e.Detail = text
		return e
	case lacksClass.MatchString(text):
		e.Message = "the world asks for an export that the guest lacks: class " + lacksClass.FindStringSubmatch(text)[1]
		return e
	case strings.TrimSpace(text) == "":
		if all := lastCause.FindAllStringSubmatch(causes, -1); len(all) > 0 {
			e.Message = "the guest's top level, which runs during the build, was ended: " + all[len(all)-1][1]
		}
		return e
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	e.Message = lines[len(lines)-1]
	if frames := pythonFrame.FindAllStringSubmatch(text, -1); len(frames) > 0 {
		last := frames[len(frames)-1]
		e.File = last[2]
		e.Line, _ = strconv.Atoi(last[3])
		e.Detail = strings.ReplaceAll(text, `File "/0/`, `File "`+guests+"/")
	}
	return e
}

var (
	quickPrefix = regexp.MustCompile(`^(?:Error: |: |Failed to [a-z A-Z]*JavaScript module[a-z ]*: )+`)
	quickFrame  = regexp.MustCompile(`(?m)^    at (?:.*\()?/([^():\n]+):(\d+):(\d+)\)?$`)
	quickEntry  = regexp.MustCompile(`(?m)^    at .*/` + entryName + `\.js:.*\n?`)
)

// explainQuickJS reads componentize-qjs's report: a message behind several
// prefixes, then a stack.
func explainQuickJS(output, guests string) *GuestError {
	if i := strings.LastIndex(output, "\nError: "); i >= 0 {
		output = output[i+1:]
	}
	output = quickEntry.ReplaceAllString(strings.TrimSpace(output), "")
	e := &GuestError{}
	message, stack, _ := strings.Cut(quickPrefix.ReplaceAllString(output, ""), "\n")
	e.Message = message
	if first := quickFrame.FindStringSubmatch(stack); first != nil {
		e.File = first[1]
		e.Line, _ = strconv.Atoi(first[2])
		e.Column, _ = strconv.Atoi(first[3])
	}
	e.Detail = quickFrame.ReplaceAllStringFunc(stack, func(frame string) string {
		return strings.Replace(frame, "/", guests+"/", 1)
	})
	return e
}

var (
	monkeyFirst = regexp.MustCompile(`(?m)^([^:\s]+):(\d+):(\d+) (.*)$`)
	monkeyFrame = regexp.MustCompile(`@([^@:\s]+):`)
	monkeyEntry = regexp.MustCompile(`(?m)^.*@` + entryName + `\.js:.*\n?`)
	monkeyNoise = regexp.MustCompile(`(?m)^(?:Additionally, some promises|Promise rejected but|Failed to initialize component|Exception while evaluating|Unable to extract).*\n?`)
)

// explainStarlingMonkey reads what compile.mjs prints: componentize-js's
// message without its own stack.
func explainStarlingMonkey(output, guests string) *GuestError {
	output = strings.TrimSpace(output)
	output = strings.TrimSpace(monkeyNoise.ReplaceAllString(monkeyEntry.ReplaceAllString(output, ""), ""))
	e := &GuestError{}
	if at := monkeyFirst.FindStringSubmatchIndex(output); at != nil {
		e.File = output[at[2]:at[3]]
		e.Line, _ = strconv.Atoi(output[at[4]:at[5]])
		e.Column, _ = strconv.Atoi(output[at[6]:at[7]])
		e.Message = output[at[8]:at[9]]
		e.Detail = monkeyFrame.ReplaceAllString(strings.TrimLeft(output[at[1]:], "\n"), "@"+guests+"/$1:")
		return e
	}
	message, detail, _ := strings.Cut(output, "\n")
	e.Message = strings.TrimPrefix(message, "Error: ")
	e.Detail = detail
	return e
}
