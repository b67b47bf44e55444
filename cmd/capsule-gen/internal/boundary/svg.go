package boundary

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
)

// The picture's measures, in SVG units. All text is of one width of character.
const (
	pictureWidth = 1200
	margin       = 20
	sideWidth    = 280 // the boxes of the two sides
	middle       = margin + sideWidth
	middleWidth  = pictureWidth - 2*middle
	rowHeight    = 18
	charWidth    = 6.7 // of a 11-unit monospace font
	header       = 44
)

// The colours: green is trusted, red is sandboxed.
const (
	trusted, trustedFill     = "#1a7f37", "#e9f7ee"
	sandboxed, sandboxedFill = "#b42318", "#fdeeec"
	neutral, neutralFill     = "#57606a", "#f6f8fa"
)

// SVG writes b as a picture that stands by itself: the host on the left, the
// sandbox on the right, between them every function that crosses, and beneath
// what the component asks of the system.
func (b *Boundary) SVG(w io.Writer) error {
	p := &picture{}
	sides := max(p.sideRows(b.on(Host), b.on(Generated)), p.sideRows(b.sandboxed(), b.on(Stub)), crossingRows(b))
	sideHeight := header + (sides+1)*rowHeight
	asks := margin + header + sideHeight + margin
	asksHeight := header + max(len(b.Asks), len(b.Limits), 1)*rowHeight + rowHeight
	notes := asks + asksHeight + margin
	height := notes
	if n := len(b.Differences); n > 0 {
		height += n*rowHeight + margin
	}

	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">`+"\n",
		pictureWidth, height, pictureWidth, height)
	p.printf(`<title>%s</title>`+"\n", xmlText(escape.Line("The boundary of task "+b.Task)))
	p.printf(`<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="%s"/></marker></defs>`+"\n", neutral)
	p.printf(`<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", pictureWidth, height)
	p.text(margin, 32, pictureWidth-2*margin, "#1f2328", 16, "task "+b.Task+": world "+b.World)

	top := margin + header
	p.side(margin, top, sideHeight, trusted, trustedFill, "TRUSTED", "the host program",
		part{"", b.on(Host)}, part{"generated from the WIT", b.on(Generated)})
	p.side(pictureWidth-margin-sideWidth, top, sideHeight, sandboxed, sandboxedFill, "SANDBOXED", "runs on "+b.Engine,
		part{"", b.sandboxed()}, part{"types for its author, run nowhere", b.on(Stub)})
	p.crossings(b, top)

	p.box(margin, asks, pictureWidth-2*margin, asksHeight, neutral, neutralFill)
	p.text(margin+12, asks+24, 600, neutral, 13, "WHAT THE ENGINE ASKS OF THE SYSTEM, AND GETS")
	for i, a := range b.Asks {
		y := asks + header + i*rowHeight + 6
		colour, word := sandboxed, "refused"
		if a.Granted {
			colour, word = trusted, "granted"
		}
		p.printf(`<circle cx="%d" cy="%d" r="4" fill="%s"/>`+"\n", margin+18, y-4, colour)
		p.text(margin+30, y, 740, "#1f2328", 11, word+"  "+a.Name+": "+a.Grant)
	}
	if len(b.Asks) == 0 {
		p.text(margin+12, asks+header+6, 600, neutral, 11, "nothing")
	}
	for i, l := range b.Limits {
		p.text(pictureWidth-margin-290, asks+header+i*rowHeight+6, 280, "#1f2328", 11, l.Name+": "+l.Value)
	}
	for i, d := range b.Differences {
		p.text(margin, notes+i*rowHeight+6, pictureWidth-2*margin, sandboxed, 11, "! "+d)
	}
	p.printf("</svg>\n")
	_, err := io.WriteString(w, p.out.String())
	return err
}

// A picture is an SVG in the making.
type picture struct{ out strings.Builder }

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }

// A part is a list of files with a heading.
type part struct {
	title string
	files []File
}

func (p *picture) sideRows(own, made []File) int {
	rows := len(own)
	if len(made) > 0 {
		rows += len(made) + 2
	}
	return rows
}

// side draws one side with its files.
func (p *picture) side(x, y, height int, colour, fill, title, subtitle string, parts ...part) {
	p.box(x, y, sideWidth, height, colour, fill)
	p.text(x+12, y+22, sideWidth-24, colour, 13, title)
	p.text(x+12, y+38, sideWidth-24, neutral, 11, subtitle)
	line := y + header + rowHeight
	for _, part := range parts {
		if part.title != "" && len(part.files) > 0 {
			line += rowHeight
			p.text(x+12, line, sideWidth-24, neutral, 11, part.title)
			line += rowHeight
		}
		for _, f := range part.files {
			p.path(x+12, line, sideWidth-24, f.Path)
			line += rowHeight
		}
	}
}

// A crossing is one line between the sides: an interface, or a function.
type crossing struct {
	text   string
	arrow  bool
	toHost bool
}

func crossings(b *Boundary) []crossing {
	var list []crossing
	add := func(functions []Function, toHost bool) {
		last := ""
		for _, f := range functions {
			if f.Interface != "" && f.Interface != last {
				list = append(list, crossing{text: f.Interface})
			}
			last = f.Interface
			list = append(list, crossing{f.text(), true, toHost})
		}
	}
	add(b.Exports, false)
	add(b.Imports, true)
	return list
}

// crossingRows is how many rows they take: an arrow has its text above it.
func crossingRows(b *Boundary) int {
	rows := 0
	for _, c := range crossings(b) {
		rows++
		if c.arrow {
			rows++
		}
	}
	return rows
}

// crossings draws an arrow for each function, from who calls it.
func (p *picture) crossings(b *Boundary, top int) {
	y := top + header
	for _, c := range crossings(b) {
		if !c.arrow {
			p.text(middle+16, y, middleWidth-32, neutral, 11, c.text)
			y += rowHeight
			continue
		}
		p.text(middle+24, y, middleWidth-40, "#1f2328", 11, c.text)
		from, to := middle+8, middle+middleWidth-8
		if c.toHost {
			from, to = to, from
		}
		p.printf(`<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" marker-end="url(#head)"/>`+"\n", from, y+7, to, y+7, neutral)
		y += 2 * rowHeight
	}
}

func (p *picture) box(x, y, width, height int, colour, fill string) {
	p.printf(`<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="%s" stroke="%s" stroke-width="1.5"/>`+"\n", x, y, width, height, fill, colour)
}

// text writes one line, cut where it doesn't fit; all of it is then its title,
// which is shown to whoever points at it.
func (p *picture) text(x, y, width int, colour string, size int, text string) {
	text = escape.Line(text)
	most := int(float64(width) / (charWidth * float64(size) / 11))
	shown := text
	if chars := []rune(text); len(chars) > most {
		shown = string(chars[:most-1]) + "…"
	}
	p.element(x, y, colour, size, shown, text)
}

// path writes a file's path, of which the end matters most.
func (p *picture) path(x, y, width int, path string) {
	path = escape.Line(path)
	most := int(float64(width) / charWidth)
	shown := path
	if chars := []rune(path); len(chars) > most {
		shown = "…" + string(chars[len(chars)-most+1:])
	}
	p.element(x, y, "#1f2328", 11, shown, path)
}

func (p *picture) element(x, y int, colour string, size int, shown, whole string) {
	title := ""
	if shown != whole {
		title = "<title>" + xmlText(whole) + "</title>"
	}
	p.printf(`<text x="%d" y="%d" fill="%s" font-size="%d" xml:space="preserve">%s%s</text>`+"\n", x, y, colour, size, title, xmlText(shown))
}

// xmlText escapes text for XML.
func xmlText(s string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(s)); err != nil {
		panic(err) // a strings.Builder doesn't fail
	}
	return out.String()
}
