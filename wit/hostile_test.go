package wit

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// repeat writes a line for each number from 1 to n, which stands for #; the one
// before stands for $.
func repeat(n int, line string) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(strings.NewReplacer("#", strconv.Itoa(i+1), "$", strconv.Itoa(i)).Replace(line))
		out.WriteByte('\n')
	}
	return out.String()
}

// Text that asks for much more work, memory or stack than it is long is read
// in reasonable time, or refused. That these tests end is what they show.
func TestHostileText(t *testing.T) {
	const n = 5000
	last := strconv.Itoa(n)
	const long = "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz"
	for _, row := range []struct {
		name, text string
		code       string // of the error, empty where there is none
	}{
		{"a chain of aliases", "interface i { type a0 = u8; " + repeat(n, "type a# = a$;") +
			"record r { " + repeat(n, "x#: a"+last+",") + "} }", ""},
		{"a chain of records", "interface i { type r0 = u8; " + repeat(n, "record r# { a: r$ }") + "}", CodeTooLarge},
		{"a chain of uses", "interface i0 { type t = u8; } " + repeat(n, "interface i# { use i$.{t}; }") +
			"world w { import i" + last + "; export i" + last + "; }", ""},
		{"a chain of includes", "world w0 { import a: func(); variant v { " + repeat(n, "c#,") + "} } " +
			repeat(n, "world w# { include w$; }"), CodeTooLarge},
		{"includes that double", "world w0 { import a0: interface { " + repeat(n, "x#: func();") + "} } " + doubling(12), CodeTooLarge},
		{"many worlds with many interfaces", repeat(n, "interface i# {}") + "world w0 { " + repeat(n, "import i#;") + "}" +
			repeat(n, "world w# { include w0; }"), CodeTooLarge},
		{"packages in packages", strings.Repeat("package a:b { ", n), CodeSyntax},
		{"braces", "interface i { " + strings.Repeat("{", n), CodeSyntax},
		{"comments in comments", strings.Repeat("/*", n), CodeSyntax},
		{"types in types", "interface i { type t = " + strings.Repeat("option<", n), CodeTooLarge},
		{"unknown names", "interface i { " + repeat(n, "type t# = u#-x;") + "}", CodeUnknownName},
		{"unknown imports", repeat(n, "interface i# {}") + "world w { " + repeat(n, "import j#;") + "}", CodeUnknownName},
		{"packages that use each other", "package p:n0 { interface i { use p:n1/i.{t}; } }" + repeat(n, "package p:n# { interface i { use p:n$/i.{t}; use p:n"+last+"/i.{t as u}; } }"), CodeRecursive},
		{"one long line of mistakes", "interface i { " + strings.Repeat("x ", 10*n) + "}", CodeSyntax},
		{"constructors", "interface i { resource r { " + strings.Repeat("constructor();\n", 30*n) + "} }", CodeDuplicate},
		{"unknown renames", "world a { " + repeat(1900, "import "+long+"-x#: func();") + "} world w { include a with { " +
			repeat(10*n, long+"-y# as b#,") + "} }", CodeUnknownName},
		{"docs", strings.Repeat("/// a\n", 10*n) + "interface i {}", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "package a:b;\n" + row.text
			_, err := loadText(text)
			var codes []string
			for _, e := range flat(err) {
				codes = append(codes, e.Code)
			}
			if row.code == "" && err != nil || row.code != "" && !strings.Contains(strings.Join(codes, " "), row.code) {
				t.Errorf("%.500v, want the code %q", err, row.code)
			}
			if len(codes) > maxErrors {
				t.Errorf("%d errors, at most %d are reported", len(codes), maxErrors)
			}
			if _, err := Format([]byte(text)); err != nil && len(flat(err)) == 0 {
				t.Errorf("Format: %v is not about the text", err)
			}
		})
	}
}

func TestSizesAreBounded(t *testing.T) {
	large := []byte("package a:b;" + strings.Repeat(" ", maxFileSize-12))
	dir := t.TempDir()
	unpack(t, filepath.Join(dir, "a.wit"), large)
	unpack(t, filepath.Join(dir, "b.wit"), large)
	if _, err := Load(t.Context(), dir, Options{}); err != nil {
		t.Errorf("text of the size that is allowed: %v", err)
	}
	unpack(t, filepath.Join(dir, "c.wit"), []byte(" "))
	for _, name := range []string{dir, filepath.Join(dir, "d.wit")} {
		unpack(t, filepath.Join(dir, "d.wit"), append(large, ' '))
		_, err := Load(t.Context(), name, Options{})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeTooLarge {
			t.Errorf("%s: %v, want an error with code %s", name, err, CodeTooLarge)
		}
	}
	if _, err := Format(append(large, ' ')); err == nil {
		t.Error("Format took text of any size")
	}
}

func flat(err error) Errors {
	if list, ok := errors.AsType[Errors](err); ok {
		return list
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return Errors{e}
	}
	return nil
}

// doubling returns worlds each of which has all that the one before has twice.
func doubling(levels int) string {
	var out strings.Builder
	for level := range levels {
		fmt.Fprintf(&out, "world w%d { include w%d; include w%d with { ", level+1, level, level)
		for i := range 1 << level {
			fmt.Fprintf(&out, "a%d as a%d,", i, i+1<<level)
		}
		out.WriteString("} }\n")
	}
	return out.String()
}
