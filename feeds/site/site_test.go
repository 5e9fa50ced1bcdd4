package site

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

var newest = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// snapshot has feeds without articles.
func snapshot(all ...*document.Listing) *document.Snapshot {
	return document.NewSnapshot(&feeds.Site{Title: "Daily Mill", BaseURL: "https://feeds.example.com/"}, 0, all, nil)
}

func topic(slug, parent string) *document.Listing {
	return &document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: slug}, Name: strings.ToUpper(slug), Parent: parent}
}

func TestAssetsAreSmall(t *testing.T) {
	for name, tt := range map[string]struct {
		body []byte
		most int
	}{"style sheet": {style, 12 << 10}, "script": {script, 6 << 10}, "style sheet of feeds": {feedStyle, 4 << 10}} {
		if len(tt.body) > tt.most || len(tt.body) == 0 {
			t.Errorf("%s: %d bytes", name, len(tt.body))
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("mills grind — ", 60)
	got := item{Item: &feeds.Item{Summary: long}}.Excerpt()
	if n := len([]rune(got)); n > summaryRunes+1 || n < summaryRunes/2 || !strings.HasSuffix(got, "d…") && !strings.HasSuffix(got, "s…") {
		t.Errorf("%d: %q", n, got)
	}
	if got := (item{Item: &feeds.Item{Summary: "short."}}).Excerpt(); got != "short." {
		t.Errorf("%q", got)
	}
}

func TestLargest(t *testing.T) {
	var all []*document.Listing
	for i, name := range []string{"a", "b", "c", "d"} {
		all = append(all, &document.Listing{Key: feeds.Key{Kind: feeds.Topic, Slug: name}, Name: name, Count: []int{1, 3, 2, 3}[i], Updated: time.Time{}})
	}
	d := newDirectory(snapshot(all...))
	var names strings.Builder
	for _, l := range largest(d.byKind[feeds.Topic], 3) {
		names.WriteString(l.Name)
	}
	if names.String() != "bcd" {
		t.Errorf("the three largest are %q", names.String())
	}
}

// Parents that go round in a circle are listed once, too.
func TestBranchesGoRound(t *testing.T) {
	a, b, c := topic("a", "b"), topic("b", "a"), topic("c", "gone")
	all := newDirectory(snapshot(a, b, c)).branches(feeds.Topic)
	if len(all) != 2 || all[0].Listing != a || all[0].Within[0].Listing != b || all[1].Listing != c || all[0].size() != 2 {
		t.Errorf("%v", all)
	}
}

func TestPace(t *testing.T) {
	for _, tt := range []struct {
		every time.Duration
		n     int
		want  string
	}{
		{20 * time.Minute, 50, "about 3 an hour"}, {time.Hour, 20, "about 1 an hour"}, {8 * time.Hour, 50, "about 3 a day"}, {24 * time.Hour, 9, "about 1 a day"},
		{42 * time.Hour, 9, "about 4 a week"}, {240 * time.Hour, 9, "about 3 a month"}, {2000 * time.Hour, 9, "a few a year"},
		{time.Second, 50, ""}, {0, 50, ""}, {time.Hour * 24, 3, ""},
	} {
		var items []*feeds.Item
		for i := range tt.n {
			items = append(items, &feeds.Item{Published: newest.Add(-time.Duration(i) * tt.every)})
		}
		if got := pace(items); got != tt.want {
			t.Errorf("%d, one in %v: %q, want %q", tt.n, tt.every, got, tt.want)
		}
	}
	if got := pace([]*feeds.Item{{}, {}, {}, {}, {}}); got != "" {
		t.Errorf("without dates: %q", got)
	}
}

func TestReaders(t *testing.T) {
	for _, r := range readers {
		u, err := url.Parse(r.Add("https://feeds.example.com/topics/日本 +/atom.xml?a=1&b=2"))
		if err != nil || u.Scheme != "https" {
			t.Fatalf("%s: %v %v", r.Name, u, err)
		}
		got := strings.TrimPrefix(u.Path, "/i/subscription/feed/")
		for _, v := range u.Query() {
			got = v[0]
		}
		if got != "https://feeds.example.com/topics/日本 +/atom.xml?a=1&b=2" {
			t.Errorf("%s gets %q", r.Name, got)
		}
	}
}

// TestFind says of each way to spell an address what is there.
func TestFind(t *testing.T) {
	snap := snapshot(&document.Listing{Name: "All"}, topic("go", ""), topic("archive", ""))
	snap.Site.BaseURL = "https://example.com/feeds/"
	snap.Retired = map[feeds.Key]string{{Kind: feeds.Topic, Slug: "old"}: "old"}
	live, files := New(snap, Options{Live: true}), New(snap, Options{})
	for _, tt := range []struct {
		path string
		want string // path of the resource, "to" and a link, or the type
	}{
		{"/topics/go/rss.xml", "/topics/go/rss.xml"},
		{"/feeds/topics/go/rss.xml", "/topics/go/rss.xml"},
		{"/topics/%67o/rss%2Exml", "/topics/go/rss.xml"},
		{"/icon%2Esvg", iconPath},
		{"/topics/archive/atom.xml", "/topics/archive/atom.xml"},
		{"/topics/archive/archive/2021-05/atom.xml", "site.Nothing"},
		{"/topics/GO/", "to /feeds/topics/go/"},
		{"/feeds/topics/go", "to /feeds/topics/go/"},
		{"/feeds", "to /feeds/"},
		{"/feeds/feeds/rss.xml", "site.Nothing"},
		{"/favicon.ico", "to /feeds/icon.svg"},
		{"/topics", "to /feeds/topics/"},
		{"/topics/old/feed.json", "site.Ended"},
		{"/topics/old/archive/2021-05/", "site.Ended"},
		{"/topics/new/", "site.Nothing"},
		{"/opml.xml", "site.Nothing"},
		{"/topics/go/events?after=x", "site.News"},
		{"/search/?q=go", "/search/?q=go"},
		{"/search", "to /feeds/search/"},
		{"/%zz", "site.Nothing"},
		{"", "/"},
	} {
		path, query, _ := strings.Cut(tt.path, "?")
		got := fmt.Sprintf("%T", live.Find(path, query))
		switch found := live.Find(path, query).(type) {
		case *Resource:
			got = found.Path
		case Moved:
			got = "to " + found.To
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.path, got, tt.want)
		}
		if _, ok := files.Find(path, query).(Nothing); !ok && (strings.Contains(path, "search") || strings.HasSuffix(path, "events")) {
			t.Errorf("%s is among files", tt.path)
		}
	}
	for path, want := range map[string]feeds.Key{
		"/topics/new/rss.xml": {Kind: feeds.Topic, Slug: "new"}, "/feeds/rss.xml": {}, "/topics/new/archive/2021-05/rss.xml": {Kind: feeds.Topic, Slug: "new"},
		"/mix/a/b/rss.xml": {Kind: feeds.Composed}, "/topics/new/top/rss.xml": {Kind: feeds.Composed},
	} {
		if k, f, ok := live.DocumentAt(path); k != want || f != feeds.RSS || !ok {
			t.Errorf("%s asks for %v, %v, %v", path, k, f, ok)
		}
	}
	for _, path := range []string{"/", "/topics/new/", "/nothing/rss.xml", "/style.css"} {
		if _, _, ok := live.DocumentAt(path); ok {
			t.Errorf("%s is no document's", path)
		}
	}
}
