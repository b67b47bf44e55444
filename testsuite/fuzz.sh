#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time each: fuzz.sh 30m
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30m}
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
