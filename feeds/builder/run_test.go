package builder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

func titles(b *Builder) string {
	snap := b.Snapshot()
	if snap == nil {
		return "not ready"
	}
	var all []string
	for _, it := range snap.Listing(feeds.Key{}).Feed().Items {
		all = append(all, it.Title)
	}
	return strings.Join(all, " ")
}

// TestRun holds an article back until its second, without any file changing.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		soon := time.Now().Add(90 * time.Minute).UTC()
		d.write("now.md", "---\ntitle: Now\ndate: 1999-12-31\nexpiryDate: "+soon.Add(48*time.Hour).Format(time.RFC3339)+"\n---\n")
		d.write("soon.md", "---\ntitle: Soon\ndate: "+soon.Format(time.RFC3339)+"\n---\n")
		b := testBuilder(d, nil, nil)
		in := make(chan watcher.Changes)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx, in) }()
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := titles(b); got != want {
				t.Errorf("at %s the feed holds %q, want %q", time.Now(), got, want)
			}
		}
		expect("not ready")
		in <- watcher.Changes{Rescan: true}
		expect("Now")
		time.Sleep(90*time.Minute - time.Second)
		expect("Now")
		time.Sleep(time.Second)
		expect("Soon Now")
		d.write("later.md", "---\ntitle: Later\ndate: 1999-01-01\n---\n")
		in <- watcher.Changes{Paths: []string{"later.md"}}
		expect("Soon Now Later")
		time.Sleep(48 * time.Hour)
		expect("Soon Later")
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestLimits holds every document to its bytes, and one giant does not push
// out the others.
func TestLimits(t *testing.T) {
	d := newDisk()
	for i := range 40 {
		body := strings.Repeat(`<p class="x">"quoted" & it's <b>long</b></p>`+"\n\t", 2+i)
		if i == 20 {
			body = strings.Repeat("giant ", 100_000)
		}
		d.write(fmt.Sprintf("%02d.html", i), fmt.Sprintf("---\ntitle: 'T%d \"<&>\"'\ndate: 2024-01-%02d\ntags: [A, B]\n---\n%s", i, i%28+1, body))
	}
	const most = 100 << 10
	b := testBuilder(d, nil, func(o *Options) {
		o.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 30, MaxBytes: most} }
	})
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	for path, body := range documents(t, b) {
		if len(body) > most || len(body) < most/4 {
			t.Errorf("%s has %d bytes of %d", path, len(body), most)
		}
	}
	items := b.Snapshot().Listing(feeds.Key{}).Feed().Items
	for _, it := range items {
		if strings.HasPrefix(it.Title, "T20 ") {
			if len(it.HTML) > 4000 {
				t.Errorf("the giant keeps its content of %d bytes", len(it.HTML))
			}
			return
		}
	}
	t.Errorf("the giant is not among the %d items", len(items))
}

// FuzzWeight bounds what each encoder makes of an item.
func FuzzWeight(f *testing.F) {
	f.Add("plain", "<p>a \"b\" 'c' & d</p>\n\t]]>", "https://example.org/?a=1&b='2'")
	f.Add("<&>\"'\\", "", "https://example.org/")
	f.Fuzz(func(t *testing.T, text, html, address string) {
		text, html = feeds.XMLText(text), feeds.XMLText(html)
		for i := range len(address) {
			if address[i] <= ' ' || address[i] >= 0x7f || strings.IndexByte("\"<>\\^`{|}%", address[i]) >= 0 {
				t.Skip("skipped: items have proper addresses")
			}
		}
		it := &feeds.Item{
			ID: "urn:x:y", URL: address, OriginalURL: address, Title: text, Summary: text, HTML: html,
			Published: time.Unix(1e9, 0), Updated: time.Unix(1e9, 0), Tags: []feeds.Tag{{Kind: feeds.Topic, Name: text}},
			Authors: []feeds.Person{{Name: text, URL: address}}, Images: []feeds.Image{{URL: address, Title: text, Credit: text}},
			Related: []feeds.Related{{URL: address, Title: text, Summary: text, Provider: text}}, AMP: []feeds.Link{{URL: address, Title: text}},
			Source: &feeds.Source{Name: text, URL: address, Icon: address, ID: address}, Video: &feeds.Video{PlayerURL: address, PageURL: address},
			Enclosures: []feeds.Enclosure{{URL: address, Type: "audio/mpeg"}, {URL: address, Type: "audio/mpeg"}},
		}
		site := &feeds.Site{Title: "S", BaseURL: "https://feeds.example/", HomeURL: "https://feeds.example/"}
		feed := &feeds.Feed{Site: site, ID: "urn:x:f", Title: "S", Description: "D"}
		for _, format := range feeds.Formats {
			feed.Items = nil
			empty, err := document.NewDocument(feed, format, encoders[format])
			if err != nil {
				t.Fatal(err)
			}
			feed.Items = []*feeds.Item{it}
			full, err := document.NewDocument(feed, format, encoders[format])
			if err != nil {
				t.Fatal(err)
			}
			if got, most := len(full.Body)-len(empty.Body), weight(it); got > most {
				t.Errorf("%s: an item of %d bytes weighs %d", format, got, most)
			}
		}
	})
}

// TestCadence derives how long a copy stays fresh from the items alone.
func TestCadence(t *testing.T) {
	at := func(hours ...int) (items []*feeds.Item) {
		for _, h := range hours {
			items = append(items, &feeds.Item{Published: time.Unix(1e9, 0).Add(-time.Duration(h) * time.Hour)})
		}
		return items
	}
	for _, c := range []struct {
		items []*feeds.Item
		want  time.Duration
	}{{nil, unknownTTL}, {at(0), unknownTTL}, {at(0, 2, 4, 6), 30 * time.Minute}, {at(0, 0, 0), minTTL}, {at(0, 1000), maxTTL}} {
		if got := cadence(c.items); got != c.want {
			t.Errorf("cadence of %d items is %v, want %v", len(c.items), got, c.want)
		}
	}
}

// TestLastModified neither stands still while content changes nor goes back.
func TestLastModified(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d := newDisk()
	b := testBuilder(d, func() time.Time { return now }, nil)
	apply := func(path string) time.Time {
		now = now.Add(time.Minute)
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: path == "", Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
		doc, err := b.Snapshot().Listing(feeds.Key{}).Document(feeds.Atom)
		if err != nil {
			t.Fatal(err)
		}
		return doc.LastModified
	}
	d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\n---\n")
	d.write("b.md", "---\ntitle: B\ndate: 2024-05-02\n---\n")
	if got, want := apply(""), time.Date(2024, 5, 2, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("at first %v, want the newest article's %v", got, want)
	}
	d.remove("b.md")
	removed := apply("b.md")
	if !removed.Equal(now) {
		t.Errorf("after a removal %v, want the time of it, %v", removed, now)
	}
	d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\nheat: 9\n---\n")
	if got := apply("a.md"); !got.Equal(removed) {
		t.Errorf("after bookkeeping %v, want %v still", got, removed)
	}
	d.write("c.md", "---\ntitle: C\ndate: 2024-06-01T12:03:30Z\n---\n")
	if got, want := apply("c.md"), time.Date(2024, 6, 1, 12, 3, 30, 0, time.UTC); !got.Equal(want) {
		t.Errorf("after a new article %v, want its %v", got, want)
	}
}

// TestLogged names a broken article once, not at every scan.
func TestLogged(t *testing.T) {
	var log strings.Builder
	d := newDisk()
	d.write("a.md", "---\ntitle: A: b\n---\n")
	b := testBuilder(d, nil, func(o *Options) { o.Logger = textLogger(&log) })
	for range 3 {
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true, Paths: []string{"a.md"}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "a.md:2:"); n != 1 {
		t.Errorf("named %d times:\n%s", n, log.String())
	}
}

// TestTakeOver hands a last good version to the builder that takes over.
func TestTakeOver(t *testing.T) {
	d := newDisk()
	d.write("a.md", "---\ntitle: Good\ndate: 2024-01-01\n---\n")
	cache := newCache(t, nil)
	old := testBuilder(d, nil, func(o *Options) { o.Cache = cache })
	scan := func(b *Builder) {
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
			t.Fatal(err)
		}
	}
	scan(old)
	d.write("a.md", "---\ntitle: Bad: bad\n---\n")
	scan(old)
	next := testBuilder(d, nil, func(o *Options) { o.Cache = cache })
	scan(next)
	if got := titles(next); got != "Good" {
		t.Errorf("after a change of settings the feed holds %q", got)
	}
	d.remove("a.md")
	scan(next)
	if got := titles(next); got != "" {
		t.Errorf("the removed article stays: %q", got)
	}
}

// TestWorkIsBounded renders nothing that nobody asks for, and nothing twice.
func TestWorkIsBounded(t *testing.T) {
	d := newDisk()
	for i := range 100 {
		d.write(fmt.Sprintf("%03d.md", i), fmt.Sprintf("---\ntitle: T%d\ndate: 2024-01-%02d\ntags: [t%d]\n---\n", i, i%28+1, i%10))
	}
	b := testBuilder(d, nil, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	before := b.revisions()
	d.reads = 0
	d.write("007.md", "---\ntitle: T7 new\ndate: 2024-01-08\ntags: [t7]\n---\n")
	if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"007.md"}}); err != nil {
		t.Fatal(err)
	}
	after := b.revisions()
	changed := 0
	for k := range after {
		if before[k] != after[k] {
			changed++
		}
	}
	if changed != 1 || d.reads != 1 { // T7 is beyond the newest 50 of everything
		t.Errorf("one article changed %d feeds and read %d files, want 1 and 1", changed, d.reads)
	}
	key := feeds.Key{Kind: feeds.Topic, Slug: "t7"}
	one, err := b.Snapshot().Listing(key).Document(feeds.RSS)
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := b.Snapshot().Listing(key).Document(feeds.RSS); one != two {
		t.Error("the same document was rendered twice")
	}
}

// TestWeightOfParts tries each part of an item alone, many times over: the room
// for elements must do for every one of them.
func TestWeightOfParts(t *testing.T) {
	const u = "https://example.org/"
	for name, it := range map[string]*feeds.Item{
		"amp":        {URL: u, AMP: slices.Repeat([]feeds.Link{{URL: u, Title: "t"}}, 100)},
		"authors":    {Authors: slices.Repeat([]feeds.Person{{Name: "n", URL: u, Avatar: u, Email: "a@example.org"}}, 100)},
		"tags":       {Tags: slices.Repeat([]feeds.Tag{{Kind: feeds.Category, Name: "n"}}, 100)},
		"images":     {Images: slices.Repeat([]feeds.Image{{URL: u, Width: 100000, Height: 100000, Title: "t", Credit: "c"}}, 100)},
		"enclosures": {Enclosures: slices.Repeat([]feeds.Enclosure{{URL: u, Type: "audio/mpeg", Length: 1 << 40, Duration: 1e6 * time.Second}}, 100)},
		"related":    {Related: slices.Repeat([]feeds.Related{{URL: u, Title: "t", Summary: "s", Provider: "p", Published: time.Unix(1e9, 0)}}, 100)},
		"source":     {Source: &feeds.Source{Name: "n", URL: u, Icon: u, ID: u}},
		"video":      {Video: &feeds.Video{PlayerURL: u, PageURL: u}},
		"bare":       {OriginalURL: u, Language: "en-GB", HTML: "h", Summary: "s"},
	} {
		it.ID, it.Title = "urn:x:y", "t"
		it.Published, it.Updated = time.Unix(1e9, 0), time.Unix(1e9, 0)
		site := &feeds.Site{Title: "S", BaseURL: "https://feeds.example/", HomeURL: "https://feeds.example/"}
		for _, format := range feeds.Formats {
			one, err := document.NewDocument(&feeds.Feed{Site: site, ID: "urn:x:f", Title: "S", Description: "D", Items: []*feeds.Item{it}}, format, encoders[format])
			if err != nil {
				t.Fatal(err)
			}
			none, err := document.NewDocument(&feeds.Feed{Site: site, ID: "urn:x:f", Title: "S", Description: "D"}, format, encoders[format])
			if err != nil {
				t.Fatal(err)
			}
			if got, most := len(one.Body)-len(none.Body), weight(it); got > most {
				t.Errorf("%s in %s takes %d bytes, weighs %d", name, format, got, most)
			}
		}
	}
}

// TestLastModifiedOutlivesARestart keeps the time at which something left a feed,
// which no article of it tells.
func TestLastModifiedOutlivesARestart(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d, l := newDisk(), ledger.Memory()
	start := func(title string) *Builder {
		b := testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Ledger, o.Site.Title = l, title })
		scan(t, b)
		return b
	}
	modified := func(b *Builder) time.Time {
		t.Helper()
		doc, err := b.Snapshot().Listing(feeds.Key{Kind: feeds.Topic, Slug: "x"}).Document(feeds.RSS)
		if err != nil {
			t.Fatal(err)
		}
		return doc.LastModified
	}
	d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\ntopics: [x]\n---\n")
	d.write("b.md", "---\ntitle: B\ndate: 2024-05-02\ntopics: [x]\n---\n")
	b := start("Site")
	if at := modified(start("Site")); !at.Equal(modified(b)) || at.Day() != 2 {
		t.Errorf("a restart gives %v, after %v", at, modified(b))
	}
	now = now.Add(time.Hour)
	left := now
	d.write("b.md", "---\ntitle: B\ndate: 2024-05-02\n---\n")
	scan(t, b)
	now = now.Add(time.Hour)
	if was, is := modified(b), modified(start("Site")); !was.Equal(left) || !is.Equal(left) {
		t.Errorf("an article left at %v; then the feed is of %v, and of %v after a restart", left, was, is)
	}
	if got := modified(start("Another")); !got.Equal(now) {
		t.Errorf("under another title since %v the feed is of %v", now, got)
	}
}

// TestDatesAreWritten although nothing changes, within a minute.
func TestDatesAreWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	synctest.Test(t, func(t *testing.T) {
		b := testBuilder(newDisk(), nil, func(o *Options) { o.Ledger = l })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx, nil) }()
		l.SetDate("/archive/2024-01/", ledger.Date{At: time.Unix(1e9, 0).UTC()})
		time.Sleep(time.Minute)
		synctest.Wait()
		stop()
		<-done
	})
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".copy", data, 0o666); err != nil {
		t.Fatal(err)
	}
	copied, err := ledger.Open(file + ".copy")
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if got := copied.Date("/archive/2024-01/"); got.At.Unix() != 1e9 {
		t.Errorf("on disk it is of %v", got.At)
	}
}

func (b *Builder) revisions() map[feeds.Key]*document.Revision {
	all := map[feeds.Key]*document.Revision{}
	for _, l := range b.Snapshot().Listings {
		all[l.Key] = l.Revision
	}
	return all
}
