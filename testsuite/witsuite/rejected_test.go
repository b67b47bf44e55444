//go:build guests

package witsuite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/wit"
)

// reasons says which of our codes a message of wit-parser's stands for, in the
// first that matches. What it doesn't find as a type, interface or world may be
// there as something else, which ours says.
var reasons = []struct {
	message *regexp.Regexp
	codes   string
}{
	{regexp.MustCompile(`not found\. known packages|^package '.*' not found`), wit.CodeUnknownPkg},
	{regexp.MustCompile(`does not exist|not found in package|not defined in interface|no import or export`), wit.CodeUnknownName + " " + wit.CodeWrongKind},
	{regexp.MustCompile(`depends on itself|dependency cycle`), wit.CodeRecursive},
	{regexp.MustCompile(`excluded due to its feature`), wit.CodeGated},
	{regexp.MustCompile(`too deep|more than 32 flags`), wit.CodeTooLarge},
	{regexp.MustCompile(`conflicts with|duplicate|defined more than once|more than once|twice|shadows|two different locations|multiple 'package' items`), wit.CodeDuplicate},
	{regexp.MustCompile(`expected .*, found|unterminated|nested packages must be placed`), wit.CodeSyntax},
	{regexp.MustCompile(`must be a resource|cannot use|cannot import|is defined as`), wit.CodeWrongKind},
	{regexp.MustCompile(`no .package. header|does not match|unreleased version|not allowed on|empty (record|flags|tuple|variant|enum)|` +
		`must be|must have|must return|cannot have|not supported|incompatible ways|corresponding getter|invalid map key`), wit.CodeInvalid},
}

var (
	goldenPlace = regexp.MustCompile(`(?m)--> tests/ui/parse-fail/(\S+?):(\d+):\d+|^tests/ui/parse-fail/(\S+?):(\d+):\d+: `)
	pathPrefix  = regexp.MustCompile(`^failed to resolve directory while parsing WIT for path \[[^\]]*\]: (failed to parse package: [^:]*: )?`)
)

// TestRejected reads every input that wit-parser rejects: it must be an error
// with the line and for the reason that the golden result gives.
func TestRejected(t *testing.T) {
	folder := filepath.Join(cases(t), "parse-fail")
	differences := Expected(t, "rejected")
	defer differences.Done()
	for golden, input := range goldens(t, folder, ".wit.result", 190) {
		name := strings.TrimSuffix(filepath.Base(golden), ".wit.result")
		if input == "" {
			differences.Check(name, "the crate has no input for it")
			continue
		}
		text, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		differences.Check(name, mismatch(t, folder, input, string(text)))
	}
}

// mismatch returns how the rejection of an input differs from the golden one;
// empty where it doesn't.
func mismatch(t *testing.T, folder, input, golden string) string {
	_, err := wit.Load(t.Context(), input, options)
	if err == nil {
		return "accepted; want: " + golden
	}
	var all wit.Errors
	if !errors.As(err, &all) {
		one, ok := errors.AsType[*wit.Error](err)
		if !ok {
			return fmt.Sprintf("%v (%T) is not about the text", err, err)
		}
		all = wit.Errors{one}
	}
	message := pathPrefix.ReplaceAllString(golden, "")
	codes := ""
	for _, r := range reasons {
		if first, _, _ := strings.Cut(message, "\n"); r.message.MatchString(first) {
			codes = r.codes
			break
		}
	}
	if codes == "" {
		return "no class for: " + golden
	}
	place := goldenPlace.FindStringSubmatch(golden)
	for _, e := range all {
		file, _ := filepath.Rel(folder, e.Pos.File)
		at := fmt.Sprintf("%s:%d", filepath.ToSlash(file), e.Pos.Line)
		if strings.Contains(codes, e.Code) && (place == nil || at == place[1]+place[3]+":"+place[2]+place[4]) {
			return ""
		}
	}
	return wit.Detail(err) + "\n[" + all[0].Code + "]; want: [" + codes + "] " + golden
}
