package wit

import (
	"container/heap"
	"slices"
	"strings"
)

// sortUnits puts packages after those they depend on. It is false where that
// can't be, which is reported.
func (r *resolver) sortUnits(units []*unit) (ok bool) {
	ok = true
	var path []*unit
	var walk func(u *unit)
	walk = func(u *unit) {
		u.state = visiting
		path = append(path, u)
		for _, d := range u.deps {
			switch to := r.units[d.id]; {
			case to == nil: // reported with its mention
			case to.state == unvisited:
				walk(to)
			case to.state == visiting:
				if !r.full() {
					r.packageCycle(path[slices.Index(path, to):])
				}
				ok = false
			}
		}
		path = path[:len(path)-1]
		u.state = visited
		r.order = append(r.order, u)
	}
	for _, u := range units {
		if u.state == unvisited {
			walk(u)
		}
	}
	return ok
}

func (r *resolver) packageCycle(cycle []*unit) {
	next := cycle[1%len(cycle)].pkg.ID()
	i := slices.IndexFunc(cycle[0].deps, func(d dependency) bool { return d.id == next })
	names := make([]string, 0, len(cycle)+1)
	for _, u := range append(cycle[:len(cycle):len(cycle)], cycle[0]) {
		names = append(names, u.pkg.ID())
	}
	e := r.report(cycle[0].deps[i].pos, CodeRecursive, "package %s depends on itself: %s", quoted(names[0]), chain(names))
	if len(cycle) == 1 {
		e.Hint = "an interface of the same package goes by its name alone"
	}
}

// chain writes what leads to what, and leaves out the middle of much.
func chain(names []string) string {
	if len(names) > 8 {
		names = slices.Concat(names[:4], []string{"…"}, names[len(names)-3:])
	}
	return strings.Join(names, " → ")
}

// sortEntities puts interfaces after those whose types they use, and worlds
// after those they include. Between packages the order of the packages does
// that. It is false where that can't be, which is reported.
func (r *resolver) sortEntities(u *unit) (ok bool) {
	var all []*entity
	index := make(map[*entity]int)
	for _, s := range u.scopes {
		for _, e := range s.entities {
			index[e] = len(all)
			all = append(all, e)
		}
	}
	g := newGraph(len(all))
	for i, e := range all {
		e.needs(func(p *entityPath) {
			if p.pkg != nil {
				return
			}
			to := r.find(e.scope, p.text)
			if to == nil || to.unit != u {
				return // what is unknown is reported when it is resolved
			}
			pos := p.pos
			if e.scope.names[p.text] == to && to.scope == e.scope {
				pos = to.pos
			}
			g.edge(i, index[to], pos)
		})
	}
	for _, i := range g.sort() {
		u.order = append(u.order, all[i])
	}
	if cycle, pos := g.cycle(); cycle != nil {
		names := make([]string, len(cycle))
		for i, node := range cycle {
			names[i] = all[node].text
		}
		kind := "interface"
		if all[cycle[0]].world != nil {
			kind = "world"
		}
		r.report(pos, CodeRecursive, "%s %s depends on itself: %s", kind, quoted(names[0]), chain(names))
		return false
	}
	return true
}

// needs calls f with the paths that must be resolved before e.
func (e *entity) needs(f func(p *entityPath)) {
	var items []member
	if e.iface != nil {
		items = e.interfaceText.items
	} else {
		items = e.worldText.items
	}
	for _, m := range items {
		switch {
		case e.iface != nil && m.use != nil:
			f(&m.use.path)
		case m.include != nil:
			f(&m.include.path)
		}
	}
}

// A graph of what needs what.
type graph struct {
	edges   [][]graphEdge
	users   [][]int
	pending []int // edges to nodes that aren't sorted yet
}

type graphEdge struct {
	to  int
	pos Position
}

func newGraph(nodes int) *graph {
	return &graph{edges: make([][]graphEdge, nodes), users: make([][]int, nodes), pending: make([]int, nodes)}
}

func (g *graph) edge(from, to int, pos Position) {
	g.edges[from] = append(g.edges[from], graphEdge{to, pos})
	g.users[to] = append(g.users[to], from)
	g.pending[from]++
}

// sort returns the nodes, each after those it needs, and otherwise by number.
// Nodes in a cycle, and those that need them, are left out.
func (g *graph) sort() []int {
	ready := &intHeap{}
	for i, n := range g.pending {
		if n == 0 {
			heap.Push(ready, i)
		}
	}
	var order []int
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		order = append(order, i)
		for _, user := range g.users[i] {
			if g.pending[user]--; g.pending[user] == 0 {
				heap.Push(ready, user)
			}
		}
	}
	return order
}

// cycle returns the nodes of a cycle that sort met, the first one again at the
// end, and where the need for the first one is written; nil where none is.
func (g *graph) cycle() ([]int, Position) {
	start := slices.IndexFunc(g.pending, func(n int) bool { return n > 0 })
	if start < 0 {
		return nil, Position{}
	}
	// Every pending node needs a pending one, so that this comes around.
	led := make(map[int]int) // to a node: the index in path
	var path []graphEdge
	for at := start; ; {
		i := slices.IndexFunc(g.edges[at], func(e graphEdge) bool { return g.pending[e.to] > 0 })
		next := g.edges[at][i]
		if from, again := led[next.to]; again {
			var nodes []int
			for _, e := range path[from:] {
				nodes = append(nodes, e.to)
			}
			return append(nodes, next.to), path[from].pos
		}
		led[next.to] = len(path)
		path = append(path, next)
		at = next.to
	}
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
