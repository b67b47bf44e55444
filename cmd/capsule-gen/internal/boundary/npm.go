package boundary

import (
	"encoding/json"
	"io"
	"os"
	"path"
	"strings"
)

// maxPackageJSON bounds the package.json that is read for a version.
const maxPackageJSON = 1 << 20

// NPM divides the files that a JavaScript guest is made from, slash-separated in
// its folder and sorted: own are those that its author wrote, and packages those
// of others, below a node_modules. A package's version is what its package.json
// says; empty where that can't be read.
func NPM(folder *os.Root, files []string) (own []string, packages []Package) {
	last := ""
	for _, file := range files {
		dir, name := packageOf(file)
		switch {
		case name == "":
			own = append(own, file)
			continue
		case dir != last:
			packages = append(packages, Package{Name: name, Version: versionIn(folder, dir)})
			last = dir
		}
		p := &packages[len(packages)-1]
		p.Files = append(p.Files, file)
	}
	return own, packages
}

// packageOf returns the folder and the name of the package that a file belongs
// to; empty for none.
func packageOf(file string) (dir, name string) {
	const modules = "node_modules/"
	i := strings.LastIndex("/"+file, "/"+modules)
	if i < 0 {
		return "", ""
	}
	start := i + len(modules)
	parts := strings.Split(file[start:], "/")
	n := 1
	if strings.HasPrefix(parts[0], "@") {
		n = 2
	}
	if len(parts) <= n {
		return "", "" // a file in node_modules itself
	}
	name = strings.Join(parts[:n], "/")
	return file[:start] + name, name
}

// versionIn returns the version of the package in a folder.
func versionIn(folder *os.Root, dir string) string {
	const file = "package.json"
	name := path.Join(dir, file)
	if info, err := folder.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "" // a pipe would have no end
	}
	f, err := folder.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	var about struct {
		Version string `json:"version"`
	}
	if json.NewDecoder(io.LimitReader(f, maxPackageJSON)).Decode(&about) != nil {
		return ""
	}
	return about.Version
}
