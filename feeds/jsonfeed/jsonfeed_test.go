package jsonfeed

import (
	"testing"

	"feedmill/feeds/internal/feedtest"
)

func TestGolden(t *testing.T) {
	feedtest.Golden(t, "everything.json", feedtest.Bytes(t, Encode, feedtest.Everything()))
	feedtest.Golden(t, "empty.json", feedtest.Bytes(t, Encode, feedtest.Empty()))
}
