package stats

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"feedmill/feeds"
)

// busyDay is a day of 200 feeds, each of which a dozen readers poll.
func busyDay(d date) *day {
	day := newDay(d)
	for i := range 200 {
		t := &tally{}
		t.Figures = Figures{
			Polls: 1000 + int64(i), Status: map[int]int64{200: 100, 226: 10, 304: 880, 429: 5}, Conditional: 890, DeltasAsked: 30, Deltas: 10,
			Sent: 1_234_567, Saved: 34_567_890, Pushes: 12, PushedBytes: 123_456,
			Unconditional: Misuse{3, 40, 400_000}, TooOften: Misuse{5, 60, 70_000},
		}
		for r, program := range programs()[:48] {
			if r%4 == i%4 {
				t.single = added(t.single, program[0], int64(100*r))
			}
		}
		day.tallies[feeds.Key{Kind: feeds.Topic, Slug: fmt.Sprintf("a-topic-of-many-%d", i)}] = t
	}
	return day
}

// TestYear: a year of 200 feeds is kept, and no more.
func TestYear(t *testing.T) {
	folder := t.TempDir()
	r := New(Options{Folder: folder})
	first := dayOf(noon)
	const days = 400
	size := func() int64 {
		info, err := os.Stat(filepath.Join(folder, "stats.db"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	r.history.db.NoSync = true
	var afterYear int64
	for i := range date(days) {
		r.history.put(busyDay(first + i))
		if err := r.history.flush(first + i + 1); err != nil {
			t.Fatal(err)
		}
		if i == keepDays {
			afterYear = size()
		}
	}
	r.today = newDay(first + days)
	t.Logf("%d bytes after a year, %d after %d days", afterYear, size(), days)
	if afterYear > 32<<20 || size() > afterYear*11/10 {
		t.Errorf("%d bytes after a year, %d after %d days", afterYear, size(), days)
	}
	from, to := noon, noon.AddDate(0, 0, days+10)
	key := feeds.Key{Kind: feeds.Topic, Slug: "a-topic-of-many-7"}
	got := r.Feed(key, from, to)
	if len(got) != keepDays+1 || got[0].Date != (first+days-keepDays).String() {
		t.Fatalf("%d days from %s", len(got), got[0].Date)
	}
	want := busyDay(first).tallies[key].figures()
	for _, d := range got[:keepDays] {
		if !reflect.DeepEqual(d.Figures, want) {
			t.Fatalf("%s: %+v, want %+v", d.Date, d.Figures, want)
		}
	}
	if n := r.Site(from, to)[5].Polls; n != 200*1000+199*200/2 {
		t.Errorf("%d polls of the site", n)
	}
	r.Close()
}

// TestFullFile: a file that is too large loses its oldest days.
func TestFullFile(t *testing.T) {
	h := &history{memory: map[date]endedDay{}}
	var err error
	if h.db, _, err = openHistory(filepath.Join(t.TempDir(), "stats.db")); err != nil {
		t.Fatal(err)
	}
	defer h.close()
	for d := range date(20) {
		h.put(busyDay(d))
		tx, err := h.db.Begin(true)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.memory[d].write(tx, d); err != nil {
			t.Fatal(err)
		}
		clear(h.memory)
		if err := deleteOld(tx, 0, 512<<10); err != nil {
			t.Fatal(err)
		}
		tx.Commit()
	}
	kept := 0
	h.read(0, 20, func(date, func(string) []byte) { kept++ })
	if kept < 5 || kept > 15 {
		t.Errorf("%d days are kept", kept)
	}
	h.read(19, 19, func(date, func(string) []byte) { kept = 0 })
	if kept != 0 {
		t.Error("the last day is not kept")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	h := &history{memory: map[date]endedDay{}}
	for d := range date(8) {
		h.memory[d] = endedDay{"all/": make([]byte, maxMemory/4)}
	}
	h.shrink()
	if len(h.memory) != 3 || h.memory[7] == nil {
		t.Errorf("%d days are kept", len(h.memory))
	}
}

// firstRecord is a record as the first version wrote it.
func firstRecord(f *Figures) []byte {
	old := *f
	old.MisusedBy = nil
	b := old.record()
	b[0] = firstRecordVersion
	return b[:len(b)-1]
}

// TestFirstRecord: records of the first version are read.
func TestFirstRecord(t *testing.T) {
	want := wantElection
	want.MisusedBy = nil
	if got, err := decodeRecord(firstRecord(&wantElection)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestKeepLargest(t *testing.T) {
	f := Figures{Readers: map[string]int64{"a": 5, "b": 4, "Other": 3, "c": 1, "d": 2}}
	f.keepLargest(3)
	if want := map[string]int64{"a": 5, "b": 4, "Other": 6}; !reflect.DeepEqual(f.Readers, want) {
		t.Errorf("%v", f.Readers)
	}
}

// BenchmarkFeed reads what the status page shows: a year of one feed, a month of
// each of 200.
func BenchmarkFeed(b *testing.B) {
	r := New(Options{Folder: b.TempDir()})
	defer r.Close()
	first := dayOf(noon)
	for i := range date(keepDays) {
		r.history.put(busyDay(first + i))
	}
	r.today = newDay(first + keepDays)
	if err := r.history.flush(r.today.date); err != nil {
		b.Fatal(err)
	}
	end := noon.AddDate(0, 0, keepDays)
	b.Run("year", func(b *testing.B) {
		for b.Loop() {
			r.Feed(feeds.Key{Kind: feeds.Topic, Slug: "a-topic-of-many-7"}, noon, end)
		}
	})
	b.Run("month of 200", func(b *testing.B) {
		for b.Loop() {
			for i := range 200 {
				r.Feed(feeds.Key{Kind: feeds.Topic, Slug: fmt.Sprintf("a-topic-of-many-%d", i)}, end.AddDate(0, 0, -30), end)
			}
		}
	})
}
