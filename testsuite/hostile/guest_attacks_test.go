package hostile

import (
	"fmt"
	"maps"
)

// guestAttacks are the attacks of the guests in sandbox, by engine. Each is a
// function there.
var guestAttacks = map[string]map[string]ending{
	"python":         together(pythonAttacks, pythonMachinery, pythonBombs, pythonEndings),
	"quickjs":        together(quickJSAttacks, quickJSTricks),
	"starlingmonkey": starlingMonkeyAttacks,
}

// together panics where two tables have an attack of one name.
func together(tables ...map[string]ending) map[string]ending {
	all := map[string]ending{}
	for _, table := range tables {
		size := len(all)
		if maps.Copy(all, table); len(all) != size+len(table) {
			panic(fmt.Sprintf("attacks are there twice, among %v", table))
		}
	}
	return all
}
