package ledger

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/ledger/internal/boltfile"
)

// damagedLedger is a ledger with a history, and what it knew at its end.
type damagedLedger struct {
	seen      []Article
	facts     []feeds.Facts
	now       time.Time
	file      []byte // at the end
	earlier   []byte // some rounds before
	staleCopy []byte // likewise
}

// newDamagedLedger makes one of 300 articles, some of which have moved, or have come
// back, so that their ids are not those that their paths would give.
func newDamagedLedger(t testing.TB) *damagedLedger {
	dir := t.TempDir()
	d := &damagedLedger{now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)}
	file := filepath.Join(dir, "ledger.db")
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	note := func(seen []Article, gone []string) []feeds.Facts {
		d.now = d.now.Add(time.Hour)
		facts, err := l.Note(d.now, seen, gone)
		if err != nil {
			t.Fatal(err)
		}
		return facts
	}
	article := func(i int, dir string) Article {
		one := Article{
			Path: fmt.Sprintf("%s/%03d.md", dir, i), Feeds: []feeds.Tag{{Kind: feeds.All}, {Kind: feeds.Topic, Name: fmt.Sprint("topic ", i%7)}},
			Digest: feeds.DigestOf(fmt.Append(nil, dir, i)), Content: feeds.DigestOf(fmt.Append(nil, i)),
		}
		if one.ID = feeds.ID("example.org", one.Path); i%2 == 0 {
			one.Published = d.now.Add(-time.Duration(i) * time.Hour)
		}
		return one
	}
	var first []Article
	for i := range 300 {
		first = append(first, article(i, "first"))
	}
	note(first, nil)
	for round := range 6 {
		var moved []Article
		var gone []string
		for i := round; i < 300; i += 7 {
			moved, gone = append(moved, article(i, "moved")), append(gone, first[i].Path)
		}
		note(moved, gone)
		if round == 3 {
			d.earlier = read(t, file)
		}
	}
	note(nil, []string{"first/006.md", "moved/001.md"})
	for i := range 300 {
		switch {
		case i == 6 || i == 1:
		case i%7 < 6:
			d.seen = append(d.seen, article(i, "moved"))
		default:
			d.seen = append(d.seen, first[i])
		}
	}
	d.facts = note(d.seen, nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	d.file = read(t, file)
	d.staleCopy = d.earlier
	return d
}

// memoryDir is a folder in memory where the system has such, because a thousand ledgers
// wait for a disk for minutes.
func memoryDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "feedmill")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// read reads the pages of a file that are in use, behind which it is empty.
func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := boltfile.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return b[:p.InUse()]
}

// harm damages a file in one of many ways.
func (d *damagedLedger) harm(r *rand.Rand) (b []byte, how string) {
	b = slices.Clone(d.file)
	pages, older := len(b)/os.Getpagesize(), min(len(d.file), len(d.earlier))/os.Getpagesize()
	page := func(b []byte, i int) []byte { return b[i*os.Getpagesize() : (i+1)*os.Getpagesize()] }
	switch r.IntN(8) {
	case 0, 1:
		at := r.IntN(len(b))
		b[at] ^= 1 << r.IntN(8)
		return b, fmt.Sprint("bit of byte ", at)
	case 2:
		at := r.IntN(len(b) - 200)
		for i := range 200 {
			b[at+i] = byte(r.Uint32())
		}
		return b, fmt.Sprint("200 bytes from ", at)
	case 3:
		n := r.IntN(len(b))
		return b[:n], fmt.Sprint("cut off at ", n)
	case 4:
		i := r.IntN(pages)
		clear(page(b, i))
		return b, fmt.Sprint("page of zeros ", i)
	case 5:
		i, j := r.IntN(pages), r.IntN(pages)
		copy(page(b, i), page(d.file, j))
		copy(page(b, j), page(d.file, i))
		return b, fmt.Sprint("swapped pages ", i, j)
	case 6:
		i := r.IntN(older)
		copy(page(b, i), page(d.earlier, i))
		return b, fmt.Sprint("older page ", i)
	}
	for range 1 + r.IntN(40) { // several at once
		i := r.IntN(older)
		copy(page(b, i), page(d.earlier, i))
	}
	return b, "older pages"
}

// TestRandomDamage: whatever becomes of the file, no article has another id than before
// unless it is said, nothing panics or hangs, and no start is refused where the copy is
// sound.
func TestRandomDamage(t *testing.T) {
	d := newDamagedLedger(t)
	dir := memoryDir(t)
	for i, c := range []struct {
		name string
		copy []byte
	}{{"copy", d.file}, {"older copy", d.staleCopy}, {"no copy", nil}} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, uint64(i)))
			count := map[string]int{}
			for n := range 340 {
				b, how := d.harm(r)
				file := filepath.Join(dir, fmt.Sprint(i, "-", n, ".db"))
				what := d.try(t, file, b, c.copy)
				if count[what]++; what == "differs" || c.copy != nil && what == "refused" {
					t.Errorf("%d: %s: %s", n, how, what)
				}
				if c.name == "copy" && what != "as before" {
					t.Errorf("%d: %s: %s, although the copy is sound", n, how, what)
				}
				for _, f := range glob(file + "*") {
					os.Remove(f)
				}
			}
			t.Logf("%d bytes: %v", len(d.file), count)
		})
	}
}

func glob(pattern string) []string {
	files, _ := filepath.Glob(pattern) // a good pattern
	return files
}

// try opens a damaged file and says what came of it.
func (d *damagedLedger) try(t *testing.T, file string, b, copied []byte) string {
	t.Helper()
	write := func(name string, b []byte) {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(file, b)
	if copied != nil {
		write(file+copySuffix, copied)
	}
	var log bytes.Buffer
	l, err := OpenWith(file, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		return "refused"
	}
	defer l.abandon()
	facts, err := l.Update(d.now.Add(time.Hour), slices.Clone(d.seen), nil)
	if err != nil {
		t.Errorf("update: %v", err)
	}
	held := map[string]bool{}
	for _, x := range l.Lost() {
		held[x.Path] = true
	}
	what := "as before"
	for i, f := range facts {
		switch path := d.seen[i].Path; {
		case f == d.facts[i]:
		case f.Lost && held[path]:
			what = "held"
		case strings.Contains(log.String(), "path="+path+" "):
			what = "said"
		case f.ID == d.facts[i].ID && log.Len() > 0 && what == "as before":
			what = "other times"
		case f.ID != d.facts[i].ID || log.Len() == 0:
			t.Logf("%s: %+v, was %+v; %s", path, f, d.facts[i], log.String())
			return "differs"
		}
	}
	if err := l.Flush(); err != nil {
		t.Errorf("flush: %v", err)
	}
	return what
}

// TestDamageWhileOpen: a file that others write, cut off or replace is put aside, and
// the ledger goes on.
func TestDamageWhileOpen(t *testing.T) {
	d := newDamagedLedger(t)
	for name, harm := range map[string]func(file string) error{
		"cut off":   func(file string) error { return os.Truncate(file, 5000) },
		"emptied":   func(file string) error { return os.Truncate(file, 0) },
		"garbage":   func(file string) error { return os.WriteFile(file, bytes.Repeat([]byte("garbage"), 30_000), 0o666) },
		"an older":  func(file string) error { return os.WriteFile(file, d.earlier, 0o666) },
		"touched":   func(file string) error { return os.Chtimes(file, d.now, d.now) },
		"free list": func(file string) error { return overwrite(file, 2*int64(os.Getpagesize()), 64<<10) },
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ledger.db")
			if err := os.WriteFile(file, d.file, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file+copySuffix, d.file, 0o666); err != nil {
				t.Fatal(err)
			}
			l, err := Open(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := harm(file); err != nil {
				t.Fatal(err)
			}
			if effects := l.Preview(d.now, slices.Clone(d.seen), nil); len(effects) > 0 {
				t.Errorf("the guard sees %d effects", len(effects))
			}
			facts, err := l.Note(d.now.Add(time.Hour), slices.Clone(d.seen), nil)
			if err != nil || !slices.Equal(facts, d.facts) {
				t.Errorf("other facts: %v", err)
			}
			if _, err := l.Note(d.now.Add(2*time.Hour), []Article{{Path: "new.md", ID: "urn:x:new"}}, nil); err != nil || !l.Lasting() {
				t.Errorf("not written: %v", err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if err := Check(file); err != nil {
				t.Error(err)
			}
			if l, err = Open(file); err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if !l.Knows("new.md") {
				t.Error("what came after the damage is lost")
			}
		})
	}
}

func overwrite(file string, from int64, n int) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, n), from)
	return err
}

// TestRecover: what was published last gives back what neither file knows, and what it
// does not know is held until that is accepted.
func TestRecover(t *testing.T) {
	d := newDamagedLedger(t)
	file := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(file+copySuffix, d.staleCopy, 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	last := len(d.seen) - 1
	var published []Published
	for i, a := range d.seen[:last] {
		a.ID, a.Published = d.facts[i].ID, d.facts[i].Published
		published = append(published, Published{a, d.facts[i].FirstSeen, d.facts[i].Updated})
	}
	l.CatchUp(d.now, published, true, false)
	facts, err := l.Note(d.now, slices.Clone(d.seen), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.seen[:last] {
		if facts[i].ID != d.facts[i].ID || !facts[i].Published.Equal(d.facts[i].Published) {
			t.Errorf("%s: %+v, was %+v", d.seen[i].Path, facts[i], d.facts[i])
		}
	}
	stranger := Article{Path: "stranger.md", ID: "urn:x:stranger"}
	facts, err = l.Note(d.now, []Article{stranger, {Path: "stated.md", ID: "urn:x:stated", Explicit: true}}, nil)
	if err != nil || !facts[0].Lost || facts[1].ID != "urn:x:stated" {
		t.Errorf("%+v, %v", facts, err)
	}
	l.AllSeen()
	if lost := l.Lost(); len(lost) != 2 || lost[0].Path != d.seen[last].Path || lost[1].Path != "stranger.md" {
		t.Errorf("lost: %v", lost)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(file); err == nil || !strings.Contains(err.Error(), "stranger.md") {
		t.Errorf("check says %v", err)
	}
	if l, err = Open(file); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if facts, _ = l.Note(d.now, []Article{stranger}, nil); !facts[0].Lost {
		t.Error("it is not held after a restart")
	}
	moved := stranger
	moved.Path = "elsewhere.md"
	if facts, _ = l.Note(d.now, []Article{moved}, []string{"stranger.md"}); !facts[0].Lost {
		t.Error("it is not held at another path")
	}
	l.AcceptLost()
	if facts, _ = l.Note(d.now, []Article{moved}, nil); facts[0].Lost || facts[0].ID == "" || len(l.Lost()) > 0 {
		t.Errorf("accepted: %+v, %v", facts, l.Lost())
	}
}

// FuzzOpen opens any bytes, and uses what comes of them.
func FuzzOpen(f *testing.F) {
	d := newDamagedLedger(f)
	f.Add(d.file)
	f.Add(d.earlier[:9000])
	f.Add([]byte{})
	r := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		b, _ := d.harm(r)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(file, b, 0o666); err != nil {
			t.Fatal(err)
		}
		Check(file)
		l, err := Open(file)
		if err != nil {
			return
		}
		defer l.Close()
		if _, err := l.Note(d.now, slices.Clone(d.seen), nil); err != nil {
			t.Error(err)
		}
		_ = maps.Collect(l.Records())
	})
}

// TestCannotMend: where a damaged file can't be made again, what is known stays in memory,
// and writing fails.
func TestCannotMend(t *testing.T) {
	d := newDamagedLedger(t)
	file := filepath.Join(t.TempDir(), "ledger.db")
	for _, name := range []string{file, file + copySuffix} {
		if err := os.WriteFile(name, d.file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.MkdirAll(file+".new/in/the/way", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 5000); err != nil {
		t.Fatal(err)
	}
	facts, err := l.Update(d.now.Add(time.Hour), slices.Clone(d.seen), nil)
	if err != nil || !slices.Equal(facts, d.facts) {
		t.Errorf("other facts: %v", err)
	}
	if err := l.Flush(); err == nil {
		t.Error("what is not written counts as written")
	}
}

// TestDamagedReadOnly: where the file can't be written, what is sound in it and in the
// copy is read all the same, and both stay as they are.
func TestDamagedReadOnly(t *testing.T) {
	d := newDamagedLedger(t)
	file := filepath.Join(t.TempDir(), "ledger.db")
	bad := slices.Clone(d.file)
	clear(bad[2*os.Getpagesize() : len(bad)/2])
	for name, b := range map[string][]byte{file: bad, file + copySuffix: d.file} {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	l, err := OpenReadOnly(file)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := l.Note(d.now.Add(time.Hour), slices.Clone(d.seen), nil)
	if err != nil || !slices.Equal(facts, d.facts) || l.Lasting() {
		t.Errorf("other facts: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	now, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(now, bad) || len(glob(file+"*")) != 2 {
		t.Errorf("files were changed: %v, %v", glob(file+"*"), err)
	}
	if err := os.WriteFile(file, d.file, 0o666); err != nil {
		t.Fatal(err)
	}
	if l, err = OpenReadOnly(file); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Truncate(file, 0); err != nil { // while it is open
		t.Fatal(err)
	}
	if facts, err := l.Note(d.now.Add(time.Hour), slices.Clone(d.seen), nil); err != nil || !slices.Equal(facts, d.facts) {
		t.Errorf("afterwards: %v", err)
	}
}
