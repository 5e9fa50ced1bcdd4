package main

import (
	"os"
	"path/filepath"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/builder"
)

// TestAcceptedOnce: what is accepted of the articles does not wait for settings
// that would do the same harm one day; what comes before there are feeds, or is
// about refused settings, waits for them.
func TestAcceptedOnce(t *testing.T) {
	for _, c := range []struct {
		what             string
		running, refused bool
		waits            bool
	}{{"articles", true, false, false}, {"settings", true, true, true}, {"the first scan", false, false, true}} {
		s := &serve{retry: make(chan struct{}, 1), state: t.TempDir()}
		if c.running {
			s.current.Store(builder.New(nil, builder.Options{}))
		}
		if c.refused {
			s.refused.Store(&feeds.Hold{})
		}
		if err := os.WriteFile(filepath.Join(s.state, acceptedFile), []byte("f"), 0o666); err != nil {
			t.Fatal(err)
		}
		s.applyAccepted()
		if waits := s.approved.Load() != nil; waits != c.waits {
			t.Errorf("accepted for %s: waits %v, want %v", c.what, waits, c.waits)
		}
	}
}
