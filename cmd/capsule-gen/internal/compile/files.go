package compile

import (
	"maps"
	"path/filepath"
	"slices"
)

// Files returns the paths of all that a component is made from: the WIT files,
// and those of the guest, its own first. Of r only Engine, WIT and Guest are
// looked at.
func Files(r Request) (contract, guest []string, err error) {
	in, err := readInputs(r)
	if err != nil {
		return nil, nil, err
	}
	under := func(root string, files map[string][]byte) []string {
		var paths []string
		for _, name := range slices.Sorted(maps.Keys(files)) {
			paths = append(paths, filepath.Join(root, filepath.FromSlash(name)))
		}
		return paths
	}
	contract = under(r.WIT, in.wit)
	if filepath.Ext(r.WIT) == ".wit" {
		contract = []string{r.WIT}
	}
	delete(in.guests, in.guest)
	return contract, append([]string{r.Guest}, under(filepath.Dir(r.Guest), in.guests)...), nil
}
