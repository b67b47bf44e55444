package main

import (
	"math/rand/v2"
	"slices"

	"github.com/capsule-kit/capsule/separate-file-examples/arena/host/bot"
)

const (
	width, height = 16, 12
	maxTurns      = 300
)

// A Game is the state of a match. Its rules know nothing of sandboxes: the same
// seed and the same moves give the same game.
type Game struct {
	Turn   uint32
	Food   bot.Square
	Snakes [2][]bot.Square // head first
	// Dead says why a snake is out of the game; "" while it is in.
	Dead [2]string
	rand *rand.Rand
}

// NewGame returns the start of a game.
func NewGame(seed uint64) *Game {
	g := &Game{rand: rand.New(rand.NewPCG(seed, 0))}
	for i, x := range []uint32{3, width - 4} {
		for n := range uint32(3) {
			g.Snakes[i] = append(g.Snakes[i], bot.Square{X: x, Y: height/2 + n - 1})
		}
	}
	g.placeFood()
	return g
}

// Over reports whether the game has ended.
func (g *Game) Over() bool {
	return g.Dead[0] != "" || g.Dead[1] != "" || g.Turn == maxTurns
}

// Winner returns the number of the snake that won, or -1: the one that is
// alive, and of two the longer one.
func (g *Game) Winner() int {
	lost := [2]bool{g.Dead[0] != "", g.Dead[1] != ""}
	if lost == [2]bool{} {
		lost = [2]bool{len(g.Snakes[0]) < len(g.Snakes[1]), len(g.Snakes[1]) < len(g.Snakes[0])}
	}
	switch lost {
	case [2]bool{false, true}:
		return 0
	case [2]bool{true, false}:
		return 1
	}
	return -1
}

// View returns what one of the bots may see.
func (g *Game) View(player int) bot.Board {
	return bot.Board{
		Width: width, Height: height, Turn: g.Turn, Food: g.Food,
		You: g.Snakes[player], Rival: g.Snakes[1-player],
	}
}

// Step moves both snakes at once.
func (g *Game) Step(moves [2]bot.Direction) {
	g.Turn++
	var heads [2]bot.Square
	for i, s := range g.Snakes {
		heads[i] = s[0]
		switch moves[i] {
		case bot.DirectionUp:
			heads[i].Y--
		case bot.DirectionRight:
			heads[i].X++
		case bot.DirectionDown:
			heads[i].Y++
		case bot.DirectionLeft:
			heads[i].X--
		}
		// Below zero it wraps around, far beyond the board.
		if heads[i].X >= width || heads[i].Y >= height {
			g.Dead[i] = "left the board"
		}
	}
	ate := false
	for i, s := range g.Snakes {
		s = slices.Insert(s, 0, heads[i])
		if heads[i] == g.Food {
			ate = true
		} else {
			s = s[:len(s)-1]
		}
		g.Snakes[i] = s
	}
	for i := range g.Snakes {
		switch other := 1 - i; {
		case g.Dead[i] != "":
		case heads[i] == heads[other]:
			g.Dead[i] = "met the other's head"
		case slices.Contains(g.Snakes[i][1:], heads[i]):
			g.Dead[i] = "ran into itself"
		case slices.Contains(g.Snakes[other][1:], heads[i]):
			g.Dead[i] = "ran into the other"
		}
	}
	if ate && !g.Over() {
		g.placeFood()
	}
}

// placeFood puts the food on a square that no snake is on.
func (g *Game) placeFood() {
	var free []bot.Square
	for y := range uint32(height) {
		for x := range uint32(width) {
			s := bot.Square{X: x, Y: y}
			if !slices.Contains(g.Snakes[0], s) && !slices.Contains(g.Snakes[1], s) {
				free = append(free, s)
			}
		}
	}
	if len(free) > 0 {
		g.Food = free[g.rand.IntN(len(free))]
	}
}
