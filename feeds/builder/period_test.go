package builder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
	"feedmill/feeds/mix"
	"feedmill/watcher"
)

// span is a period with its articles, as whoever parts all of them at once has it.
type span struct {
	name     string
	articles []*article.Article
}

// parted parts all articles by the rule that calendar states.
func parted(all []*article.Article, limits feeds.Limits) (parts []span) {
	total := len(all)
	for len(all) > 0 {
		y, m, _ := all[0].Published.Date()
		from := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		n := published(all, from)
		name := from.Format(feeds.Monthly)
		if n == total && room(all, limits) { // no other month, and no other half
			middle := from.Add(from.AddDate(0, 1, 0).Sub(from) / 2)
			n := published(all, middle)
			return []span{{name + "-b", all[:n]}, {name + "-a", all[n:]}}
		}
		parts = append(parts, halved(name, all[:n], from, from.AddDate(0, 1, 0), limits)...)
		all = all[n:]
	}
	return parts
}

func published(all []*article.Article, from time.Time) (n int) {
	for n < len(all) && !all[n].Published.Before(from) {
		n++
	}
	return n
}

func halved(name string, all []*article.Article, from, to time.Time, limits feeds.Limits) (parts []span) {
	switch {
	case len(all) == 0:
		return nil
	case room(all, limits):
		return []span{{name, all}}
	case to.Sub(from) <= time.Second:
		for i := 1; len(all) > 0; i++ {
			n := 1
			for n < len(all) && room(all[len(all)-n-1:], limits) {
				n++
			}
			parts = append(parts, span{fmt.Sprintf("%s-%04d", name, i), all[len(all)-n:]})
			all = all[:len(all)-n]
		}
		slices.Reverse(parts)
		return parts
	}
	if len(name) == len(feeds.Monthly) {
		name += "-"
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
	n := published(all, middle)
	return append(halved(name+"b", all[:n], middle, to, limits), halved(name+"a", all[n:], from, middle, limits)...)
}

func room(all []*article.Article, limits feeds.Limits) bool {
	size := 0
	for i, a := range all {
		size += a.Size()
		if i > 0 && (i == limits.Items || limits.MaxBytes > 0 && size > limits.MaxBytes/2) {
			return false
		}
	}
	return true
}

// randomFeed is articles in bursts, some of the same second, and their list.
func randomFeed(tb testing.TB, r *rand.Rand) ([]*article.Article, catalog.List) {
	c := catalog.New(catalog.Options{})
	c.Advance(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	p, err := article.NewParser(article.Options{}).Parse("x.md", []byte("---\ntitle: x\n---\n"))
	if err != nil {
		tb.Fatal(err)
	}
	at := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range r.IntN(150) {
		switch r.IntN(8) {
		case 0:
			at = at.Add(time.Duration(r.IntN(90*24)) * time.Hour)
		case 1, 2, 3:
		default:
			at = at.Add(time.Duration(r.IntN(30_000)) * time.Second)
		}
		a := p.With(feeds.Facts{ID: fmt.Sprint("urn:x:", i), Published: at})
		a.Path = fmt.Sprintf("%03d.md", r.IntN(1000))
		c.Put(a)
	}
	c.Touched()
	l := c.Feeds()[0].Articles()
	return slices.Collect(l.All()), l
}

var feedLimits = []feeds.Limits{{Items: 50}, {Items: 1}, {Items: 7}, {Items: 50, MaxBytes: 20 << 10}, {Items: 50, MaxBytes: 100}}

// TestPeriods holds periods that are found one by one against those of parting
// all articles at once.
func TestPeriods(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 9))
		all, list := randomFeed(t, r)
		limits := feedLimits[seed%5]
		c, want := calendar{list, limits}, parted(all, limits)
		for i, s := range want {
			x, ok := c.named(s.name)
			if !ok || !slices.Equal(list.Slice(x.i, x.j), s.articles) {
				t.Fatalf("seed %d: %s has %d articles, want %d", seed, s.name, x.j-x.i, len(s.articles))
			}
			if older, ok := c.older(x); ok != (i+1 < len(want)) || ok && older.name != want[i+1].name {
				t.Errorf("seed %d: behind %s comes %q", seed, s.name, older.name)
			}
			if newer, ok := c.newer(x); ok != (i > 0) || ok && newer.name != want[i-1].name {
				t.Errorf("seed %d: before %s comes %q", seed, s.name, newer.name)
			}
		}
		n := 0
		for i, s := range want {
			for range s.articles {
				if x, ok := c.entrance(n); !ok || x.name != want[min(i, len(want)-2)].name {
					t.Fatalf("seed %d: from %d articles the way leads to %q", seed, n, x.name)
				}
				n++
			}
		}
		if x, ok := c.entrance(n); ok {
			t.Errorf("seed %d: from all articles the way leads to %q", seed, x.name)
		}
	}
}

// FuzzPeriod asks for archive documents by any name.
func FuzzPeriod(f *testing.F) {
	for _, name := range []string{"2020-03", "2020-03-a", "2020-03-ba", "2020-03-bbbbbbbbbbbbbbbbbbbbbb-0001", "2020", "", "2020-03-", "2020-03x", "9999-12", "0000-01-b"} {
		f.Add(uint64(3), name, "2020-03")
	}
	f.Fuzz(func(t *testing.T, seed uint64, name, first string) {
		r := rand.New(rand.NewPCG(seed, 9))
		_, list := randomFeed(t, r)
		c := calendar{list, feedLimits[seed%5]}
		b := testBuilder(newDisk(), nil, nil)
		past := &archive{limits: c.limits, periods: b.periods}
		past.use(list)
		a, instead := past.Find(name, first)
		if a != nil && (a.Name != name || instead != "") {
			t.Errorf("%q is answered by %s, %q", name, a.Name, instead)
		}
		if _, ok := c.named(instead); instead != "" && !ok {
			t.Errorf("%q leads to %q, which there is not", name, instead)
		}
		if x, ok := c.named(name); ok && x.name != name {
			t.Errorf("%q is %+v", name, x)
		}
	})
}

// TestArchivesAreSafe: readers walk through archives and rankings of old and new
// snapshots while articles change.
func TestArchivesAreSafe(t *testing.T) {
	p := newPast(t, 200, feeds.Limits{Items: 10})
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				snap := p.b.Snapshot()
				for range 2 {
					l := snap.Listings[i%len(snap.Listings)]
					for a := range l.Periods() {
						if _, err := a.Document(feeds.Atom); err != nil {
							t.Error(err)
						}
					}
					snap.Compose(&mix.Mix{Top: true}).Feed()
				}
			}
		})
	}
	for i := range 60 {
		path := fmt.Sprintf("%04d.md", i*37%200)
		p.d.write(path, post(fmt.Sprint("Changed", i), p.now.Add(-time.Duration(i*50)*time.Hour), "topics: [t1, t2]"))
		if err := p.b.Apply(t.Context(), watcher.Changes{Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	readers.Wait()
}
