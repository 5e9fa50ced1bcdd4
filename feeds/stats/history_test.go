package stats

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

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
		for r, reader := range readers[:48:48] {
			if r%4 == i%4 {
				t.single = added(t.single, reader.name, int64(100*r))
			}
		}
		day.tallies[feeds.Key{Kind: feeds.Topic, Slug: fmt.Sprintf("a-topic-of-many-%d", i)}] = t
	}
	return day
}

// TestYear keeps a year, and no more, of 200 feeds.
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

// TestFullFile: a file beyond its bound loses its oldest days.
func TestFullFile(t *testing.T) {
	h := &history{memory: map[date]ended{}}
	var err error
	if h.db, err = openHistory(filepath.Join(t.TempDir(), "stats.db")); err != nil {
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
		if err := forget(tx, 0, 512<<10); err != nil {
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
	h := &history{memory: map[date]ended{}}
	for d := range date(8) {
		h.memory[d] = ended{"all/": make([]byte, maxMemory/4)}
	}
	h.shrink()
	if len(h.memory) != 3 || h.memory[7] == nil {
		t.Errorf("%d days are kept", len(h.memory))
	}
}

// logged runs New and gives what it logs.
func logged(folder string) (*Recorder, string) {
	var log bytes.Buffer
	return New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(&log, nil))}), log.String()
}

// TestWithoutFolder counts all the same.
func TestWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"", filepath.Join(file, "state")} {
		r, log := logged(folder)
		if (log != "") != (folder != "") || folder != "" && !strings.Contains(log, "kept in memory") {
			t.Errorf("folder %q: logged %q", folder, log)
		}
		now := time.Now()
		a := whole(netNewsWireAgent, home, now)
		r.Record(&a)
		r.drain(now)
		r.turn(dayOf(now) + 1)
		if days := r.Feed(election, now, now.AddDate(0, 0, 1)); len(days) != 2 || days[0].Subscribers != 1 || days[1].Polls != 0 {
			t.Errorf("folder %q: %+v", folder, days)
		}
		r.Close()
	}
}

// TestTwoProcesses: the second one counts in memory.
func TestTwoProcesses(t *testing.T) {
	folder := t.TempDir()
	first, log := logged(folder)
	defer first.Close()
	if log != "" {
		t.Errorf("logged %q", log)
	}
	second, log := logged(folder)
	defer second.Close()
	if !strings.Contains(log, "another feedmill") || second.path != "" {
		t.Errorf("logged %q", log)
	}
}

// TestDamage begins anew, says so, and keeps what was there.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		file, want string
		harm       func(content []byte) []byte
	}{
		{"stats.db", "damaged and begin anew", func(b []byte) []byte { return b[:0x1800] }},
		{"stats.db", "damaged and begin anew", func(b []byte) []byte { return bytes.Repeat([]byte("not a database "), 10_000) }},
		{"stats.db", "damaged and begin anew", func(b []byte) []byte {
			for i := 0x2000; i < len(b); i++ {
				b[i] ^= 0x5a
			}
			return b
		}},
		{"stats.today", "begin anew", func(b []byte) []byte { return b[:len(b)/2] }},
		{"stats.today", "begin anew", func([]byte) []byte { return nil }},
		{"stats.today", "begin anew", func(b []byte) []byte { return bytes.Replace(b, []byte(`"version":1`), []byte(`"version":9`), 1) }},
		{"stats.today", "a day to come", func(b []byte) []byte { return bytes.Replace(b, []byte(`"date":`), []byte(`"date":9`), 1) }},
	} {
		folder := t.TempDir()
		now := time.Now()
		r, _ := logged(folder)
		r.history.put(busyDay(dayOf(now) - 1))
		a := whole(netNewsWireAgent, home, now)
		r.Record(&a)
		r.Close()
		path := filepath.Join(folder, c.file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, c.harm(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, log := logged(folder)
		if !strings.Contains(log, c.want) {
			t.Errorf("%s: logged %q", c.file, log)
		}
		r.Record(&a)
		r.drain(now)
		days := r.Site(now.AddDate(0, 0, -1), now)
		if days[1].Polls == 0 || c.file == "stats.today" && (days[0].Polls == 0 || days[1].Polls != 1) || c.file == "stats.db" && (days[0].Polls != 0 || days[1].Polls != 2) {
			t.Errorf("%s: %d polls yesterday, %d today", c.file, days[0].Polls, days[1].Polls)
		}
		r.Close()
		if r, log = logged(folder); log != "" {
			t.Errorf("%s: logged again: %q", c.file, log)
		}
		r.Close()
	}
}

// TestTornWhileOpen: a file that loses its end while it is open costs figures.
func TestTornWhileOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what other systems do about a torn mapped file is not known")
	}
	folder := t.TempDir()
	now := time.Now()
	var log bytes.Buffer
	r := New(Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	defer r.Close()
	for i := range date(30) {
		r.history.put(busyDay(dayOf(now) - 1 - i))
	}
	if err := r.history.flush(dayOf(now)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(folder, "stats.db"), 4096); err != nil {
		t.Fatal(err)
	}
	if days := r.Site(now.AddDate(0, 0, -10), now); len(days) != 11 {
		t.Errorf("%d days", len(days))
	}
	if !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("logged %q", log.String())
	}
	r.history.put(busyDay(dayOf(now) - 1))
	if err := r.history.flush(dayOf(now)); err != nil {
		t.Error(err)
	}
	if days := r.Site(now.AddDate(0, 0, -1), now); days[0].Polls == 0 {
		t.Error("what could not be written is lost")
	}
}

func TestFoldReaders(t *testing.T) {
	f := Figures{Readers: map[string]int64{"a": 5, "b": 4, "Other": 3, "c": 1, "d": 2}}
	f.foldReaders(3)
	if want := map[string]int64{"a": 5, "b": 4, "Other": 6}; !reflect.DeepEqual(f.Readers, want) {
		t.Errorf("%v", f.Readers)
	}
}

// BenchmarkFeed reads what a status page shows: a year of one feed, a month of
// all feeds.
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

func FuzzRecord(f *testing.F) {
	whole := wantElection.record()
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte{recordVersion})
	f.Fuzz(func(t *testing.T, record []byte) {
		figures, err := figuresOf(record)
		if err != nil {
			return
		}
		again, err := figuresOf(figures.record())
		if err != nil || !reflect.DeepEqual(again, figures) {
			t.Errorf("%+v became %+v, %v", figures, again, err)
		}
	})
}

func FuzzDay(f *testing.F) {
	d := busyDay(20000)
	for k := range d.tallies {
		if k.Slug != "a-topic-of-many-7" {
			delete(d.tallies, k)
		}
	}
	path := filepath.Join(f.TempDir(), "stats.today")
	if err := d.write(path); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := decodeDay(content)
		if err != nil {
			return
		}
		for _, tally := range d.tallies {
			tally.figures()
		}
		h := history{memory: map[date]ended{}}
		h.put(d)
	})
}
