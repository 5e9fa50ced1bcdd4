package builder

import (
	"bytes"
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
	"feedmill/feeds/articlecache"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// newCache is a cache that ends with the test, for a ledger or nil for none that
// matters.
func newCache(t testing.TB, l *ledger.Ledger) *articlecache.Cache {
	t.Helper()
	if l == nil {
		l = ledger.Memory()
	}
	c, err := articlecache.Temporary(l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// house is a folder and its state, through restarts.
type house struct {
	t     *testing.T
	disk  *disk
	state string
	now   time.Time
	opt   func(*Options)
	stop  func()
	*Builder
}

func newHouse(t *testing.T, opt func(*Options)) *house {
	h := &house{t: t, disk: newDisk(), state: t.TempDir(), now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), opt: opt, stop: func() {}}
	t.Cleanup(func() { h.stop() })
	return h
}

// restart begins anew with what is in the state folder, and returns how many
// files that reads.
func (h *house) restart() (reads int) {
	h.t.Helper()
	h.stop()
	l, err := ledger.Open(filepath.Join(h.state, "ledger.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := articlecache.Open(h.state, l)
	if err != nil {
		h.t.Fatal(err)
	}
	h.stop = func() { c.Close(); l.Close() }
	h.Builder = testBuilder(h.disk, func() time.Time { return h.now }, func(o *Options) {
		o.Ledger, o.Cache, o.Guard, o.Tombstones = l, c, feeds.Guard{Items: 20, Percent: 30}, 30*24*time.Hour
		if h.opt != nil {
			h.opt(o)
		}
	})
	h.disk.reads = 0
	scan(h.t, h.Builder)
	return h.disk.reads
}

// forget removes the cache.
func (h *house) forget() {
	h.stop()
	h.stop = func() {}
	files, err := filepath.Glob(filepath.Join(h.state, "articles.cache*"))
	if err != nil || len(files) != 2 {
		h.t.Fatalf("the cache is %v: %v", files, err)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			h.t.Fatal(err)
		}
	}
}

// shown is every document with its tag, and what the report says.
func (h *house) shown() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for _, l := range h.Snapshot().Listings {
		for _, f := range feeds.Formats {
			d, err := l.Document(f)
			if err != nil {
				h.t.Fatal(err)
			}
			all[l.Key.DocumentPath(f)] = d.Tag + "\n" + string(d.Body)
		}
		for p := range l.Periods() {
			for _, f := range feeds.Formats {
				d, err := p.Document(f)
				if err != nil {
					h.t.Fatal(err)
				}
				all[l.Key.DocumentPath(f)+p.Name] = d.Tag + "\n" + string(d.Body)
			}
		}
	}
	r := h.Report()
	all["report"] = fmt.Sprint(r.Articles, r.Left)
	for _, p := range r.Problems {
		all["report"] += "\n" + p.Error()
	}
	return all
}

func (h *house) same(what string, want map[string]string) {
	h.t.Helper()
	got := h.shown()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			h.t.Errorf("%s: %s is\n%s\nwant\n%s", what, path, got[path], want[path])
		}
	}
	if len(got) != len(want) {
		h.t.Errorf("%s: %d documents, want %d", what, len(got), len(want))
	}
}

// stocked is a house with articles of all kinds, and other files.
func stocked(t *testing.T, opt func(*Options)) *house {
	h := newHouse(t, opt)
	fill(h.disk, 0, 60, "text")
	h.disk.write("undated.md", "---\ntitle: U\nimage: /u.png\nauthor: {name: U, email: nonsense}\n---\nText.\n")
	h.disk.write("draft.md", "---\ntitle: D\ndraft: true\n---\nText.\n")
	h.disk.write("soon.md", "---\ntitle: Soon\ndate: 2024-06-02\n---\nText.\n")
	h.disk.write("ends.md", "---\ntitle: Ends\ndate: 2024-05-02\nexpiryDate: 2024-06-03\ntopics: [t1]\n---\nText.\n")
	h.disk.write("README.md", "No article.\n")
	h.disk.write("broken.md", "---\ntitle: [\n---\n")
	return h
}

// TestWarm starts again and again: nothing is read that has not changed, and
// everything is as it was, to the byte.
func TestWarm(t *testing.T) {
	h := stocked(t, nil)
	all := len(h.disk.files)
	if n := h.restart(); n != all {
		t.Errorf("the first start reads %d files of %d", n, all)
	}
	want := h.shown()
	expect := func(what string, reads int) {
		t.Helper()
		if n := h.restart(); n != reads {
			t.Errorf("%s: %d files read, want %d", what, n, reads)
		}
		h.same(what, want)
	}
	expect("nothing has changed", 1) // the broken one
	expect("nor now", 1)
	h.forget()
	expect("without the cache", all)
	h.disk.write("3.md", numberedPosts(3, "t0", "changed while nothing ran"))
	h.disk.write("4.md", strings.Replace(h.disk.files["4.md"], "title:", "heat: 4\ntitle:", 1))
	h.disk.write("moved/5.md", h.disk.files["5.md"])
	h.disk.remove("5.md")
	h.disk.remove("README.md")
	h.now = h.now.Add(time.Hour)
	if n := h.restart(); n != 4 {
		t.Errorf("three changes: %d files read, want 4", n)
	}
	want = h.shown()
	expect("and again", 1)
	h.forget()
	expect("and without the cache", len(h.disk.files))
	h.disk.write("6.md", numberedPosts(6, "t0", "changed while it ran"))
	if err := h.Apply(t.Context(), watcher.Changes{Paths: []string{"6.md"}}); err != nil {
		t.Fatal(err)
	}
	want = h.shown()
	expect("after a change while it ran", 1)
}

// TestWarmTime shows and hides what turned while nothing ran, tombstones included,
// as a process does that was there.
func TestWarmTime(t *testing.T) {
	h, there := stocked(t, nil), stocked(t, nil)
	h.restart()
	there.restart()
	for range 3 {
		h.now, there.now = h.now.Add(24*time.Hour), there.now.Add(24*time.Hour)
		if n := h.restart(); n != 1 {
			t.Errorf("%d files read", n)
		}
		scan(t, there.Builder)
	}
	want := there.shown()
	h.same("after three days", want)
	if atom := want["/topics/t1/atom.xml"]; !strings.Contains(atom, "deleted-entry") || !strings.Contains(want["/feed.json"], "Soon") {
		t.Errorf("nothing has turned: %s", atom)
	}
	h.now = h.now.Add(-72 * time.Hour) // a clock that was wrong
	h.restart()
	if strings.Contains(h.shown()["/feed.json"], "Soon") {
		t.Error("a clock that was wrong shows what is not due")
	}
}

// TestWarmHeld keeps the last good feeds over a restart while something is held,
// and broken files their last good version.
func TestWarmHeld(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	want := h.shown()
	good := maps.Clone(h.disk.files)
	remove(h.disk, 0, 60)
	for range 2 {
		h.restart()
		expectHeld(t, h.Builder, "of the 62 known articles of all feeds, 60 would vanish")
		h.same("held", want)
	}
	for path, src := range good {
		if h.disk.files[path] == "" {
			h.disk.write(path, src)
		}
	}
	scan(t, h.Builder)
	expectHeld(t, h.Builder, "")
	h.same("put back", want)
	for i := range 40 {
		h.disk.write(fmt.Sprintf("%d.md", i), "---\ntitle: [\n---\n")
	}
	for range 2 {
		if n := h.restart(); n != 41 {
			t.Errorf("%d files read, want the broken ones", n)
		}
		expectHeld(t, h.Builder, "")
		delete(want, "report")
		got := h.shown()
		delete(got, "report")
		if !maps.Equal(got, want) {
			t.Error("broken files have taken their articles along")
		}
	}
}

// TestWarmSettings reads everything again under other settings, keeps what is
// broken, and leaves nothing of the old ones.
func TestWarmSettings(t *testing.T) {
	home := "https://example.org/"
	h := stocked(t, func(o *Options) { o.Site.HomeURL = home })
	h.restart()
	h.disk.write("7.md", "---\ntitle: [\n---\n")
	h.restart()
	first := h.shown()
	home = "https://elsewhere.example/"
	if n := h.restart(); n != len(h.disk.files) {
		t.Errorf("%d files read, of %d", n, len(h.disk.files))
	}
	second := h.shown()
	if s := second["/rss.xml"]; strings.Contains(s, "https://example.org/u.png") || !strings.Contains(s, "https://elsewhere.example/u.png") || !strings.Contains(s, "T7<") {
		t.Errorf("under other settings:\n%s", s)
	}
	if n := h.restart(); n != 2 {
		t.Errorf("%d files read, want the broken ones", n)
	}
	h.same("again", second)
	home = "https://example.org/"
	h.restart()
	h.same("back", first)
}

// TestWarmDamaged cuts both files in many places: the feeds are the same.
func TestWarmDamaged(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	want := h.shown()
	h.stop()
	for _, name := range []string{"articles.cache", "articles.cache.texts"} {
		file := filepath.Join(h.state, name)
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			at := i * len(whole) / 6
			for _, bad := range [][]byte{whole[:at], append(bytes.Clone(whole[:at]), make([]byte, len(whole)-at)...)} {
				if err := os.WriteFile(file, bad, 0o666); err != nil {
					t.Fatal(err)
				}
				h.restart()
				h.same(fmt.Sprint(name, " cut at ", at), want)
				h.stop()
			}
		}
	}
	h.stop = func() {}
}

// TestWarmDamagedGone removes articles while a part of the cache is lost: those that
// the rest of the cache brings back count as gone all the same.
func TestWarmDamagedGone(t *testing.T) {
	h := stocked(t, nil)
	h.restart()
	h.stop()
	file := filepath.Join(h.state, "articles.cache")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	remove(h.disk, 0, 60)
	for i := 1; i < 6; i++ {
		if err := os.WriteFile(file, whole[:i*len(whole)/6], 0o666); err != nil {
			t.Fatal(err)
		}
		h.restart()
		expectHeld(t, h.Builder, "of the 62 known articles of all feeds, 60 would vanish")
		h.stop()
	}
	h.stop = func() {}
}

// TestWarmCorpus compares the documents of real articles, where they are at hand.
func TestWarmCorpus(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "corpus", "articles")
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: the corpus of real articles is not beside the project")
	}
	h := newHouse(t, nil)
	if err := h.disk.load(root); err != nil {
		t.Fatal(err)
	}
	if n := h.restart(); n != 402 {
		t.Errorf("%d files read", n)
	}
	want := h.shown()
	if n := h.restart(); n != 0 {
		t.Errorf("%d files read at the second start", n)
	}
	h.same("warm", want)
}

// load copies a folder.
func (d *disk) load(root string) error {
	return filepath.WalkDir(root, func(file string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := os.ReadFile(file)
		rel, _ := filepath.Rel(root, file)
		d.write(filepath.ToSlash(rel), string(src))
		return err
	})
}

// BenchmarkMemory says what an article of the usual kind takes after a warm start:
// its card with what leads to its text, and all in all.
func BenchmarkMemory(b *testing.B) {
	const n = 20_000
	d := newDisk()
	for i := range n {
		d.write(fmt.Sprintf("%d/%02d/%08x-%d.md", 2010+i/4000, i/300%12+1, i*2654435761, i), corpusLike(i))
	}
	l := ledger.Memory()
	c := newCache(b, l)
	start := func() *Builder {
		one := testBuilder(d, nil, func(o *Options) { o.Ledger, o.Cache = l, c })
		if err := one.Apply(b.Context(), watcher.Changes{Rescan: true}); err != nil {
			b.Fatal(err)
		}
		return one
	}
	start()
	for b.Loop() {
		before := heapInUse()
		restored := c.Use(&article.BodyStore{Parser: article.NewParser(article.Options{})}, articlecache.Fingerprint{}).Restore()
		b.ReportMetric(float64(heapInUse()-before)/n, "B/card")
		if len(restored.Entries) != n {
			b.Fatalf("%d entries", len(restored.Entries))
		}
		restored = articlecache.Restored{}
		before = heapInUse()
		one := start()
		b.ReportMetric(float64(heapInUse()-before)/n, "B/article")
		if r := one.Report(); r.Articles != n {
			b.Fatalf("%d articles", r.Articles)
		}
	}
}
