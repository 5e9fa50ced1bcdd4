package ledger

import (
	"feedmill/feeds"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestDates outlive a restart, whether or not anything else was to be written,
// and are bounded.
func TestDates(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	at := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	reopen := func(l *Ledger) *Ledger {
		t.Helper()
		if l != nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
		l, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := reopen(nil)
	l.SetDate("/", Date{feeds.Digest{1}, at})
	before := l.state
	l = reopen(l)
	if got := l.Date("/"); got != (Date{feeds.Digest{1}, at}) {
		t.Errorf("after a restart it is %v", got)
	}
	if l.state != before {
		t.Error("a date alone makes the cache another ledger's")
	}
	for i := range maxDates {
		l.SetDate(fmt.Sprint("/", i), Date{feeds.Digest{2}, at.Add(time.Duration(i+1) * time.Second)})
	}
	l = reopen(l)
	defer l.Close()
	if n := len(l.dates.byName); n > maxDates || n < maxDates/2 {
		t.Errorf("%d dates are remembered", n)
	}
	if l.Date("/") != (Date{}) || l.Date(fmt.Sprint("/", maxDates-1)) == (Date{}) {
		t.Error("the earliest dates are to give way, and no others")
	}
}

// FuzzDate makes a date or an error of any bytes.
func FuzzDate(f *testing.F) {
	f.Add([]byte("0123456789abcdef\x02"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, v []byte) {
		if d, err := decodeDate([]byte("/"), v); err != nil && d != (Date{}) {
			t.Errorf("%v beside %v", d, err)
		}
	})
}
