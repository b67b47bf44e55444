package compile

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
)

// Files returns the paths of all that a component is made from: the WIT files,
// and those of the guest, its own first. Of r only Engine, WIT, Guest and
// Imports are looked at.
func Files(ctx context.Context, r Request) (contract, guest []string, err error) {
	in, err := readInputs(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	contract = under(r.WIT, slices.Sorted(maps.Keys(in.wit)))
	if filepath.Ext(r.WIT) == ".wit" {
		contract = []string{r.WIT}
	}
	names := in.sources
	if names == nil {
		names = slices.Sorted(maps.Keys(in.guests))
	}
	own := filepath.Base(r.Guest)
	names = slices.DeleteFunc(names, func(name string) bool { return name == own })
	return contract, append([]string{r.Guest}, under(filepath.Dir(r.Guest), names)...), nil
}

func under(root string, names []string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(root, filepath.FromSlash(name)))
	}
	return paths
}
