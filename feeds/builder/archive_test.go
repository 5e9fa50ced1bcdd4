package builder

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/server"
	"feedmill/feeds/site"
	"feedmill/watcher"
)

// past is a folder with years of articles, and a builder over it.
type past struct {
	*testing.T
	d   *disk
	b   *Builder
	now time.Time
}

func post(title string, published time.Time, more string) string {
	return fmt.Sprintf("---\ntitle: %s\ndate: %s\n%s\n---\n%s\n", title, published.UTC().Format(time.RFC3339), more, strings.Repeat(title+" ", 50))
}

// newPast writes n articles of several years, in bursts, some at equal times.
func newPast(t *testing.T, n int, limits feeds.Limits) *past {
	p := &past{T: t, d: newDisk(), now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)}
	r := rand.New(rand.NewPCG(7, uint64(n)))
	at := p.now.Add(-time.Hour)
	for i := range n {
		p.d.write(fmt.Sprintf("%04d.md", i), post(fmt.Sprint("T", i), at, fmt.Sprintf("topics: [t%d]", i%7)))
		switch r.IntN(10) {
		case 0:
			at = at.Add(-time.Duration(r.IntN(60*24)) * time.Hour)
		case 1, 2, 3:
		default:
			at = at.Add(-time.Duration(r.IntN(600)) * time.Minute)
		}
	}
	p.b = testBuilder(p.d, func() time.Time { return p.now }, func(o *Options) {
		o.Limits = func(feeds.Kind, string) feeds.Limits { return limits }
		o.Tombstones = 30 * 24 * time.Hour
	})
	p.apply("")
	return p
}

func (p *past) apply(path string) {
	p.Helper()
	if err := p.b.Apply(p.Context(), watcher.Changes{Rescan: path == "", Paths: []string{path}}); err != nil {
		p.Fatal(err)
	}
}

// get fetches a document as a reader does.
func (p *past) get(path string) (*http.Response, []byte) {
	w := httptest.NewRecorder()
	front.HTTPHandler(server.NewHandler(p.b, server.Options{}), time.Now).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Result(), w.Body.Bytes()
}

// links is what a walker needs to know of a document.
type links struct {
	ids               []string
	self, prev, next  string
	current           string
	archive, complete bool
	deleted           []string
}

type xmlLinks struct {
	Links []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"http://www.w3.org/2005/Atom link"`
	Archive  *struct{} `xml:"http://purl.org/syndication/history/1.0 archive"`
	Complete *struct{} `xml:"http://purl.org/syndication/history/1.0 complete"`
	Deleted  []struct {
		Ref string `xml:"ref,attr"`
	} `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
	Entries []struct {
		ID string `xml:"id"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
	Items []struct {
		ID string `xml:"guid"`
	} `xml:"item"`
}

func (p *past) read(f feeds.Format, body []byte) (l links) {
	p.Helper()
	if f == feeds.JSON {
		var d struct {
			NextURL string `json:"next_url"`
			Items   []struct{ ID string }
		}
		if err := json.Unmarshal(body, &d); err != nil {
			p.Fatal(err)
		}
		for _, it := range d.Items {
			l.ids = append(l.ids, it.ID)
		}
		l.prev = d.NextURL
		return l
	}
	var d struct {
		xmlLinks
		Channel xmlLinks `xml:"channel"`
	}
	if err := xml.Unmarshal(body, &d); err != nil {
		p.Fatalf("%v in\n%s", err, body)
	}
	x := d.xmlLinks
	if f == feeds.RSS {
		x = d.Channel
	}
	for _, e := range x.Entries {
		l.ids = append(l.ids, e.ID)
	}
	for _, e := range x.Items {
		l.ids = append(l.ids, e.ID)
	}
	for _, e := range x.Deleted {
		l.deleted = append(l.deleted, e.Ref)
	}
	for _, k := range x.Links {
		switch k.Rel {
		case "self":
			l.self = k.Href
		case "current":
			l.current = k.Href
		case "prev-archive":
			l.prev = k.Href
		case "next-archive":
			l.next = k.Href
		}
	}
	l.archive, l.complete = x.Archive != nil, x.Complete != nil
	return l
}

// walk goes from the subscription document of a feed to its first article and
// returns the ids on the way.
func (p *past) walk(key feeds.Key, f feeds.Format) map[string]bool {
	p.Helper()
	base := strings.TrimSuffix(p.b.opt.Site.BaseURL, "/")
	current := base + key.DocumentPath(f)
	ids := map[string]bool{}
	newer, before := "", ""
	most := p.b.opt.Limits(key.Kind, "").MaxBytes // links to newer documents come late where it is set
	for url := current; url != ""; {
		r, body := p.get(strings.TrimPrefix(url, base))
		if r.StatusCode != 200 {
			p.Fatalf("%s leads to %s: %s", before, url, r.Status)
		}
		l := p.read(f, body)
		for _, id := range l.ids {
			ids[id] = true
		}
		if most > 0 && len(body) > most {
			p.Errorf("%s has %d bytes of %d", url, len(body), most)
		}
		if f != feeds.JSON {
			first := url == current
			if l.self != url || l.archive == first || !first && l.current != current || l.complete != (first && l.prev == "") {
				p.Errorf("%s: %+v", url, l)
			}
			if !first && l.next != newer && (l.next != "" || most == 0) {
				p.Errorf("%s leads on to %q, want %q", url, l.next, newer)
			}
			if newer = url; first {
				newer = ""
			}
		}
		if url != current && !strings.Contains(r.Header.Get("Cache-Control"), "max-age=86400") {
			p.Errorf("%s: Cache-Control %q", url, r.Header.Get("Cache-Control"))
		}
		before, url = url, l.prev
		if len(ids) > 0 && url == before {
			p.Fatalf("%s leads to itself", url)
		}
	}
	return ids
}

// TestWalk reaches every article of every feed in each format, whatever limits
// the feeds.
func TestWalk(t *testing.T) {
	for _, c := range []struct {
		n      int
		limits feeds.Limits
	}{
		{0, feeds.Limits{Items: 50}}, {5, feeds.Limits{Items: 50}}, {50, feeds.Limits{Items: 50}}, {51, feeds.Limits{Items: 50}},
		{400, feeds.Limits{Items: 50, MaxBytes: 512 << 10}}, {400, feeds.Limits{Items: 1}}, {300, feeds.Limits{Items: 3}},
		{300, feeds.Limits{Items: 50, MaxBytes: 20 << 10}}, {300, feeds.Limits{Items: 50, MaxAge: 10 * 24 * time.Hour}},
	} {
		p := newPast(t, c.n, c.limits)
		for s := range p.b.windows {
			want := map[string]bool{}
			for a := range s.Articles().All() {
				want[a.ID()] = true
			}
			for _, f := range feeds.Formats {
				if got := p.walk(s.Key(), f); !maps.Equal(got, want) {
					t.Errorf("%d articles, %+v: the walk through %s finds %d of %d", c.n, c.limits, s.Key().DocumentPath(f), len(got), len(want))
				}
			}
		}
		agree(t, p.b, testBuilder(p.d, nil, func(o *Options) { *o = p.b.opt }))
	}
}

// TestLoneMonth: however few articles there are behind what the subscription
// document shows, no archive document is without a neighbour. When there are more
// months, the only one's halves lead to the whole.
func TestLoneMonth(t *testing.T) {
	for _, days := range [][]int{{3}, {20}, {1, 2, 3}, {3, 20, 21}, {20, 20}} {
		for _, limits := range []feeds.Limits{{Items: 50, MaxAge: time.Hour}, {Items: 50, MaxBytes: 6 << 10}} {
			if limits.MaxBytes > 0 && len(days) < 3 {
				continue // all fit
			}
			p := newPast(t, 0, limits)
			for i, day := range days {
				p.d.write(fmt.Sprint(i, ".md"), post(fmt.Sprint("T", i), time.Date(2021, 5, day, 0, 0, 0, 0, time.UTC), ""))
			}
			p.apply("")
			l := p.b.Snapshot().Listing(feeds.Key{})
			archives := 0
			for a := range l.Periods() {
				if h := a.Feed().History; h.Prev == "" && h.Next == "" {
					t.Errorf("%v %+v: %s has no neighbour", days, limits, a.Name)
				}
				archives++
			}
			if archives < 2 {
				t.Errorf("%v %+v: %d archive documents", days, limits, archives)
			}
			for _, f := range feeds.Formats {
				if got := p.walk(feeds.Key{}, f); len(got) != len(days) {
					t.Errorf("%v %+v: the walk finds %d articles", days, limits, len(got))
				}
			}
			agree(t, p.b, testBuilder(p.d, nil, func(o *Options) { *o = p.b.opt }))
			p.d.write("old.md", post("Old", time.Date(2021, 2, 1, 0, 0, 0, 0, time.UTC), ""))
			p.apply("old.md")
			if _, instead := p.b.Snapshot().Listing(feeds.Key{}).Period("2021-05-a"); limits.MaxAge > 0 && instead != "2021-05" {
				t.Errorf("%v %+v: 2021-05-a leads to %q", days, limits, instead)
			}
		}
	}
}

// offered is the bytes of every document of the feed of everything, by path.
func (p *past) offered() map[string]string {
	p.Helper()
	all := map[string]string{}
	for r := range site.New(p.b.Snapshot(), site.Options{}).Resources() {
		if strings.HasSuffix(r.Path, "/atom.xml") && (strings.HasPrefix(r.Path, "/archive/") || r.Path == "/atom.xml") {
			body, err := r.Body()
			if err != nil {
				p.Fatal(err)
			}
			all[r.Path] = string(body)
		}
	}
	return all
}

// differ lists the paths of documents that are not the same in both.
func differ(a, b map[string]string) []string {
	var paths []string
	for path := range a {
		if a[path] != b[path] {
			paths = append(paths, path)
		}
	}
	for path := range b {
		if _, ok := a[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// holding lists the archive documents that show a title.
func holding(all map[string]string, title string) (paths []string) {
	for path, body := range all {
		if strings.Contains(body, ">"+title+"<") && path != "/atom.xml" {
			paths = append(paths, path)
		}
	}
	return paths
}

// TestStable changes exactly the documents that a change belongs in.
func TestStable(t *testing.T) {
	p := newPast(t, 400, feeds.Limits{Items: 50, MaxBytes: 512 << 10})
	before := p.offered()
	step := func(what, path, content string, want ...string) {
		t.Helper()
		p.now = p.now.Add(time.Minute)
		if p.d.write(path, content); content == "" {
			p.d.remove(path)
		}
		p.apply(path)
		after := p.offered()
		slices.Sort(want)
		if got := differ(before, after); !slices.Equal(got, want) {
			t.Errorf("%s: changed %v, want %v", what, got, want)
		}
		before = after
	}
	old := holding(before, "T300")
	if len(old) != 1 || len(before) < 10 {
		t.Fatalf("T300 is in %v of %d documents", old, len(before))
	}
	l := p.b.Snapshot().Listing(feeds.Key{})
	at := l.Feed().Items[0].Published
	for a := range l.Archive.From("") {
		for _, it := range a.Feed().Items {
			if it.Title == "T300" {
				at = it.Published
			}
		}
	}
	step("a new article", "new.md", post("New", p.now, ""), "/atom.xml")
	step("bookkeeping", "new.md", post("New", p.now.Add(-time.Minute), "heat: 5"))
	step("an edit far back", "0300.md", post("T300 changed", at, "topics: [t6]"), old[0])
	step("a back-dated article", "back.md", post("Back", at.Add(time.Second), ""), old[0])
	step("an edit of it", "back.md", post("Back again", at.Add(time.Second), ""), old[0])
	step("its removal", "back.md", "", old[0], "/atom.xml") // which has its tombstone
	lone := time.Date(1999, 5, 6, 7, 8, 9, 0, time.UTC)
	oldest := slices.Collect(l.Periods())
	step("an article before all others", "first.md", post("First", lone, ""), "/archive/1999-05/atom.xml", "/archive/"+oldest[len(oldest)-1].Name+"/atom.xml")
	step("its removal", "first.md", "", "/archive/1999-05/atom.xml", "/archive/"+oldest[len(oldest)-1].Name+"/atom.xml", "/atom.xml")
	if !p.walk(feeds.Key{}, feeds.Atom)[p.b.catalog.Get("0399.md").ID()] {
		t.Error("the first article is out of reach")
	}
}

// TestTimeGoesOn publishes for months: an archive document never changes by what
// is newer, but for a link to the next one.
func TestTimeGoesOn(t *testing.T) {
	p := newPast(t, 60, feeds.Limits{Items: 20})
	changes := map[string]int{}
	before := p.offered()
	for i := range 100 {
		p.now = p.now.Add(19 * time.Hour)
		path := fmt.Sprintf("new%d.md", i)
		p.d.write(path, post(fmt.Sprint("N", i), p.now, ""))
		p.apply(path)
		after := p.offered()
		for path := range before {
			if path != "/atom.xml" && before[path] != after[path] {
				changes[path]++
			}
		}
		before = after
		if got := len(p.walk(feeds.Key{}, feeds.Atom)); got != 61+i {
			t.Fatalf("after %d articles the walk finds %d", 61+i, got)
		}
	}
	for path, n := range changes {
		if n > 1 || before[path] == "" {
			t.Errorf("%s changed %d times, and has %d bytes", path, n, len(before[path]))
		}
	}
	if len(before) < 10 {
		t.Errorf("only %d documents", len(before))
	}
}

// TestSplitPeriod leads a reader on whose period has been split or emptied.
func TestSplitPeriod(t *testing.T) {
	p := newPast(t, 0, feeds.Limits{Items: 2})
	day := time.Date(2020, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range 8 {
		path := fmt.Sprintf("%d.md", i)
		p.d.write(path, post(fmt.Sprint("T", i), day.AddDate(0, -(i/2)*2, i%2*20), ""))
		p.apply(path)
	}
	for path, want := range map[string]string{
		"/archive/2020-01/atom.xml":   "200",
		"/archive/2020-02/rss.xml":    "/archive/2020-01/rss.xml",
		"/archive/2020-01-b/rss.xml":  "/archive/2020-01/rss.xml",
		"/archive/2019-01/feed.json":  "404",
		"/archive/2020-01/other.xml":  "404",
		"/archive/nonsense/atom.xml":  "404",
		"/archive/2020/atom.xml":      "404",
		"/archive/2020-01/":           "200",
		"/archive//atom.xml":          "404",
		"/topics/x/archive/2020-01/a": "404",
	} {
		r, _ := p.get(path)
		if got := r.Header.Get("Location"); fmt.Sprint(r.StatusCode) != want && got != want {
			t.Errorf("%s: %s %s, want %s", path, r.Status, got, want)
		}
	}
	p.d.write("more.md", post("More", day.AddDate(0, -4, 5), ""))
	p.apply("more.md")
	r, _ := p.get("/archive/2020-01/atom.xml")
	if got := r.Header.Get("Location"); got != "/archive/2020-01-b/atom.xml" {
		t.Errorf("a period that was split leads to %q: %s", got, r.Status)
	}
}

// TestRendersOnce encodes an archive document once until it changes.
func TestRendersOnce(t *testing.T) {
	p := newPast(t, 400, feeds.Limits{Items: 50})
	of := func() map[string]*document.Revision {
		all := map[string]*document.Revision{}
		for _, l := range p.b.Snapshot().Listings {
			for a := range l.Archive.From("") {
				all[l.Key.Path()+a.Name] = a.Revision
			}
		}
		return all
	}
	before := of()
	p.d.write("0200.md", strings.Replace(p.d.files["0200.md"], "title: T200", "title: Changed", 1))
	p.apply("0200.md")
	after, changed := of(), 0
	for path := range before {
		if before[path] != after[path] {
			changed++
		}
	}
	if changed != 2 || len(after) != len(before) {
		t.Errorf("one article changed %d archive documents, want that of everything and that of its topic", changed)
	}
}
