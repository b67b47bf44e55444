package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"

	"github.com/capsule-kit/capsule/separate-file-examples/quickstart/host/review"
)

// readQuakes reads the data file: a header, then one earthquake a line.
func readQuakes(path string) ([]review.Quake, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: want a header and a line for each earthquake, got nothing", path)
	}
	quakes := make([]review.Quake, 0, len(rows)-1)
	for i, row := range rows[1:] {
		q, err := parseQuake(row)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+2, err)
		}
		quakes = append(quakes, q)
	}
	return quakes, nil
}

func parseQuake(row []string) (review.Quake, error) {
	q := review.Quake{ID: row[0], Place: row[6]}
	if row[7] != "" {
		q.Alert = &row[7]
	}
	var err error
	if q.TimeMs, err = strconv.ParseInt(row[1], 10, 64); err != nil {
		return q, err
	}
	for i, field := range []*float64{&q.Latitude, &q.Longitude, &q.DepthKm, &q.Magnitude} {
		if *field, err = strconv.ParseFloat(row[2+i], 64); err != nil {
			return q, err
		}
	}
	return q, nil
}
