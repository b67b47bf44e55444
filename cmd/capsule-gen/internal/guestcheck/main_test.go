package guestcheck

import (
	"os"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
)

func TestMain(m *testing.M) {
	bundler.Child()
	os.Exit(m.Run())
}
