package builder

import (
	"testing"
	"time"

	"feedmill/feeds/ledger"
)

// TestStatedToCome restarts after a time of change that an article stated in
// advance: it never took place, whoever looks later.
func TestStatedToCome(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d, l := newDisk(), ledger.Memory()
	with := func(o *Options) { o.Ledger = l }
	clock := func() time.Time { return now }
	b := testBuilder(d, clock, with)
	d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\nlastmod: 2024-06-02\n---\n")
	scan(t, b)
	now = now.AddDate(0, 0, 2)
	scan(t, b)
	agree(t, b, testBuilder(d, clock, with))
}
