package stats

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"feedmill/feeds"
)

// TestKeepPlace deletes and replaces the files of a Recorder: they are written anew, and
// what was put in their place is kept.
func TestKeepPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	r := New(Options{Folder: dir})
	defer r.Close()
	yesterday := newDay(r.today.date - 1)
	yesterday.tallies = map[feeds.Key]*tally{{}: {Figures: Figures{Deltas: 7}}}
	r.history.put(yesterday)
	r.save()
	same := func(what string) {
		t.Helper()
		for name, err := range Check(dir) {
			if name != historyFile { // which is locked
				t.Errorf("%s: %s: %v", what, name, err)
			}
		}
		there, err := os.Stat(filepath.Join(dir, historyFile))
		own, failed := r.history.file.Stat()
		if err != nil || failed != nil || !os.SameFile(own, there) {
			t.Errorf("%s: the history is not in its place: %v, %v", what, err, failed)
		}
		if _, err := readDay(filepath.Join(dir, todayName)); err != nil {
			t.Errorf("%s: today: %v", what, err)
		}
		if known := r.Site(now, time.Now()); len(known) == 0 || known[len(known)-2].Deltas != 7 {
			t.Errorf("%s: yesterday is forgotten: %+v", what, known)
		}
	}
	r.KeepPlace(now)
	same("untouched")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	r.KeepPlace(now)
	same("deleted")
	for _, name := range FileNames() {
		if err := os.WriteFile(filepath.Join(dir, name+"~"), []byte("other"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, name+"~"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.KeepPlace(now)
	same("replaced")
	if b, err := os.ReadFile(filepath.Join(dir, historyFile+".replaced-20240601T120000Z")); err != nil || string(b) != "other" {
		t.Errorf("what was there is not kept: %q, %v", b, err)
	}
}
