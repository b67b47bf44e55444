package component

// coreSorts are the core sorts by their code.
var coreSorts = map[byte]Sort{
	0x00: SortCoreFunc,
	0x01: SortCoreTable,
	0x02: SortCoreMemory,
	0x03: SortCoreGlobal,
	0x04: SortCoreTag,
	0x10: SortCoreType,
	0x11: SortCoreModule,
	0x12: SortCoreInstance,
}

// componentSorts are the others; 0x00 introduces a core sort.
var componentSorts = map[byte]Sort{
	0x01: SortFunc,
	0x02: SortValue,
	0x03: SortType,
	0x04: SortComponent,
	0x05: SortInstance,
}

func coreSort(r *reader) (Sort, bool) {
	start := r.pos
	code := r.byte("a core sort")
	sort, ok := coreSorts[code]
	if !ok {
		r.fail(start, "0x%02x where a core sort is expected", code)
	}
	return sort, r.err == nil
}

func anySort(r *reader) (Sort, bool) {
	start := r.pos
	code := r.byte("a sort")
	if code == 0 {
		return coreSort(r)
	}
	sort, ok := componentSorts[code]
	if !ok {
		r.fail(start, "0x%02x where a sort is expected", code)
	}
	return sort, r.err == nil
}

// sortIndex reads a reference to a definition of any sort.
func sortIndex(r *reader) (SortIndex, bool) {
	sort, _ := anySort(r)
	ref := SortIndex{Sort: sort, Index: r.u32("an index")}
	return ref, r.err == nil
}
