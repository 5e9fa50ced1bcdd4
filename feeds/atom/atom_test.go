package atom

import (
	"testing"

	"feedmill/feeds/internal/feedtest"
)

func TestGolden(t *testing.T) {
	feedtest.Golden(t, "everything.xml", feedtest.Bytes(t, Encode, feedtest.Everything()))
	feedtest.Golden(t, "empty.xml", feedtest.Bytes(t, Encode, feedtest.Empty()))
}
