package builder

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
	"feedmill/watcher"
)

// told is an article of the tests below, as its file has it.
type told struct {
	path, title   string
	topics        []string
	kind          string
	day           int
	quality, heat int
	hidden        bool
}

func (a told) file() string {
	date := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, a.day).Format(time.DateOnly)
	return fmt.Sprintf("---\ntitle: %q\ndate: %s\ntopics: [%s]\ntype: %s\nquality: %d\nheat: %d\ndraft: %v\nsecured: hush\n---\n",
		a.title, date, strings.Join(a.topics, ", "), a.kind, a.quality, a.heat, a.hidden)
}

var words = []string{"Mill", "Wheel", "Flour", "Water"}

func randomArticle(r *rand.Rand, i int) told {
	a := told{
		path: fmt.Sprintf("%03d.md", i), title: fmt.Sprintf("%s and %s %d", words[r.IntN(4)], words[r.IntN(4)], i),
		kind: []string{"article", "video"}[r.IntN(2)], day: r.IntN(60), quality: r.IntN(5), heat: r.IntN(5), hidden: r.IntN(10) == 0,
	}
	for _, topic := range []string{"a", "b", "c", "d"} {
		if r.IntN(2) == 0 {
			a.topics = append(a.topics, topic)
		}
	}
	return a
}

// is tells by the file alone whether the article belongs to a feed.
func (a told) is(k feeds.Key) bool {
	return k.Kind == feeds.Topic && slices.Contains(a.topics, k.Slug) || k.Kind == feeds.Type && a.kind == k.Slug
}

func (a told) fits(m *mix.Mix) bool {
	for _, group := range m.Of {
		if !slices.ContainsFunc(group, a.is) {
			return false
		}
	}
	for _, text := range m.Title {
		if !strings.Contains(strings.ToLower(a.title), text) {
			return false
		}
	}
	return !a.hidden && !slices.ContainsFunc(m.Without, a.is) && (m.Quality == nil || float64(a.quality) >= *m.Quality) && (m.Heat == nil || float64(a.heat) >= *m.Heat)
}

// keyOf has find answer with the key of the feed.
func keyOf(find func(feeds.Key) *document.Listing) func(feeds.Key) (feeds.Key, bool) {
	return func(k feeds.Key) (feeds.Key, bool) {
		l := find(k)
		if l == nil {
			return k, false
		}
		return l.Key, true
	}
}

func randomMix(r *rand.Rand, find func(feeds.Key) *document.Listing) *mix.Mix {
	conditions := []string{"a", "b", "c", "d", "a,b", "c,d", "b,c,d", "type:video", "type:video,article", "not:a", "not:d", "not:type:video", "title:mill", "title:water", "quality:2", "heat:3", "count:7"}
	var segments []string
	for range 1 + r.IntN(4) {
		segments = append(segments, conditions[r.IntN(len(conditions))])
	}
	m, err := mix.Parse(segments, keyOf(find))
	if err != nil {
		panic(err)
	}
	return m
}

// TestCompose holds what is composed against a filter of plain files, while
// articles come, change, go and get other numbers.
func TestCompose(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		d, all := newDisk(), map[string]told{}
		b := testBuilder(d, nil, nil)
		for i := range 80 {
			a := randomArticle(r, i)
			all[a.path] = a
			d.write(a.path, a.file())
		}
		c := watcher.Changes{Rescan: true}
		for range 6 {
			if err := b.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			snap := b.Snapshot()
			for range 30 {
				m := randomMix(r, snap.Listing)
				f := b.composer.Load().compose(m, nil).listing.Feed()
				if got, want := titlesOf(f), expected(all, m); got != want {
					t.Fatalf("seed %d %s:\n got %s\nwant %s", seed, m.Key().Slug, got, want)
				}
			}
			c = watcher.Changes{}
			for range 1 + r.IntN(20) {
				a := randomArticle(r, r.IntN(90))
				if old, ok := all[a.path]; ok && r.IntN(2) == 0 {
					a = old
					a.quality, a.heat = r.IntN(5), r.IntN(5)
				}
				if all[a.path] = a; r.IntN(10) == 0 {
					delete(all, a.path)
					d.remove(a.path)
				} else {
					d.write(a.path, a.file())
				}
				c.Paths = append(c.Paths, a.path)
			}
		}
	}
}

func expected(all map[string]told, m *mix.Mix) string {
	var fit []told
	for _, a := range all {
		if a.fits(m) {
			fit = append(fit, a)
		}
	}
	slices.SortFunc(fit, func(a, b told) int {
		if a.day != b.day {
			return b.day - a.day
		}
		return strings.Compare(a.path, b.path)
	})
	n := 50
	if m.Count > 0 {
		n = m.Count
	}
	var titles []string
	for _, a := range fit[:min(n, len(fit))] {
		titles = append(titles, a.title)
	}
	return strings.Join(titles, " | ")
}

func titlesOf(f *feeds.Feed) string {
	var titles []string
	for _, it := range f.Items {
		titles = append(titles, it.Title)
	}
	return strings.Join(titles, " | ")
}

// topicSite has five articles about a, the first the newest and hottest.
func topicSite(t *testing.T, now *time.Time) (*disk, *Builder, func(int, told)) {
	d := newDisk()
	b := testBuilder(d, func() time.Time { return *now }, nil)
	all := make([]told, 5)
	for i := range all {
		all[i] = told{path: fmt.Sprintf("%d.md", i), title: fmt.Sprint(i), topics: []string{"a"}, kind: "video", day: 40 - i, quality: 100, heat: 100 * (5 - i)}
		d.write(all[i].path, all[i].file())
	}
	save := func(i int, change told) {
		t.Helper()
		all[i].heat, all[i].quality, all[i].hidden = change.heat, change.quality, change.hidden
		d.write(all[i].path, all[i].file())
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{all[i].path}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	return d, b, save
}

var day = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)

// TestBookkeepingReachesMixes: a number that nobody sees makes no snapshot, but
// filters see it; what it does not change stays as it was, to the revision.
func TestBookkeepingReachesMixes(t *testing.T) {
	now := day
	_, b, save := topicSite(t, &now)
	snap := b.Snapshot()
	parse := func(s string) *mix.Mix {
		m, err := mix.Parse(strings.Split(s, "/"), keyOf(snap.Listing))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	hot, good := parse("a/heat:300"), parse("a/quality:50")
	hotBefore, goodBefore := b.composer.Load().compose(hot, nil), b.composer.Load().compose(good, nil)
	if again := b.composer.Load().compose(hot, hotBefore); again != hotBefore {
		t.Error("composed twice of one library")
	}
	now = now.Add(time.Hour)
	save(0, told{heat: 299, quality: 100})
	if b.Snapshot() != snap {
		t.Error("bookkeeping made a snapshot")
	}
	hotAfter, goodAfter := b.composer.Load().compose(hot, hotBefore), b.composer.Load().compose(good, goodBefore)
	if got := titlesOf(hotAfter.listing.Feed()); got != "1 | 2" {
		t.Errorf("of heat 300 are %q", got)
	}
	if m := hotAfter.listing.Feed().Modified; !m.Equal(now) {
		t.Errorf("modified %s, want the time of the change", m)
	}
	if goodAfter.listing.Revision != goodBefore.listing.Revision {
		t.Error("a feed with the same articles has another revision")
	}
	save(2, told{heat: 300, quality: 100, hidden: true})
	if got := titlesOf(b.composer.Load().compose(hot, hotAfter).listing.Feed()); got != "1" {
		t.Errorf("with a hidden article, of heat 300 are %q", got)
	}
	if got := titlesOf(b.composer.Load().compose(good, nil).listing.Feed()); strings.Contains(got, "2") {
		t.Errorf("an old snapshot still shows the hidden article: %q", got)
	}
}

// TestTop: small changes of heat, up and down, move nothing; great ones do.
func TestTop(t *testing.T) {
	now := day
	_, b, save := topicSite(t, &now)
	top := &mix.Mix{Of: [][]feeds.Key{{{Kind: feeds.Topic, Slug: "a"}}}, Top: true}
	var blend *composed
	expect := func(want string) {
		t.Helper()
		blend = b.composer.Load().compose(top, blend)
		if got := titlesOf(blend.listing.Feed()); got != want {
			t.Errorf("the ranking is %q, want %q", got, want)
		}
	}
	expect("0 | 1 | 2 | 3 | 4")
	first := blend.listing.Revision
	for _, heat := range []int{340, 310, 360, 320} { // around the 300 that it is ranked by
		save(2, told{heat: heat, quality: 100})
		expect("0 | 1 | 2 | 3 | 4")
	}
	if blend.listing.Revision != first {
		t.Error("small changes made a revision")
	}
	save(2, told{heat: 460, quality: 100})
	expect("0 | 2 | 1 | 3 | 4")
	save(2, told{heat: 399, quality: 100})
	expect("0 | 2 | 1 | 3 | 4")
	save(4, told{heat: 300, quality: 200})
	save(2, told{heat: 300, quality: 100})
	expect("0 | 1 | 4 | 2 | 3") // equal heat: by quality
	f := blend.listing.Feed()
	if f.Title != "Top of a – Site" || f.TTL != rankTTL || f.Key.Path() != "/topics/a/top/" {
		t.Errorf("%q %s %s", f.Title, f.TTL, f.Key.Path())
	}
}

// TestBadMix: a composed document that is not good does not take the place of one
// that was.
func TestBadMix(t *testing.T) {
	now := day
	_, b, save := topicSite(t, &now)
	top := &mix.Mix{Of: [][]feeds.Key{{{Kind: feeds.Topic, Slug: "a"}}}, Top: true}
	good := b.composer.Load().compose(top, nil)
	first, err := good.listing.Document(feeds.RSS)
	if err != nil {
		t.Fatal(err)
	}
	whole := encoders[feeds.RSS]
	t.Cleanup(func() { encoders[feeds.RSS] = whole })
	encoders[feeds.RSS] = func(w io.Writer, _ *feeds.Feed) error { io.WriteString(w, "<rss>"); return errors.New("out of ink") }
	save(4, told{heat: 1000, quality: 100})
	bad := b.composer.Load().compose(top, good)
	if bad.listing.Revision == good.listing.Revision {
		t.Fatal("the ranking is the same")
	}
	if d, err := bad.listing.Document(feeds.RSS); err != nil || d != first {
		t.Errorf("half of a document is served in place of a good one: %v", err)
	}
	if d, err := b.composer.Load().compose(top, nil).listing.Document(feeds.RSS); err == nil {
		t.Errorf("half of a document is served: %q", d.Body)
	}
	encoders[feeds.RSS] = whole
	save(3, told{heat: 2000, quality: 100})
	if d, err := b.composer.Load().compose(top, bad).listing.Document(feeds.RSS); err != nil || d == first {
		t.Errorf("the next good one is not served: %v", err)
	}
}

// TestTopIsRecent leaves out what is 30 days older than the newest article.
func TestTopIsRecent(t *testing.T) {
	d := newDisk()
	for i, days := range []int{100, 70, 69} {
		d.write(fmt.Sprint(i, ".md"), told{title: fmt.Sprint(i), kind: "x", day: days, heat: i}.file())
	}
	b := testBuilder(d, nil, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	if got := titlesOf(b.composer.Load().compose(&mix.Mix{Top: true}, nil).listing.Feed()); got != "1 | 0" {
		t.Errorf("the ranking is %q", got)
	}
}

func TestMixWords(t *testing.T) {
	d := newDisk()
	d.write("1.md", "---\ntitle: x\ntopics: [Joe Biden, Election, Sport]\ntype: video\ncategory: News\nprovider: {name: The Wire}\n---\n")
	b := testBuilder(d, nil, nil)
	if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
		t.Fatal(err)
	}
	snap, ids := b.Snapshot(), map[string]string{}
	for in, want := range map[string]string{
		"joe-biden/election/type:video":           "Election and Joe Biden, videos – Site",
		"joe-biden/election,sport/quality:100":    "(Election or Sport) and Joe Biden, quality at least 100 – Site",
		"category:news/provider:the-wire/count:5": "Everything, in News, from The Wire, at most 5 – Site",
		"election,sport/not:joe-biden/title:a-b":  "Election or Sport, without Joe Biden, “a b” in the title – Site",
		"election/sport/heat:0.5":                 "Election and Sport, heat at least 0.5 – Site",
	} {
		m, err := mix.Parse(strings.Split(in, "/"), keyOf(snap.Listing))
		if err != nil {
			t.Fatal(err)
		}
		f := b.composer.Load().compose(m, nil).listing.Feed()
		if f.Title != want {
			t.Errorf("%s has title %q, want %q", in, f.Title, want)
		}
		if ids[f.ID] != "" || !feeds.IsURI(f.ID) {
			t.Errorf("%s and %s have the id %s", in, ids[f.ID], f.ID)
		}
		ids[f.ID] = in
	}
}

// TestMixAges lets an article leave a composed feed on its day, although the feed
// of everything shows newer ones alone.
func TestMixAges(t *testing.T) {
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	d := newDisk()
	d.write("old.md", "---\ntitle: Old\ndate: 2024-05-03\ntopics: [A, B]\n---\n")
	d.write("new.md", "---\ntitle: New\ndate: 2024-05-31\ntopics: [A]\n---\n")
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) {
		o.Limits = func(k feeds.Kind, _ string) feeds.Limits {
			if k == feeds.All {
				return feeds.Limits{Items: 1, MaxAge: 30 * 24 * time.Hour}
			}
			return feeds.Limits{Items: 9}
		}
	})
	scan(t, b)
	m := &mix.Mix{Of: [][]feeds.Key{{{Kind: feeds.Topic, Slug: "a"}}, {{Kind: feeds.Topic, Slug: "b"}}}}
	blend := b.composer.Load().compose(m, nil)
	due := time.Date(2024, 6, 2, 0, 0, 0, 0, time.UTC)
	if l := blend.listing; titlesOf(l.Feed()) != "Old" || !l.Next.Equal(due) {
		t.Errorf("%q, until %v", titlesOf(l.Feed()), l.Next)
	}
	now = due.Add(-time.Second)
	if again := b.composer.Load().compose(m, blend); again != blend {
		t.Error("composed anew although nothing has changed")
	}
	now = due
	if got := titlesOf(b.composer.Load().compose(m, blend).listing.Feed()); got != "" {
		t.Errorf("too old, and still there: %q", got)
	}
}

// However many feeds are asked for at once that nobody had before, processors are
// left for everybody else.
func TestPickingIsBounded(t *testing.T) {
	d := newDisk()
	d.write("a.md", "---\ntitle: A\ndate: 2024-05-01\ntopics: [a]\n---\n")
	synctest.Test(t, func(t *testing.T) {
		var at atomic.Int64
		var stop atomic.Pointer[chan struct{}]
		b := testBuilder(d, func() time.Time {
			if c := stop.Load(); c != nil {
				at.Add(1)
				<-*c
			}
			return verifyNow
		}, nil)
		if err := b.Apply(t.Context(), watcher.Changes{Rescan: true}); err != nil {
			t.Fatal(err)
		}
		on := make(chan struct{})
		stop.Store(&on)
		var clients sync.WaitGroup
		for i := range 50 {
			clients.Go(func() {
				b.composer.Load().pick(&mix.Mix{Title: []string{fmt.Sprint("t", i)}}, feeds.Limits{Items: 50})
			})
		}
		synctest.Wait()
		if n, most := at.Load(), int64(max(1, runtime.GOMAXPROCS(0)/2)); n != most {
			t.Errorf("%d at work at once, want %d", n, most)
		}
		close(on)
		clients.Wait()
		if n := at.Load(); n != 50 {
			t.Errorf("%d came to their turn, want 50", n)
		}
	})
}

// However many ask at once, one composes; however many feeds are asked for, few
// are kept, and of the documents of other feeds all.
func TestComposedFeedsAreBounded(t *testing.T) {
	now := day
	_, b, _ := topicSite(t, &now)
	plain := b.Snapshot().Listing(feeds.Key{Kind: feeds.Topic, Slug: "a"})
	if _, err := plain.Document(feeds.RSS); err != nil {
		t.Fatal(err)
	}
	get := func(quality int) *document.Listing {
		m, err := mix.Parse([]string{"a", fmt.Sprintf("quality:%d", quality)}, keyOf(b.Snapshot().Listing))
		if err != nil {
			t.Fatal(err)
		}
		l := b.Snapshot().Compose(m)
		if _, err := l.Document(feeds.RSS); err != nil {
			t.Error(err)
		}
		return l
	}
	var clients sync.WaitGroup
	got := make([]*document.Listing, 50)
	for i := range got {
		clients.Go(func() { got[i] = get(0) })
	}
	clients.Wait()
	for _, l := range got {
		if l != got[0] {
			t.Fatal("composed more than once")
		}
	}
	const many = 10_000
	for i := range many {
		get(1 + i)
	}
	cached := b.Report().Cached
	for i := range 1000 {
		get(1 + many + i)
	}
	if now := b.Report().Cached; now > cached+cached/50 || now > 40<<20 {
		t.Errorf("%d bytes of documents and items in memory, %d before others of the same size were asked for", now, cached)
	}
	if n := len(b.composed.byKey); n == 0 || n > many {
		t.Errorf("%d feeds kept", n)
	}
	if _, ok := plain.Ready(feeds.RSS); !ok {
		t.Error("the document of a plain feed is dropped")
	}
}
