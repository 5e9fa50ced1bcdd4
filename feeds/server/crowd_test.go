package server

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/builder"
	"feedmill/feeds/mix"
)

// heapInUse is what the live objects take, in bytes.
func heapInUse() int {
	var m runtime.MemStats
	runtime.GC() // the second also frees what pools have kept over the first
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// However many addresses a crowd asks for, the heap grows by no more than the cache
// accounts for, which is no more than its limit.
func TestCrowdCountsAgainstTheCache(t *testing.T) {
	const cache = 64 << 20
	const slack = 2 << 20 // what the cache does not account for: pools, tables that do not shrink
	titled := func(m mix.Mix, title string, i int) string {
		m.Title = append([]string{fmt.Sprintf("%05d%s", i, title)}, m.Title...)
		return m.Key().Path()
	}
	long := strings.Repeat("日", 30)
	longMix := mix.Mix{Title: []string{"a" + long, "b" + long, "c" + long, "d" + long, "e" + long, "f" + long}}
	for _, tt := range []struct {
		name      string
		addresses int
		path      func(i int) string
		fields    []string
	}{
		{"empty feeds", 20_000, func(i int) string { return titled(mix.Mix{}, "none", i) + "rss.xml" }, nil},
		{"feeds with articles", 1500, func(i int) string {
			return fmt.Sprintf("/mix/election/quality:0.%d/count:%d/atom.xml", 1+i/200, 1+i%200)
		}, []string{"Accept-Encoding: gzip"}},
		{"feeds with long addresses", 1500, func(i int) string { return titled(longMix, long, i) + "feed.json" }, nil},
		{"feeds in all formats", 1500, func(i int) string {
			return titled(mix.Mix{}, "none", i/3) + feeds.Formats[i%3].Filename()
		}, []string{"Accept-Encoding: zstd, br"}},
		{"deltas", 1500, func(i int) string {
			return fmt.Sprintf("/mix/election/quality:0.%d/count:%d/atom.xml", 1+i/200, 1+i%200)
		}, []string{"A-Im: feed", `If-None-Match: "0123456789012345"`}},
		{"pages", 1000, func(i int) string { return titled(mix.Mix{}, "none", i) }, []string{"Accept-Encoding: br"}},
		{"searches", 1000, func(i int) string { return fmt.Sprintf("/search/?q=biden+%d", i) }, nil},
		{"queries", 1500, func(i int) string { return fmt.Sprintf("/rss.xml?%d", i) }, nil},
		{"nothing", 20_000, func(i int) string { return fmt.Sprintf("/mix/election/none%d/rss.xml", i) }, nil},
		{"forms", 1000, func(i int) string { return fmt.Sprintf("/compose/?topic=none%d", i) }, []string{"Accept: text/html"}},
		{"archives", 1500, func(i int) string { return fmt.Sprintf("/topics/election/archive/2024-01-%d/", i) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNewsroom(t, func(o *builder.Options) { o.CacheBytes = cache })
			h := NewHandler(n, testOptions(t))
			accounted := func() int {
				return n.Snapshot().Cache.Size() + h.former.cache.Size() + h.formerMixes.cache.Size()
			}
			ask(h, "GET", tt.path(0), tt.fields...)
			before, was := heapInUse(), accounted()
			for i := range tt.addresses {
				if w := ask(h, "GET", tt.path(i+1), tt.fields...); w.Code >= 300 && w.Code != 404 {
					t.Fatalf("%s: %d, leads to %s", tt.path(i+1), w.Code, w.Header().Get("Location"))
				}
			}
			grown, now := heapInUse()-before, accounted()
			if grown > now-was+slack || now > cache {
				t.Errorf("%d addresses take %d bytes, and the cache accounts for %d of %d", tt.addresses, grown, now-was, cache)
			}
			runtime.KeepAlive(h)
		})
	}
}
