package main

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/capsule-kit/capsule/separate-file-examples/arena/host/bot"
)

const cell = 28

var colours = [2]string{"#0969da", "#cf222e"}

// draw writes the match as an animated SVG: the game move by move, over and
// over, and the result above it.
func draw(w io.Writer, m *Match) error {
	const perTurn = 0.15 // seconds
	var frames []string
	end := m.Replay(func(g *Game) { frames = append(frames, frame(g)) })
	frames[len(frames)-1] = frame(end)
	total := perTurn * float64(len(frames)+10) // the end stays for a while

	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -40 %d %d" font-family="sans-serif" font-size="16">`+"\n", width*cell, height*cell+40)
	fmt.Fprintf(&out, `<rect y="-40" width="%d" height="%d" fill="#ffffff"/><rect width="%d" height="%d" fill="#f6f8fa"/>`+"\n", width*cell, height*cell+40, width*cell, height*cell)
	for i, name := range m.Players {
		text := fmt.Sprintf("%s %d", html.EscapeString(name), len(end.Snakes[i]))
		if end.Dead[i] != "" {
			text += ", " + html.EscapeString(end.Dead[i])
		}
		fmt.Fprintf(&out, `<text x="%d" y="-14" fill="%s" text-anchor="%s">%s</text>`+"\n",
			[]int{8, width*cell - 8}[i], colours[i], []string{"start", "end"}[i], text)
	}
	for i, f := range frames {
		from, to := perTurn*float64(i)/total, perTurn*float64(i+1)/total
		if i == len(frames)-1 {
			to = 1
		}
		fmt.Fprintf(&out, `<g visibility="hidden"><animate attributeName="visibility" dur="%.2fs" repeatCount="indefinite" calcMode="discrete" values="hidden;visible;hidden" keyTimes="0;%.5f;%.5f"/>%s</g>`+"\n", total, from, to, f)
	}
	out.WriteString("</svg>\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// frame draws the board once.
func frame(g *Game) string {
	var out strings.Builder
	fmt.Fprintf(&out, `<circle cx="%d" cy="%d" r="%d" fill="#1a7f37"/>`, centre(g.Food.X), centre(g.Food.Y), cell/3)
	for i, snake := range g.Snakes {
		fmt.Fprintf(&out, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%d" stroke-linecap="round" stroke-linejoin="round"/>`,
			points(snake), colours[i], cell*2/3)
		head := snake[0]
		if head.X < width && head.Y < height {
			fmt.Fprintf(&out, `<circle cx="%d" cy="%d" r="4" fill="#ffffff"/>`, centre(head.X), centre(head.Y))
		}
	}
	return out.String()
}

// points leaves out a head that is off the board.
func points(snake []bot.Square) string {
	var list []string
	for _, s := range snake {
		if s.X < width && s.Y < height {
			list = append(list, fmt.Sprintf("%d,%d", centre(s.X), centre(s.Y)))
		}
	}
	return strings.Join(list, " ")
}

func centre(n uint32) int { return int(n)*cell + cell/2 }
