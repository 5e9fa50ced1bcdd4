package builder

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/watcher"
)

// cards are n articles of twenty years in 200 topics, each in nine feeds.
func cards(tb testing.TB, n int) []*article.Article {
	p, err := article.NewParser(article.Options{}).Parse("x.md", []byte("---\ntitle: x\ndate: 2004-01-01\n---\nText\n"))
	if err != nil {
		tb.Fatal(err)
	}
	var tags []feeds.Tag
	for i := range 200 {
		tags = append(tags, feeds.Tag{Kind: feeds.Topic, Name: fmt.Sprint("t", i)})
	}
	kinds := []feeds.Tag{{Kind: feeds.Type, Name: "news"}, {Kind: feeds.Category, Name: "world"}, {Kind: feeds.Provider, Name: "wire"}}
	from, step := time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC), 20*365*24*time.Hour/time.Duration(n)
	all := make([]*article.Article, n)
	for i := range all {
		at := from.Add(time.Duration(i) * step).Truncate(time.Second)
		a := p.With(feeds.Facts{ID: fmt.Sprint("urn:x:", i), Published: at, Updated: at})
		a.Path = fmt.Sprintf("%07d.md", i)
		member := append(make([]feeds.Tag, 0, 8), kinds...)
		for j := range 5 {
			member = append(member, tags[(i*7+j*41)%200])
		}
		a.Member = article.TagsOf(member...)
		all[i] = a
	}
	return all
}

// filled is a builder that has published n cards, and a folder for what changes.
func filled(tb testing.TB, n int) (*Builder, *disk, time.Time) {
	now, d := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), newDisk()
	b := testBuilder(d, func() time.Time { return now }, nil)
	if err := b.Apply(tb.Context(), watcher.Changes{Rescan: true}); err != nil {
		tb.Fatal(err)
	}
	b.catalog.Fill(cards(tb, n))
	b.publish(&round{now: b.opt.Now(), first: b.Snapshot() == nil})
	return b, d, now
}

// saving returns a function that saves an article of the middle of the time: a
// visible change in nine feeds.
func saving(tb testing.TB, b *Builder, d *disk) func() {
	i := 0
	return func() {
		i++
		d.write("saved.md", fmt.Sprintf("---\ntitle: v%d\ndate: 2014-05-05\ntype: news\ncategory: world\nprovider: {name: wire}\ntopics: [t1, t2, t3, t4, t5]\n---\nText\n", i))
		if err := b.Apply(tb.Context(), watcher.Changes{Paths: []string{"saved.md"}}); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkChange is one saved article among others: read, noted and published in
// its nine feeds.
func BenchmarkChange(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			build, d, _ := filled(b, n)
			save := saving(b, build, d)
			save()
			runtime.GC()
			b.ReportAllocs()
			for b.Loop() {
				save()
			}
		})
	}
}

// BenchmarkFill puts articles into an empty catalog and publishes them.
func BenchmarkFill(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all := cards(b, n)
			b.ReportAllocs()
			var heap float64
			for b.Loop() {
				b.StopTimer()
				build := testBuilder(newDisk(), nil, nil)
				build.catalog.Advance(time.Now())
				before := inUse()
				b.StartTimer()
				build.catalog.Fill(all)
				build.publish(&round{now: build.opt.Now(), first: build.Snapshot() == nil})
				b.StopTimer()
				heap = inUse() - before
				runtime.KeepAlive(build)
				b.StartTimer()
			}
			b.ReportMetric(heap/float64(n), "B/article")
		})
	}
}

// inUse is the bytes of the heap that are in use.
func inUse() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkRemove is one removed article, and one that comes, among many that
// have gone lately.
func BenchmarkRemove(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			change := amongTombstones(b, n)
			change()
			b.ReportAllocs()
			for b.Loop() {
				change()
			}
		})
	}
}

// amongTombstones returns a function that removes an article and adds another,
// where n have gone before.
func amongTombstones(tb testing.TB, n int) func() {
	now, d := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), newDisk()
	b := testBuilder(d, func() time.Time { return now }, func(o *Options) { o.Tombstones = 30 * 24 * time.Hour })
	apply := func(c watcher.Changes) {
		if err := b.Apply(tb.Context(), c); err != nil {
			tb.Fatal(err)
		}
	}
	write := func(i int) string {
		path := fmt.Sprintf("%d.md", i)
		d.write(path, fmt.Sprintf("---\ntitle: v%d\ndate: 2014-05-05\ntype: news\ntopics: [t%d, t%d, t%d]\n---\nText %d\n", i, i%50, i%51, i%52, i))
		return path
	}
	for i := range n {
		write(i)
	}
	apply(watcher.Changes{Rescan: true})
	for i := range n {
		d.remove(fmt.Sprintf("%d.md", i))
	}
	apply(watcher.Changes{Rescan: true})
	i := n
	return func() {
		apply(watcher.Changes{Paths: []string{write(i)}})
		d.remove(fmt.Sprintf("%d.md", i))
		apply(watcher.Changes{Paths: []string{fmt.Sprintf("%d.md", i)}})
		i++
	}
}
