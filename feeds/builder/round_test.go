package builder

import (
	"testing"
	"time"

	"feedmill/watcher"
)

// TestRounds: the report says what the last rounds did, what is broken since when
// and what time will do.
func TestRounds(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	start := now
	d := newDisk()
	d.write("a.md", "---\ntitle: A\ndate: 2024-01-01\ntopics: [x]\n---\n")
	d.write("soon.md", "---\ntitle: Soon\ndate: 2024-06-02\n---\n")
	d.write("over.md", "---\ntitle: Over\ndate: 2024-01-01\nexpiryDate: 2024-06-03\n---\n")
	d.write("draft.md", "---\ntitle: Draft\ndraft: true\ndate: 2024-06-02\n---\n")
	b := testBuilder(d, nil, func(o *Options) {
		o.Now = func() time.Time { return now }
	})
	scan(t, b)
	r := b.Report()
	if len(r.Rounds) != 1 || r.Rounds[0] != (Round{At: now, Files: 4, Feeds: 2}) || r.Scan != (Scan{At: now, Files: 4}) {
		t.Errorf("first scan: %+v, %+v", r.Scan, r.Rounds)
	}
	want := []Turn{{now.Add(12 * time.Hour), "soon.md", "Soon", false}, {now.Add(36 * time.Hour), "over.md", "Over", true}}
	if len(r.Scheduled) != 2 || r.Scheduled[0] != want[0] || r.Scheduled[1] != want[1] {
		t.Errorf("scheduled: %+v", r.Scheduled)
	}

	apply := func(path string) {
		t.Helper()
		now = now.Add(time.Minute)
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
	}
	d.write("a.md", "---\ntitle: B\ndate: 2024-01-01\ntopics: [x]\n---\n")
	s := d.stamp["a.md"]
	s.ChangeTime = now.Add(time.Minute - 7*time.Millisecond).UnixNano()
	d.stamp["a.md"] = s
	apply("a.md")
	if r := b.Report(); len(r.Rounds) != 2 || r.Rounds[0] != (Round{At: now, Files: 1, Feeds: 2, Delay: 7 * time.Millisecond}) || !r.Scan.At.Equal(start) {
		t.Errorf("a saved file: %+v, %+v", r.Scan, r.Rounds)
	}

	d.write("a.md", "---\ntitle: [\n---\n")
	broken := now.Add(time.Second) // when it was saved, not when it was read: that may be after a restart
	s = d.stamp["a.md"]
	s.ChangeTime = broken.UnixNano()
	d.stamp["a.md"] = s
	apply("a.md")
	scan(t, b)
	d.write("a.md", "---\ntitle: {\n---\n")
	apply("a.md")
	if since := b.Report().Kept["a.md"]; !since.Equal(broken) {
		t.Errorf("kept since %v, want %v", since, broken)
	}
	d.write("a.md", "---\ntitle: C\ndate: 2024-01-01\n---\n")
	apply("a.md")
	if r := b.Report(); len(r.Kept) != 0 || len(b.faults) != 0 {
		t.Errorf("kept: %v, %v", r.Kept, b.faults)
	}
}

func TestRoundsAreBounded(t *testing.T) {
	var h history
	for i := range 3*maxRounds + 7 {
		h.add(Round{Files: i})
	}
	all := h.latest()
	for i, r := range all {
		if r.Files != 3*maxRounds+6-i {
			t.Fatalf("round %d is %+v", i, r)
		}
	}
	if len(all) != maxRounds || cap(h.rounds) > 2*maxRounds {
		t.Errorf("%d rounds", len(all))
	}
}
