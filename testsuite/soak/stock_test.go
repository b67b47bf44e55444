package main

import (
	"io"
	"strings"
	"testing"
)

func TestSteady(t *testing.T) {
	flat := func(n int) []stock {
		stocks := make([]stock, n)
		for i := range stocks {
			stocks[i] = stock{heapBytes: 50 * mib, residentBytes: 100 * mib, goroutines: 4, files: 10, mappings: 90}
		}
		return stocks
	}
	tests := []struct {
		name   string
		change func(i int, s *stock)
		want   string
	}{
		{"flat", func(int, *stock) {}, ""},
		{"one count that is high", func(i int, s *stock) {
			if i == 13 {
				s.heapBytes *= 3
			}
		}, ""},
		{"a heap that grows", func(i int, s *stock) { s.heapBytes += i * mib / 2 }, "heap bytes grew"},
		{"a heap that grows less than the margin", func(i int, s *stock) { s.heapBytes += i * mib / 4 }, ""},
		{"memory that isn't the heap's", func(i int, s *stock) { s.residentBytes += i * 4 * mib }, "resident bytes grew"},
		{"goroutines that stay", func(i int, s *stock) { s.goroutines += i }, "goroutines grew"},
		{"files that stay open", func(i int, s *stock) { s.files += i / 3 }, "files grew"},
		{"mappings that stay", func(i int, s *stock) { s.mappings += 6 * i }, "mappings grew"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stocks := flat(15)
			for i := range stocks {
				test.change(i, &stocks[i])
			}
			err := steady(io.Discard, stocks)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if err := steady(io.Discard, flat(8)); err == nil {
		t.Error("8 counts are enough, want an error")
	}
}
