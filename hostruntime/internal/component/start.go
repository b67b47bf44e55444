package component

// start reads a start definition.
//
// Spec: Binary, "Start Definitions".
func (d *decoder) start(r *reader, s *scope) Def {
	def := &Start{Position: Position(r.item), Func: r.u32("a function index")}
	for range r.count(maxParams, "arguments") {
		def.Args = append(def.Args, r.u32("a value index"))
	}
	given := r.u32("the number of results")
	f, ok := at(r, s.funcs, SortFunc, def.Func)
	if !ok {
		return def
	}
	def.Type = f
	results := uint32(0)
	if f.Result != nil {
		results = 1
	}
	if len(def.Args) != len(f.Params) {
		r.fail(r.item, "the start function requires %s but was given %d", count(len(f.Params), "argument"), len(def.Args))
	}
	if given != results {
		r.fail(r.item, "the start definition has %d results, its function %d", given, results)
	}
	m := newMatch(d, r, nil)
	for i, index := range def.Args {
		if v, ok := s.consume(r, index); ok {
			if problem := m.value(v.typ, f.Params[i].Type); problem != "" {
				r.fail(r.item, "type mismatch in argument %d of the start function: %s", i, problem)
			}
		}
	}
	if r.err == nil && f.Result != nil {
		def.Result = s.newValue(f.Result)
	}
	return def
}
