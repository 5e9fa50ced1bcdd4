package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

var parser = article.NewParser(article.Options{SiteID: "example.org", SiteURL: "https://example.org/", Folders: []feeds.Folder{{Link: "/:path/"}}})

func parse(t testing.TB, path, src string) Article {
	t.Helper()
	return parseBy(t, parser, path, src)
}

func parseBy(t testing.TB, p *article.Parser, path, src string) Article {
	t.Helper()
	a, err := p.Parse(path, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	seen := Article{
		Path: a.Path, ID: a.ID(), Explicit: a.Explicit, Hidden: a.Hidden != "", Link: a.Link,
		Published: a.Published, Stated: a.Stated(), NotBefore: a.NotBefore(), Expires: a.Expires(),
		Feeds: a.Member.List(feeds.Tag{Kind: feeds.All}), Digest: a.Digest, Content: a.Content,
	}
	seen.OldDigest, seen.OldContent = p.OldDigests(a)
	return seen
}

// Note is Take and Flush.
func (l *Ledger) Note(now time.Time, seen []Article, gone []string) ([]feeds.Facts, error) {
	facts, err := l.Update(now, seen, gone)
	return facts, errors.Join(err, l.Flush())
}

// play is a folder, a clock and a ledger that is told of every change.
type play struct {
	t     *testing.T
	l     *Ledger
	file  string
	now   time.Time
	files map[string]string
	facts map[string]feeds.Facts
}

func newPlay(t *testing.T) *play {
	p := &play{t: t, file: filepath.Join(t.TempDir(), "state", "ledger.db"), now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), files: map[string]string{}, facts: map[string]feeds.Facts{}}
	p.open()
	return p
}

func (p *play) open() {
	p.t.Helper()
	l, err := Open(p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	p.l = l
	p.t.Cleanup(func() { l.Close() })
}

// restart tells a new process of everything at once.
func (p *play) restart() {
	p.t.Helper()
	if err := p.l.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.open()
	var gone []string
	for path := range p.l.Paths() {
		if _, here := p.files[path]; !here {
			gone = append(gone, path)
		}
	}
	changed := map[string]string{}
	maps.Copy(changed, p.files)
	p.note(changed, gone)
}

// round applies changes; an empty content removes a file.
func (p *play) round(changes map[string]string) {
	p.t.Helper()
	var gone []string
	changed := map[string]string{}
	for path, src := range changes {
		if src == "" {
			delete(p.files, path)
			gone = append(gone, path)
			continue
		}
		p.files[path], changed[path] = src, src
	}
	p.note(changed, gone)
}

func (p *play) note(changed map[string]string, gone []string) {
	p.t.Helper()
	p.now = p.now.Add(time.Hour)
	var seen []Article
	for path, src := range changed {
		seen = append(seen, parse(p.t, path, src))
	}
	facts, err := p.l.Note(p.now, seen, gone)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, path := range gone {
		delete(p.facts, path)
	}
	for i, a := range seen {
		p.facts[a.Path] = facts[i]
	}
}

func (p *play) id(path string) string { return p.facts[path].ID }

func (p *play) want(what string, ok bool) {
	p.t.Helper()
	if !ok {
		p.t.Errorf("%s: %+v", what, p.facts)
	}
}

func post(title, more, body string) string {
	return "---\ntitle: " + title + "\n" + more + "\n---\n" + body + "\n"
}

func TestIdentity(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{
		"a.md": post("A", "date: 2024-01-01", "text of a"), "b.md": post("B", "webUrl: https://example.com/b", "text of b"),
		"c.md": post("C", "id: urn:x:c", "text of c"), "2024-01-05-d.md": "---\ntopics: [x]\n---\nno title, no date\n",
	})
	a, b, c, d := p.id("a.md"), p.id("b.md"), p.id("c.md"), p.id("2024-01-05-d.md")

	p.round(map[string]string{"a.md": post("A, edited", "date: 2024-02-02\ntopics: [new]", "another text")})
	p.want("an edit of everything in place keeps the id", p.id("a.md") == a)
	p.round(map[string]string{"a.md": "", "sub/moved.md": post("A, edited", "date: 2024-02-02\ntopics: [new]", "another text")})
	p.want("a rename with the same content keeps the id", p.id("sub/moved.md") == a)
	p.round(map[string]string{"b.md": "", "new/b2.md": post("B, edited", "webUrl: https://example.com/b\ntype: video", "new text of b")})
	p.want("a rename with edits keeps the id if the link is the same", p.id("new/b2.md") == b)
	p.round(map[string]string{"c.md": "", "cc.md": post("Other", "id: urn:x:c", "other")})
	p.want("an explicit id wins", p.id("cc.md") == c && c == "urn:x:c")
	p.round(map[string]string{"2024-01-05-d.md": "", "2025-02-03-e.md": "---\ntopics: [x]\n---\nno title, no date\n"})
	p.want("what the file name alone says is not content", p.id("2025-02-03-e.md") == d)
	p.round(map[string]string{"sub/moved.md": post("C2", "", "text c2"), "new/b2.md": post("A, edited", "date: 2024-02-02\ntopics: [new]", "another text")})
	p.want("an article moves over another's place", p.id("new/b2.md") == a)
	p.want("what takes its place is new", p.id("sub/moved.md") != a && p.id("sub/moved.md") != b)
	p.round(map[string]string{"a.md": post("Brand new", "", "at the oldest path")})
	p.want("an old path does not give an id that is in use", p.id("a.md") != a)
}

func TestSwap(t *testing.T) {
	p := newPlay(t)
	one, two := post("One", "date: 2024-01-01", "1"), post("Two", "date: 2024-01-02", "2")
	p.round(map[string]string{"a.md": one, "b.md": two})
	a, b := p.id("a.md"), p.id("b.md")
	p.round(map[string]string{"a.md": two, "b.md": one})
	p.want("ids follow the content", p.id("a.md") == b && p.id("b.md") == a)
	p.restart()
	p.want("ids stay over a restart", p.id("a.md") == b && p.id("b.md") == a)
}

func TestWhileNotRunning(t *testing.T) {
	p := newPlay(t)
	all := map[string]string{}
	for i := range 30 {
		all[fmt.Sprintf("%02d.md", i)] = post(fmt.Sprint("T", i), "", fmt.Sprint("body ", i))
	}
	p.round(all)
	before := map[string]feeds.Facts{}
	for path, f := range p.facts {
		before[p.files[path]] = f
	}
	for i := range 10 { // a third is renamed
		path := fmt.Sprintf("%02d.md", i*3)
		p.files["moved/x"+path] = p.files[path]
		delete(p.files, path)
	}
	p.facts = map[string]feeds.Facts{}
	p.restart()
	for path, f := range p.facts {
		if before[p.files[path]] != f {
			t.Errorf("%s: %+v, was %+v", path, f, before[p.files[path]])
		}
	}
	if len(p.facts) != 30 {
		t.Errorf("%d articles", len(p.facts))
	}
}

func TestTimes(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"dated.md": post("D", "date: 2024-01-01", "x"), "undated.md": post("U", "", "y"), "undated2.md": post("U2", "", "z"), "stated.md": post("S", "date: 2024-01-01\nlastmod: 2024-01-03", "x")})
	first := p.now
	day := func(d int) time.Time { return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC) }
	p.want("a date stated is the date", p.facts["dated.md"].Published.Equal(day(1)) && p.facts["dated.md"].Updated.Equal(day(1)))
	u := p.facts["undated.md"].Published
	p.want("an article without a date has the time it was first seen", !u.After(first) && first.Sub(u) < time.Minute && !u.Equal(p.facts["undated2.md"].Published))
	p.want("a change stated counts", p.facts["stated.md"].Updated.Equal(day(3)))
	before := p.facts["dated.md"]
	p.round(map[string]string{"dated.md": "---\nheat: 9\ndate: 2024-01-01\ntitle:   \"D\"\n---\n\n\nx   \n\n\n"})
	p.want("bookkeeping, order of keys and white space change nothing", p.facts["dated.md"] == before)
	p.round(map[string]string{"dated.md": post("D", "date: 2024-01-01", "changed"), "undated.md": post("U", "", "changed"), "stated.md": post("S", "date: 2024-01-01\nlastmod: 2024-02-03", "changed")})
	p.want("a visible change moves updated", p.facts["dated.md"].Updated.Equal(p.now) && p.facts["undated.md"].Updated.Equal(p.now))
	p.want("and not published", p.facts["dated.md"].Published.Equal(day(1)) && p.facts["undated.md"].Published.Equal(u))
	p.want("a change stated with the edit wins", p.facts["stated.md"].Updated.Equal(day(34)))
	edited := p.now
	p.round(map[string]string{"dated.md": "", "renamed.md": post("D", "date: 2024-01-01", "changed")})
	p.restart()
	p.want("all times outlive renames and restarts", p.facts["renamed.md"].Updated.Equal(edited) && p.facts["undated.md"].Published.Equal(u))
}

func TestUnpublish(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x"), "never.md": post("N", "draft: true", "n")})
	a, since := p.facts["a.md"], p.now.Add(-time.Second)
	p.round(map[string]string{"a.md": post("A", "draft: true", "x")})
	gone := p.l.Gone(since)
	if len(gone) != 1 || gone["a.md"].ID != a.ID || !gone["a.md"].Gone.Equal(p.now) {
		t.Errorf("gone: %+v", gone)
	}
	p.round(map[string]string{"a.md": post("A", "", "x")})
	p.want("what comes back is what went", p.facts["a.md"].ID == a.ID && p.facts["a.md"].Published.Equal(a.Published))
	if len(p.l.Gone(since)) != 0 {
		t.Error("an article that is back counts as gone")
	}
	p.round(map[string]string{"a.md": ""})
	p.restart()
	p.round(map[string]string{"elsewhere/b.md": post("A", "", "x")})
	p.want("a removed article is known again elsewhere", p.id("elsewhere/b.md") == a.ID)
	p.round(map[string]string{"never.md": post("N", "", "n")})
	p.want("a draft's date is that of its publication", p.now.Sub(p.facts["never.md"].Published) < time.Minute)
}

// TestGone says of what was shown where it was and when it went, and nothing of
// what never was.
func TestGone(t *testing.T) {
	p := newPlay(t)
	since, at := p.now, func(hours int) string { return p.now.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	end := p.now.Add(5 * time.Hour)
	p.round(map[string]string{
		"a.md": post("A", "topics: [x, y]", "a"), "ends.md": post("E", "topics: [x]\nexpiryDate: "+at(5), "e"),
		"ended.md": post("D", "date: 2024-01-01\nexpiryDate: 2024-02-01", "d"), "soon.md": post("S", "date: "+at(48), "s"),
	})
	ends := p.id("ends.md")
	p.round(map[string]string{"a.md": "", "ended.md": "", "soon.md": ""})
	p.now = end.Add(time.Hour)
	p.restart()
	want := map[string]string{"a.md": "[{all } {topic x} {topic y}]", "ends.md": "[{all } {topic x}]"}
	for _, r := range p.l.Gone(since) {
		path := map[bool]string{true: "ends.md", false: "a.md"}[r.ID == ends]
		if len(r.Feeds) > 0 && fmt.Sprint(r.Feeds) != want[path] {
			t.Errorf("%s was shown in %v, want %s", path, r.Feeds, want[path])
		}
		if len(r.Feeds) > 0 {
			delete(want, path)
		}
		if r.ID == ends && !r.Gone.Equal(end) {
			t.Errorf("%s went at %s, want %s", path, r.Gone, end)
		}
	}
	if len(want) > 0 {
		t.Errorf("nothing is known of %v", want)
	}
	p.round(map[string]string{"ends.md": post("E", "topics: [x]", "e")})
	p.want("an article that no longer expires is back under its id", p.id("ends.md") == ends)
}

// TestAddress changes where the site is published.
func TestAddress(t *testing.T) {
	p := newPlay(t)
	src := post("A", "image: /pic.jpg\nwebUrl: https://example.org/a", "x")
	p.round(map[string]string{"a.md": src, "b.md": post("B", "image: pic.jpg", "y")})
	a, b := p.facts["a.md"], p.facts["b.md"]
	for _, site := range []string{"http://example.org/", "https://example.org/", "https://example.com/blog/"} {
		other := article.NewParser(article.Options{SiteID: "example.org", SiteURL: site, Folders: []feeds.Folder{{Link: "/:path/"}}})
		var seen []Article
		for _, path := range []string{"a.md", "b.md"} {
			seen = append(seen, parseBy(t, other, path, p.files[path]))
		}
		p.now = p.now.Add(time.Hour)
		facts, err := p.l.Note(p.now, seen, nil)
		if err != nil {
			t.Fatal(err)
		}
		if facts[1] != b || facts[0].ID != a.ID {
			t.Errorf("at %s: %+v, were %+v %+v", site, facts, a, b)
		}
	}
}

// TestNothingToWrite leaves the disk alone while nothing changes.
func TestNothingToWrite(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x")})
	writes := func() (n int) {
		p.l.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
		return n
	}
	before := writes()
	p.round(map[string]string{"a.md": post("A", "heat: 3", "x")})
	if writes() != before {
		t.Error("bookkeeping was written down")
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ledger.db")
	l, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "--state") {
		t.Errorf("opened twice: %v", err)
	}
	l.db.Update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		return errors.Join(meta.Delete(keySummary), meta.Put([]byte("version"), []byte("99")))
	})
	l.abandon()
	if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("another version: %v", err)
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("garbage", 10000)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("garbage: %v", err)
	}
	if err := Check(file); err == nil {
		t.Error("Check passes garbage")
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("x", 7000)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("a short file: %v", err)
	}
	if err := Check(filepath.Join(dir, "none.db")); err != nil {
		t.Errorf("no ledger yet: %v", err)
	}
	if _, err := Open(filepath.Join(file, "sub", "x.db")); err == nil {
		t.Error("a folder below a file")
	}
}

// TestDamaged fills a ledger with nonsense from page to page: it is refused, or
// read in spite of it, and nothing panics.
func TestDamaged(t *testing.T) {
	p := newPlay(t)
	all := map[string]string{}
	for i := range 200 {
		all[fmt.Sprintf("%03d.md", i)] = post(fmt.Sprint("T", i), "", fmt.Sprint("body ", i))
	}
	p.round(all)
	p.l.Close()
	good, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	refused, dir := 0, t.TempDir()
	for from := 0; from < min(len(good), 24*4096); from += 4096 {
		for _, to := range []int{min(from+4096, len(good)), len(good)} {
			bad := slices.Clone(good)
			for i := from; i < to; i++ {
				bad[i] = 0xaa
			}
			// A file of its own for each: what bbolt has panicked over stays locked.
			file := filepath.Join(dir, fmt.Sprintf("%d-%d.db", from, to))
			if err := os.WriteFile(file, bad, 0o666); err != nil {
				t.Fatal(err)
			}
			l, err := Open(file)
			if err != nil {
				refused++
				continue
			}
			if _, err := l.Note(p.now, []Article{parse(t, "new.md", post("New", "", "new"))}, nil); err != nil {
				t.Logf("from %d to %d: %v", from, to, err)
			}
			l.Close()
		}
	}
	if refused < 3 {
		t.Errorf("%d damaged ledgers refused", refused)
	}
}

// TestRemoved takes the state folder away from under an open ledger.
func TestRemoved(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x")})
	a := p.facts["a.md"]
	if err := os.RemoveAll(filepath.Dir(p.file)); err != nil {
		t.Fatal(err)
	}
	p.round(map[string]string{"b.md": post("B", "", "y")})
	b := p.facts["b.md"]
	p.restart()
	p.want("all that was known is there again", p.facts["a.md"] == a && p.facts["b.md"] == b)
}

// TestRemovedInPeace takes the file away while nothing changes.
func TestRemovedInPeace(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x")})
	a := p.facts["a.md"]
	if err := os.RemoveAll(filepath.Dir(p.file)); err != nil {
		t.Fatal(err)
	}
	if err := p.l.Flush(); err != nil {
		t.Fatal(err)
	}
	p.round(map[string]string{"a.md": "", "b.md": post("A", "", "x")})
	p.restart()
	p.want("a file made again without need is as good", p.facts["b.md"] == a)
}

// TestReadOnly opens a ledger that cannot be written: it knows what it knew,
// takes in what comes, and leaves the file alone.
func TestReadOnly(t *testing.T) {
	p := newPlay(t)
	p.round(map[string]string{"a.md": post("A", "", "x"), "b.md": post("B", "", "y")})
	a, b := p.facts["a.md"], p.facts["b.md"]
	if err := p.l.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	if p.l, err = OpenReadOnly(p.file); err != nil {
		t.Fatal(err)
	}
	p.want("nothing lasts", !p.l.Lasting())
	p.round(map[string]string{"a.md": "", "moved.md": post("A", "", "x"), "new.md": post("New", "", "z")})
	p.want("what moved is known again", p.facts["moved.md"] == a)
	p.l.SetDate("/", Date{At: p.now})
	if err := errors.Join(p.l.SaveNames(map[feeds.Key]string{{Kind: feeds.Topic, Slug: "x"}: "x"}), p.l.Close()); err != nil {
		t.Error(err)
	}
	after, err := os.ReadFile(p.file)
	p.want("the file is as it was", err == nil && bytes.Equal(before, after))
	p.open()
	p.round(map[string]string{"b.md": post("B", "", "y")})
	p.want("it can be written again", p.l.Lasting() && p.facts["b.md"] == b)
	if _, err := OpenReadOnly(filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("opens what is not there")
	}
}

// TestMemory forgets with the process and is otherwise the same.
func TestMemory(t *testing.T) {
	l := Memory()
	now := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	one, err := l.Note(now, []Article{parse(t, "a.md", post("A", "", "x"))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := l.Note(now.Add(time.Hour), []Article{parse(t, "b.md", post("A", "", "x"))}, []string{"a.md"})
	if err != nil || one[0] != two[0] || l.Lasting() {
		t.Errorf("%+v, then %+v: %v", one, two, err)
	}
	if paths := slices.Collect(l.Paths()); !slices.Equal(paths, []string{"b.md"}) {
		t.Errorf("paths %v", paths)
	}
}
