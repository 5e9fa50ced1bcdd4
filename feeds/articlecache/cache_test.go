package articlecache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/ledger"
)

var parser = article.NewParser(article.Options{SiteID: "example.org", SiteURL: "https://example.org/", Folders: []feeds.Folder{{Link: "/:path/"}}})

func parse(t testing.TB, path, src string) *article.Article {
	t.Helper()
	a, err := parser.Parse(path, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func post(title, more, body string) string {
	return "---\ntitle: " + title + "\n" + more + "\n---\n" + body + "\n"
}

// stock is a ledger and a cache in one folder, and the builder that uses them.
type stock struct {
	t       testing.TB
	dir     string
	l       *ledger.Ledger
	c       *Cache
	session *Session
	store   *article.BodyStore
	now     time.Time
	was     Restored
	kept    map[string]Entry
}

func openStock(t testing.TB, dir string, settings Fingerprint) *stock {
	t.Helper()
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c, err := Open(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s := &stock{t: t, dir: dir, l: l, c: c, store: &article.BodyStore{Parser: parser, Read: func(string) ([]byte, error) { return nil, os.ErrNotExist }}, now: time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC), kept: map[string]Entry{}}
	s.session = c.Use(s.store, settings)
	s.was = s.session.Restore()
	for _, e := range s.was.Entries {
		if e.Path != "" {
			s.kept[e.Path] = e
		}
	}
	return s
}

func (s *stock) close() {
	s.c.Close()
	s.l.Close()
}

// round takes files in and commits; an empty source removes one, and one without
// front matter is no article.
func (s *stock) round(files map[string]string) {
	s.t.Helper()
	var seen []ledger.Article
	var gone []string
	stamp := uint64(len(s.kept) + 1)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		src := files[path]
		if old := s.kept[path].Article; old != nil {
			s.session.ReleaseText(old)
		}
		switch {
		case src == "":
			gone = append(gone, path)
			delete(s.kept, path)
			s.check(s.session.SaveRemoval(path))
		case src[0] != '-':
			s.kept[path] = Entry{Path: path, Stamp: stamp, Current: true}
			s.check(s.session.SaveOther(path, stamp))
		default:
			a, err := s.store.Unload(parse(s.t, path, src))
			s.check(err)
			seen = append(seen, ledger.Article{Path: a.Path, ID: a.ID(), Digest: a.Digest, Content: a.Content})
			s.kept[path] = Entry{Path: path, Stamp: stamp, Article: a, Current: true}
			s.check(s.session.SaveArticle(a, stamp))
		}
	}
	_, err := s.l.Update(s.now, seen, gone)
	s.check(errors.Join(err, s.l.Flush()))
	s.check(s.session.Commit(s.now, true))
}

func (s *stock) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// print is what a restored cache comes to; lost is what to print for a text that
// cannot be read.
func print(entries map[string]Entry) string {
	var out strings.Builder
	for _, path := range slices.Sorted(maps.Keys(entries)) {
		e := entries[path]
		fmt.Fprintf(&out, "%s %d %v", path, e.Stamp, e.Current)
		if e.Article != nil {
			html := "lost"
			if it, err := e.Article.Item(context.Background()); err == nil {
				html = it.HTML
			}
			fmt.Fprintf(&out, " %x %q", e.Article.AppendMetadata(nil), html)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestCache(t *testing.T) {
	dir := t.TempDir()
	s := openStock(t, dir, Fingerprint{1})
	if len(s.was.Entries) > 0 || s.was.Complete() || !s.was.At.IsZero() {
		t.Errorf("begins with %+v", s.was)
	}
	s.round(map[string]string{"a.md": post("A", "date: 2024-01-01\ntopics: [x]", "text a"), "b.md": post("B", "topics: [x, y]", "text b"), "c.md": post("C", "", "text c"), "note.md": "no article"})
	s.now = s.now.Add(time.Hour)
	s.round(map[string]string{"a.md": post("A2", "date: 2024-01-01", "text a2"), "c.md": ""})
	want := print(s.kept)
	s.check(s.session.SaveArticle(s.kept["b.md"].Article, 77)) // and is not committed
	s.check(s.session.cache.writePending(s.session))
	s.close()

	again := openStock(t, dir, Fingerprint{1})
	if got := print(again.kept); got != want || !again.was.At.Equal(s.now) || !again.was.Complete() {
		t.Errorf("at %s, complete %v:\n%swant\n%s", again.was.At, again.was.Complete(), got, want)
	}
	other := &article.BodyStore{Parser: parser}
	for _, e := range again.c.Use(other, Fingerprint{2}).Restore().Entries {
		if e.Current {
			t.Errorf("under other settings %s is current", e.Path)
		}
	}
	_, err := again.l.Update(s.now, []ledger.Article{{Path: "d.md", ID: "d"}}, nil)
	s.check(errors.Join(err, again.l.Flush()))
	again.close()
	if behind := openStock(t, dir, Fingerprint{1}); print(behind.kept) != want || behind.was.Complete() || behind.was.Relation != Later {
		t.Errorf("behind its ledger it is complete: %v\n%s", behind.was.Complete(), print(behind.kept))
	}
}

// TestCacheOfAnother says what a cache is beside another ledger, or an older copy of its
// own: there it may be all that knows the articles' ids. Files of another version or of
// each other begin anew.
func TestCacheOfAnother(t *testing.T) {
	for name, test := range map[string]struct {
		change func(dir string) error
		want   Relation
		kept   int
	}{
		"another ledger": {func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "ledger.db")), os.Remove(filepath.Join(dir, "ledger.db.copy")))
		}, Foreign, 1},
		"older ledger": {func(dir string) error {
			os.Remove(filepath.Join(dir, "ledger.db.copy")) // which would replace the older one
			return os.Rename(filepath.Join(dir, "backup.db"), filepath.Join(dir, "ledger.db"))
		}, Older, 1},
		"no texts": {func(dir string) error { return os.Remove(filepath.Join(dir, textsFile)) }, Equal, 0},
		"no log":   {func(dir string) error { return os.Remove(filepath.Join(dir, logFile)) }, Equal, 0},
		"empty":    {func(dir string) error { return os.Truncate(filepath.Join(dir, logFile), 0) }, Equal, 0},
		"other texts": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, textsFile), bytes.Repeat([]byte("x"), 1000), 0o666)
		}, Equal, 0},
	} {
		dir := t.TempDir()
		s := openStock(t, dir, Fingerprint{})
		s.round(map[string]string{"a.md": post("A", "", "a")})
		s.close()
		copyFile(t, filepath.Join(dir, "ledger.db"), filepath.Join(dir, "backup.db"))
		s = openStock(t, dir, Fingerprint{})
		s.round(map[string]string{"a.md": post("A2", "", "a2")})
		s.close()
		if err := test.change(dir); err != nil {
			t.Fatal(err)
		}
		s = openStock(t, dir, Fingerprint{})
		if len(s.kept) != test.kept || s.was.Relation != test.want || s.was.Complete() {
			t.Errorf("%s: relation %d, %s", name, s.was.Relation, print(s.kept))
		}
		s.round(map[string]string{"b.md": post("B", "", "b")})
		s.close()
		if s = openStock(t, dir, Fingerprint{}); len(s.kept) != test.kept+1 || s.was.Relation != Equal {
			t.Errorf("%s: then relation %d, %s", name, s.was.Relation, print(s.kept))
		}
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestCacheDamaged cuts both files at every byte and falsifies many: what comes back
// is a state that was committed, or nothing, and every text that can be read is
// the right one.
func TestCacheDamaged(t *testing.T) {
	dir := t.TempDir()
	states := map[string]bool{"": true}
	s := openStock(t, dir, Fingerprint{})
	for _, files := range []map[string]string{
		{"a.md": post("A", "date: 2024-01-01", "a"), "note.md": "no article"},
		{"a.md": post("A2", "date: 2024-01-01", "a2"), "b.md": post("B", "date: 2024-01-01", "b")},
	} {
		s.round(files)
		states[print(s.kept)] = true
	}
	l := s.l
	s.c.Close()
	whole, damaged := map[string][]byte{}, t.TempDir()
	for _, name := range []string{logFile, textsFile} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		whole[name] = b
	}
	for name, good := range whole {
		for i := range good {
			bads := [][]byte{good[:i]}
			if i%4 == 0 { // a while less of work
				bads = append(bads, slices.Concat(good[:i], []byte{good[i] ^ 0x40}, good[i+1:]), slices.Concat(good[:i], make([]byte, len(good)-i)))
			}
			for _, bad := range bads {
				for other, b := range whole {
					if err := os.WriteFile(filepath.Join(damaged, other), b, 0o666); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.WriteFile(filepath.Join(damaged, name), bad, 0o666); err != nil {
					t.Fatal(err)
				}
				got := restored(t, damaged, l)
				if name == textsFile {
					for state := range states {
						if unreadable(state, got) {
							got = state
						}
					}
				}
				if !states[got] {
					t.Fatalf("%s damaged at %d:\n%s", name, i, got)
				}
			}
		}
	}
}

func restored(t testing.TB, dir string, l *ledger.Ledger) string {
	t.Helper()
	c, err := Open(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	h := &article.BodyStore{Parser: parser, Read: func(string) ([]byte, error) { return nil, os.ErrNotExist }}
	entries := map[string]Entry{}
	for _, e := range c.Use(h, Fingerprint{}).Restore().Entries {
		if e.Path != "" {
			entries[e.Path] = e
		}
	}
	return print(entries)
}

// unreadable reports whether got is state but for texts that are lost.
func unreadable(state, got string) bool {
	want, lines := strings.Split(state, "\n"), strings.Split(got, "\n")
	if len(want) != len(lines) {
		return false
	}
	for i := range want {
		card, _, _ := strings.Cut(want[i], " \"")
		if lines[i] != want[i] && lines[i] != card+` "lost"` {
			return false
		}
	}
	return true
}

// TestCompact keeps the files in proportion to what is in use, and the texts of
// articles that somebody still holds for a while.
func TestCompact(t *testing.T) {
	before := spare
	spare.bytes, spare.entries = 1000, 10
	defer func() { spare = before }()
	dir := t.TempDir()
	s := openStock(t, dir, Fingerprint{})
	other := &article.BodyStore{Parser: parser} // of another builder, which never compacts
	theirs := s.c.Use(other, Fingerprint{})
	theirs.Restore()
	x, err := other.Unload(parse(t, "x.md", post("X", "", "x")))
	s.check(err)
	s.round(map[string]string{"steady.md": post("S", "", "steady"), "none.md": "no article"})
	var held *article.Article // by the last good document of a feed, for long
	compacted, size := 0, int64(0)
	for i := range 200 {
		old, ids := s.kept["a.md"].Article, s.c.pair
		s.round(map[string]string{"a.md": post("A", "", fmt.Sprint("text ", i))})
		s.check(s.session.Compact(s.now, true, len(s.kept), maps.Values(s.kept)))
		if s.c.pair != ids {
			compacted++
			if it, err := old.Item(t.Context()); err != nil || !strings.Contains(it.HTML, fmt.Sprint("text ", i-1)) {
				t.Errorf("what readers of a moment ago hold is lost: %v", err)
			}
		}
		if size = max(size, s.c.textsEnd); i == 0 {
			held = s.kept["a.md"].Article
		}
		if it, err := held.Item(t.Context()); err == nil && it.HTML != "<p>text 0</p>\n" {
			t.Fatalf("another text stands in the place of one that is gone: %s", it.HTML)
		}
	}
	if it, err := x.Item(t.Context()); err != nil || !strings.Contains(it.HTML, "x") {
		t.Errorf("what another builder holds is lost: %v", err)
	}
	s.check(theirs.SaveArticle(x, 5))
	s.check(theirs.Commit(s.now, true))
	s.kept["x.md"] = Entry{Path: "x.md", Stamp: 5, Article: x, Current: true}
	if compacted < 3 || compacted > 40 || size > 5000 {
		t.Errorf("compacted %d times, %d bytes at most", compacted, size)
	}
	want := print(s.kept)
	s.close()
	if got := print(openStock(t, dir, Fingerprint{}).kept); got != want {
		t.Errorf("%swant\n%s", got, want)
	}
}

// FuzzCache makes something committed, or nothing, of any log.
func FuzzCache(f *testing.F) {
	dir := f.TempDir()
	s := openStock(f, dir, Fingerprint{})
	s.round(map[string]string{"a.md": post("A", "", "a"), "b.md": "none"})
	s.round(map[string]string{"a.md": ""})
	s.c.Close()
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log[headSize:])
	f.Fuzz(func(t *testing.T, b []byte) {
		damaged := t.TempDir()
		copyFile(t, filepath.Join(dir, textsFile), filepath.Join(damaged, textsFile))
		if err := os.WriteFile(filepath.Join(damaged, logFile), append(slices.Clone(log[:headSize]), b...), 0o666); err != nil {
			t.Fatal(err)
		}
		restored(t, damaged, s.l)
		// Entries whose checksums are right, whatever they hold.
		var framed []byte
		for part := range bytes.SplitSeq(b, []byte("|")) {
			framed = appendEntry(framed, func(to []byte) []byte { return append(to, part...) })
		}
		if err := os.WriteFile(filepath.Join(damaged, logFile), append(slices.Clone(log[:headSize]), framed...), 0o666); err != nil {
			t.Fatal(err)
		}
		restored(t, damaged, s.l)
	})
}
