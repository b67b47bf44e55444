// The walker does to files, clocks and its surroundings what programs do. Its
// first argument says what.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: walker COMMAND ...")
		os.Exit(2)
	}
	commands := map[string]func(args []string) error{
		"walk": walk, "edit": edit, "clocks": clocks, "surroundings": surroundings,
		"shout": shout, "fill": fill, "escape": escape, "many": many,
	}
	command, ok := commands[os.Args[1]]
	if !ok {
		panic("no command " + os.Args[1])
	}
	if err := command(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "walker:", err)
		os.Exit(1)
	}
}

// walk lists everything beneath a folder.
func walk(args []string) error {
	return filepath.WalkDir(args[0], func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			fmt.Println(path + "/")
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			fmt.Println(path, "->", target)
		default:
			fmt.Println(path, info.Size())
		}
		return nil
	})
}

// edit changes a folder in every way there is.
func edit(args []string) error {
	at := func(name string) string { return filepath.Join(args[0], name) }
	var errs []error
	do := func(err error) { errs = append(errs, err) }
	do(os.MkdirAll(at("a/b/c"), 0o777))
	do(os.WriteFile(at("a/one"), []byte("one\n"), 0o666))
	f, err := os.OpenFile(at("a/one"), os.O_APPEND|os.O_WRONLY, 0)
	do(err)
	for i := range 3 {
		fmt.Fprintf(f, "more %d\n", i)
	}
	do(f.Close())
	do(os.Rename(at("a/one"), at("a/b/moved")))
	do(os.WriteFile(at("two"), []byte(strings.Repeat("0123456789", 1000)), 0o666))
	do(os.Truncate(at("two"), 1234))
	do(os.Link(at("two"), at("a/hard")))
	do(os.Symlink("b/moved", at("a/link")))
	do(os.WriteFile(at("doomed"), nil, 0o666))
	do(os.Remove(at("doomed")))
	do(os.MkdirAll(at("tree/x/y"), 0o777))
	do(os.WriteFile(at("tree/x/file"), []byte("x"), 0o666))
	do(os.RemoveAll(at("tree")))
	do(os.Rename(at("a/b/c"), at("c")))
	date := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	do(os.Chtimes(at("two"), date, date))

	info, err := os.Stat(at("two"))
	do(err)
	fmt.Println("two:", info.Size(), info.ModTime().UTC().Format(time.RFC3339))
	data, err := os.ReadFile(at("a/link"))
	do(err)
	fmt.Printf("through the link: %q\n", data)

	rw, err := os.OpenFile(at("two"), os.O_RDWR, 0)
	do(err)
	_, err = rw.Seek(-4, io.SeekEnd)
	do(err)
	_, err = rw.Write([]byte("tail"))
	do(err)
	_, err = rw.WriteAt([]byte("head"), 0)
	do(err)
	_, err = rw.Seek(1228, io.SeekStart)
	do(err)
	rest, err := io.ReadAll(rw)
	do(err)
	do(rw.Sync())
	do(rw.Close())
	fmt.Printf("end of two: %q\n", rest)

	for _, name := range []string{"none", "two/x", "a"} {
		_, err := os.ReadFile(at(name))
		fmt.Println(err)
	}
	fmt.Println(os.Remove(at("a")))
	fmt.Println(os.Mkdir(at("a"), 0o777))
	return errors.Join(errs...)
}

// clocks reads both clocks and sleeps.
func clocks([]string) error {
	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	passed := time.Since(start)
	if passed < 20*time.Millisecond {
		return fmt.Errorf("%v passed", passed)
	}
	ticks, timeout := time.NewTicker(time.Millisecond), time.After(30*time.Millisecond)
	defer ticks.Stop()
	n := 0
	for {
		select {
		case <-ticks.C:
			n++
			continue
		case <-timeout:
		}
		break
	}
	fmt.Println(n > 0, start.Year())
	return nil
}

// surroundings shows what else a program sees.
func surroundings(args []string) error {
	fmt.Printf("%q\n", args)
	env := os.Environ()
	sort.Strings(env)
	fmt.Printf("%q\n", env)
	_, err := os.ReadDir("/")
	fmt.Println(err)
	return nil
}

// shout answers each line of the input.
func shout([]string) error {
	in := bufio.NewScanner(os.Stdin)
	lines := 0
	for in.Scan() {
		fmt.Println(strings.ToUpper(in.Text()))
		lines++
	}
	fmt.Fprintln(os.Stderr, lines, "lines")
	if lines == 0 {
		os.Exit(7)
	}
	return in.Err()
}

// fill writes until it can't, deletes half of it, and goes on.
func fill(args []string) error {
	block := make([]byte, 4096)
	files := func(prefix string) int {
		for i := 0; ; i++ {
			err := os.WriteFile(filepath.Join(args[0], fmt.Sprint(prefix, i)), block, 0o666)
			if err != nil {
				fmt.Println(prefix, i, err)
				return i
			}
		}
	}
	n := files("first")
	for i := range n / 2 {
		if err := os.Remove(filepath.Join(args[0], fmt.Sprint("first", i))); err != nil {
			return err
		}
	}
	files("second")
	return nil
}

// escape tries to get at what lies outside of the folder.
func escape(args []string) error {
	for _, path := range args[1:] {
		for _, try := range []struct {
			name string
			run  func(path string) error
		}{
			{"read", func(p string) error { _, err := os.ReadFile(p); return err }},
			{"write", func(p string) error { return os.WriteFile(p, []byte("was here"), 0o666) }},
			{"list", func(p string) error { _, err := os.ReadDir(p); return err }},
			{"stat", func(p string) error { _, err := os.Stat(p); return err }},
			{"mkdir", func(p string) error { return os.Mkdir(filepath.Join(p, "new"), 0o777) }},
			{"take", func(p string) error { return os.Rename(p, filepath.Join(args[0], "taken")) }},
			{"link", func(p string) error { return os.Link(p, filepath.Join(args[0], "linked")) }},
			{"remove", os.Remove},
		} {
			if err := try.run(path); err == nil {
				fmt.Println("could", try.name, path)
			}
		}
	}
	return nil
}

// many reads a large folder, and files of it at the same time.
func many(args []string) error {
	const n = 500
	for i := range n {
		if err := os.WriteFile(filepath.Join(args[0], fmt.Sprintf("f%03d", i)), []byte{byte(i)}, 0o666); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(args[0])
	if err != nil {
		return err
	}
	sums := make(chan int)
	for part := range 4 {
		go func() {
			sum := 0
			for i := part; i < len(entries); i += 4 {
				data, err := os.ReadFile(filepath.Join(args[0], entries[i].Name()))
				if err == nil {
					sum += int(data[0])
				}
			}
			sums <- sum
		}()
	}
	total := 0
	for range 4 {
		total += <-sums
	}
	fmt.Println(len(entries), total)
	return nil
}
