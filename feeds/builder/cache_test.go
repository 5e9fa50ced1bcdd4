package builder

import (
	"testing"

	"feedmill/feeds/ledger"
)

// newCache is a cache that ends with the test, for a ledger or nil for none that
// matters.
func newCache(t testing.TB, l *ledger.Ledger) *ledger.Cache {
	t.Helper()
	if l == nil {
		l = ledger.Memory()
	}
	c, err := ledger.TemporaryCache(l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
