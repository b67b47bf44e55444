package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/image"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
)

// makeTemplates lays out the data of each module that defines a memory, so
// that instances start from it. It changes how data gets into memory and not
// what is there: at that time nothing has run that could tell.
//
// Templates are no instance's memory, and charged to none: what they take is
// bounded by what the component's data does.
func (c *Component) makeTemplates() {
	type made struct {
		template  *image.Template
		templated int
	}
	met := map[*rewrite.Module]made{}
	for i := range c.steps {
		s := &c.steps[i]
		if s.code.Memory == nil {
			continue
		}
		m, ok := met[s.parsed]
		if !ok {
			segments := firstSegments(s.code)
			m = made{c.templates.Add(segments), len(segments)}
			met[s.parsed] = m
		}
		s.template, s.templated = m.template, m.templated
	}
	c.templates.Seal()
}

// firstSegments returns a module's data segments up to the first one that
// leaves its memory, for which instantiation traps, or that depends on another
// module. Those that follow are written over them.
func firstSegments(code *rewrite.Output) []image.Segment {
	size := uint64(code.Memory.MinPages) * pageSize
	var segments []image.Segment
	for i := range code.Data {
		d := &code.Data[i]
		offset, ok := d.Offset.Constant()
		at := uint64(uint32(offset))
		if !ok || at+uint64(len(d.Bytes)) > size {
			break
		}
		segments = append(segments, image.Segment{At: at, Bytes: d.Bytes})
	}
	return segments
}
