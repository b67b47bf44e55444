package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/separate-file-examples/arena/host/bot"
)

// What a bot has for one move, and for all that it remembers.
const (
	fuelPerMove = 20_000_000
	memory      = 64 << 20
)

// A Match is all that it takes to see a game again, without the bots.
type Match struct {
	Players [2]string
	Seed    uint64
	Moves   [][2]bot.Direction
	// Forfeit says why a player had no move for the last turn.
	Forfeit [2]string `json:",omitempty"`
	// Fuel is the most that each player used for one move.
	Fuel [2]uint64
}

// Replay plays the match's moves, calling see, unless that is nil, before the
// first and after each.
func (m *Match) Replay(see func(*Game)) *Game {
	g := NewGame(m.Seed)
	if see != nil {
		see(g)
	}
	for _, moves := range m.Moves {
		g.Step(moves)
		if see != nil {
			see(g)
		}
	}
	for i, why := range m.Forfeit {
		if why != "" {
			g.Dead[i] = why
		}
	}
	return g
}

// Play has two bots play against each other, each in a sandbox of its own
// that lives as long as the match.
func Play(ctx context.Context, players [2]string, engines [2]*hostruntime.Component, seed uint64) (*Match, error) {
	m := &Match{Players: players, Seed: seed}
	var bots [2]*bot.Bot
	for i, engine := range engines {
		var err error
		// Nothing is granted. Fuel counts what a move takes; the wall clock only
		// ends what doesn't compute.
		bots[i], err = bot.Instantiate(ctx, engine, hostruntime.Policy{
			Limits: hostruntime.Limits{Fuel: fuelPerMove, MemoryBytes: memory, WallTime: 10 * time.Second},
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", players[i], err)
		}
		defer bots[i].Close(ctx)
	}
	for g := NewGame(seed); !g.Over() && m.Forfeit == [2]string{}; {
		var moves [2]bot.Direction
		for i, b := range bots {
			var used hostruntime.Report
			move, err := b.Move(hostruntime.WithReport(ctx, &used), g.View(i))
			m.Fuel[i] = max(m.Fuel[i], used.Fuel)
			if err != nil {
				m.Forfeit[i] = forfeit(err)
			}
			moves[i] = move
		}
		if m.Forfeit == [2]string{} {
			m.Moves = append(m.Moves, moves)
			g.Step(moves)
		}
	}
	return m, nil
}

// forfeit says why a bot lost its turn, and with it the match: after a limit or
// a trap its sandbox is of no more use.
func forfeit(err error) string {
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); ok {
		return "reached its limit of " + limit.Limit
	}
	return "crashed"
}
