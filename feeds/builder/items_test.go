package builder

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/document"
	"feedmill/watcher"
)

// counted builds the feeds of 30 articles, each in eight feeds, and counts the
// fragments that are encoded.
func counted(t testing.TB, cacheBytes int) (*Builder, *disk, *atomic.Int64) {
	t.Helper()
	d := newDisk()
	for i := range 30 {
		d.write(fmt.Sprintf("%02d.md", i), article8(i, "first"))
	}
	b := testBuilder(d, func() time.Time { return verifyNow }, func(o *Options) { o.CacheBytes = cacheBytes })
	var encoded atomic.Int64
	b.opt.items.grown = func(k *document.Cached, bytes int) {
		encoded.Add(1)
		b.opt.items.cache.Grow(k, bytes)
	}
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	return b, d, &encoded
}

func article8(i int, text string) string {
	return fmt.Sprintf("---\ntitle: T%d\ndate: 2024-01-%02d\ntags: [a, b, c, d]\ncategory: news\ntype: article\nprovider: {name: Wire}\n---\n%s\n", i, i+1, strings.Repeat(text+" and more & more. ", 50))
}

// TestOneChangeRendersOneItem: what feeds share is made once for all of them.
func TestOneChangeRendersOneItem(t *testing.T) {
	b, d, encoded := counted(t, 0)
	before := documents(t, b)
	if got := encoded.Load(); len(before) != 8*3 || got != 30*3 {
		t.Fatalf("%d documents took %d fragments, want 24 and 90", len(before), got)
	}
	items := len(b.opt.items.known)
	encoded.Store(0)
	d.write("07.md", article8(7, "second"))
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
		t.Fatal(err)
	}
	for path, body := range documents(t, b) {
		if bytes.Equal(body, before[path]) {
			t.Errorf("%s has not changed", path)
		}
	}
	if got, more := encoded.Load(), len(b.opt.items.known)-items; got != 3 || more != 0 {
		t.Errorf("%d fragments are rendered and %d more items kept, want 3 and none", got, more)
	}
}

// TestStampede renders a document that nobody has asked for before once.
func TestStampede(t *testing.T) {
	b, _, encoded := counted(t, 0)
	var encodings atomic.Int64
	slow := encoders
	slow[feeds.Atom] = func(w io.Writer, f *feeds.Feed) error {
		encodings.Add(1)
		return encoders[feeds.Atom](w, f)
	}
	l := b.Snapshot().Listing(feeds.Key{})
	r := b.checked(document.Feeds, &lastGood{}, l.Key.DocumentPath, document.NewRevision(l.Feed, slow))
	docs := make([]*document.Document, 100)
	var wg sync.WaitGroup
	for i := range docs {
		wg.Go(func() { docs[i], _ = r.Document(feeds.Atom) })
	}
	wg.Wait()
	for _, d := range docs {
		if d == nil || d != docs[0] {
			t.Fatal("not all got the same document")
		}
	}
	if encodings.Load() != 1 || encoded.Load() != 30 {
		t.Errorf("rendered %d times with %d fragments, want 1 and 30", encodings.Load(), encoded.Load())
	}
}

// TestCap serves the same bytes from a cache in which next to nothing has room,
// under load, and stays under the cap.
func TestCap(t *testing.T) {
	const limit = 64 << 10
	b, d, _ := counted(t, limit)
	free, _, _ := counted(t, 0)
	want := documents(t, free)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				for path, body := range documents(t, b) {
					if !bytes.Equal(body, want[path]) {
						t.Errorf("%s is another document", path)
					}
				}
				if n := b.opt.items.cache.Size(); n > limit {
					t.Errorf("%d bytes are kept, more than %d", n, limit)
				}
			}
		})
	}
	wg.Wait()
	if n := len(b.opt.items.known); n >= 30 {
		t.Errorf("all %d items are kept", n)
	}
	d.write("07.md", article8(7, "second"))
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
		t.Fatal(err)
	}
	for path, body := range documents(t, b) {
		if bytes.Equal(body, want[path]) {
			t.Errorf("%s has not changed", path)
		}
	}
	if bad := b.badDocuments(); len(bad) > 0 {
		t.Errorf("problems: %v", bad)
	}
}

// TestReplacedDocumentsAreForgotten once those in their place are good, and so are the
// former versions of articles.
func TestReplacedDocumentsAreForgotten(t *testing.T) {
	b, d, _ := counted(t, 0)
	documents(t, b)
	before := b.opt.items.cache.Size()
	for i := range 20 {
		d.write("07.md", article8(7, fmt.Sprintf("text%d", i)))
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
			t.Fatal(err)
		}
		documents(t, b)
	}
	if now := b.opt.items.cache.Size(); now > before*21/20 {
		t.Errorf("%d bytes are kept, %d before", now, before)
	}
	if items := b.opt.items; len(items.latest) > len(items.known) {
		t.Errorf("%d versions are known of %d items", len(items.latest), len(items.known))
	}
}

// TestGoneArticlesAreForgotten as soon as they are gone.
func TestGoneArticlesAreForgotten(t *testing.T) {
	b, d, _ := counted(t, 0)
	documents(t, b)
	before := len(b.opt.items.known)
	d.remove("07.md")
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
		t.Fatal(err)
	}
	if items := b.opt.items; len(items.known) != before-1 || len(items.latest) != before-1 {
		t.Errorf("%d items of %d versions are kept, %d before", len(items.known), len(items.latest), before)
	}
}

// TestUnreadable keeps the last good documents while an article cannot be read,
// says so once for each, and goes on when it can.
func TestUnreadable(t *testing.T) {
	var log strings.Builder
	b, d, _ := counted(t, 0)
	b.opt.Logger = textLogger(&log)
	before := documents(t, b)
	b.opt.items.item = func(a *article.Article, _ context.Context) (*feeds.Item, error) {
		return nil, fmt.Errorf("read %s: disk on fire", a.Path)
	}
	d.write("07.md", article8(7, "second"))
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"07.md"}}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for path, body := range documents(t, b) {
			if !bytes.Equal(body, before[path]) {
				t.Errorf("%s is not the last good one", path)
			}
		}
	}
	if n := strings.Count(log.String(), "07.md: disk on fire"); n != len(before) || len(b.badDocuments()) != len(before) {
		t.Errorf("logged %d times, %d problems, want %d", n, len(b.badDocuments()), len(before))
	}
	b.opt.items.item = (*article.Article).Item
	for path, body := range documents(t, b) {
		if bytes.Equal(body, before[path]) {
			t.Errorf("%s is still the last one", path)
		}
	}
	if bad := b.badDocuments(); len(bad) > 0 {
		t.Errorf("problems: %v", bad)
	}
}

// BenchmarkDocument is a hit in memory, which must not allocate.
func BenchmarkDocument(b *testing.B) {
	all, _, _ := counted(b, 0)
	l := all.Snapshot().Listing(feeds.Key{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := l.Document(feeds.Atom); err != nil {
				b.Error(err)
			}
		}
	})
}

func TestHitsDoNotAllocate(t *testing.T) {
	b, _, _ := counted(t, 0)
	l := b.Snapshot().Listing(feeds.Key{})
	for _, coding := range document.Codings {
		hit := func() {
			d, err := l.Document(feeds.Atom)
			if err != nil {
				t.Fatal(err)
			}
			d.Coded.In(coding)
			if got, _ := d.Coded.Best(coding); got != coding {
				t.Fatalf("%q instead of %q", got, coding)
			}
		}
		hit()
		if n := testing.AllocsPerRun(100, hit); n != 0 {
			t.Errorf("a hit in %q allocates %v times", coding, n)
		}
	}
}

// BenchmarkSaveToDocuments saves one article and renders the 24 documents that it is in.
func BenchmarkSaveToDocuments(b *testing.B) {
	d := newDisk()
	for i := range 50 {
		d.write(fmt.Sprintf("%02d.md", i), article8(i%28, strings.Repeat("first *paragraph* ", 5)))
	}
	all := testBuilder(d, func() time.Time { return verifyNow }, nil)
	change := func(c watcher.Changes) {
		if err := all.Apply(b.Context(), c); err != nil {
			b.Fatal(err)
		}
		for _, l := range all.Snapshot().Listings {
			for _, f := range feeds.Formats {
				if _, err := l.Document(f); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	change(watcher.Changes{Rescan: true})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.write("07.md", article8(7, fmt.Sprintf("another text, number %d", i)))
		change(watcher.Changes{Paths: []string{"07.md"}})
	}
}
