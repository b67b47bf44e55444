// Command host lets two players' bots play snake against each other, each in a
// sandbox of its own, and draws the match.
//
//	go run ./host hungry careful
//	go run ./host -replay match.json
//
// Everything in this folder is trusted. What runs in the sandboxes is in
// ../sandbox.
package main

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/hostruntime"
)

func main() {
	folder := flag.String("folder", "build", "where the built bots are")
	seed := flag.Uint64("seed", 1, "what decides where the food lies")
	replay := flag.String("replay", "", "a match to see again, without the bots")
	picture := flag.String("picture", "match.svg", "the picture to write")
	flag.Parse()
	if err := run(context.Background(), *folder, *seed, *replay, *picture, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "arena:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string, seed uint64, replay, picture string, players []string) error {
	var m *Match
	var err error
	if replay != "" {
		m, err = readMatch(replay)
	} else {
		if len(players) == 0 {
			players = []string{"hungry", "careful"}
		}
		if len(players) != 2 {
			return errors.New("want two players")
		}
		m, err = playBuilt(ctx, folder, [2]string(players), seed)
	}
	if err != nil {
		return err
	}
	end := m.Replay(nil)
	for i, name := range m.Players {
		fmt.Printf("%s: length %d, at most %d units of fuel for a move", name, len(end.Snakes[i]), m.Fuel[i])
		if end.Dead[i] != "" {
			fmt.Printf("; it %s", end.Dead[i])
		}
		fmt.Println()
	}
	if winner := end.Winner(); winner < 0 {
		fmt.Printf("a draw after %d turns\n", end.Turn)
	} else {
		fmt.Printf("%s wins after %d turns\n", m.Players[winner], end.Turn)
	}
	f, err := os.Create(picture)
	if err != nil {
		return err
	}
	return errors.Join(draw(f, m), f.Close())
}

// playBuilt plays a match and keeps it in match.json.
func playBuilt(ctx context.Context, folder string, players [2]string, seed uint64) (*Match, error) {
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return nil, err
	}
	defer rt.Close(ctx)
	var engines [2]*hostruntime.Component
	for i, name := range players {
		engines[i], err = rt.LoadFile(ctx, filepath.Join(folder, name+".wasm"))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w\nBuild the bots first: capsule-gen build", err)
		}
		if err != nil {
			return nil, err
		}
	}
	m, err := Play(ctx, players, engines, seed)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return m, os.WriteFile("match.json", data, 0o644)
}

func readMatch(path string) (*Match, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &Match{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
