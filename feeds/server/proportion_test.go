package server

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/atom"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/feedtest"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/opml"
	"feedmill/feeds/rss"
)

// allocated is how many bytes f allocates.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// listed has as many of something as take size bytes.
func listed[T any](size int, one func(i int) T) []T {
	all := make([]T, size/64+1)
	for i := range all {
		all[i] = one(i)
	}
	return all
}

// hostileItems are items that grow with a size, by what is large in them.
func hostileItems() map[string]func(size int) *feeds.Item {
	all := map[string]func(size int) *feeds.Item{
		"authors": func(size int) *feeds.Item {
			return &feeds.Item{Authors: listed(size, func(i int) feeds.Person {
				return feeds.Person{Name: fmt.Sprintf("Author %d of them all", i), URL: fmt.Sprintf("https://example.com/authors/%d", i)}
			})}
		},
		"tags": func(size int) *feeds.Item {
			return &feeds.Item{Tags: listed(size, func(i int) feeds.Tag {
				return feeds.Tag{Kind: feeds.Topic, Name: fmt.Sprintf("%s %d", strings.Repeat("tag", 20), i)}
			})}
		},
		"pictures": func(size int) *feeds.Item {
			return &feeds.Item{Images: listed(size, func(i int) feeds.Image { return feeds.Image{URL: fmt.Sprintf("javascript:%064d", i)} })}
		},
		"enclosures": func(size int) *feeds.Item {
			return &feeds.Item{Enclosures: listed(size, func(i int) feeds.Enclosure {
				return feeds.Enclosure{URL: fmt.Sprintf("https://example.com/media/of/a/show/%d.mp3", i), Type: "audio/mpeg"}
			})}
		},
		"random": func(size int) *feeds.Item {
			b := make([]byte, size)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range b {
				b[i] = byte(' ' + r.IntN(94))
			}
			return &feeds.Item{HTML: string(b)}
		},
	}
	for name, part := range map[string]string{
		"letters": "x", "words": "word ", "elements": "<p>", "entities": "&amp;", "ends of CDATA": "]]>", "quotes": `"'`, "lines": "\n", "separators": "\u2028", "controls": "\x01", "bad bytes": "\xff", "pictograms": "😀",
	} {
		all["HTML of "+name] = func(size int) *feeds.Item { return &feeds.Item{HTML: strings.Repeat(part, size/len(part))} }
		all["title and summary of "+name] = func(size int) *feeds.Item {
			return &feeds.Item{Title: strings.Repeat(part, size/2/len(part)), Summary: strings.Repeat(part, size/2/len(part))}
		}
	}
	return all
}

// What answers cost, and how long they are, grows at most in proportion to what is in
// their items: also pages, codings, deltas and searches.
func TestAnswersCostInProportion(t *testing.T) {
	feedtest.SkipUnderRace(t)
	const small, large = 8 << 10, 512 << 10
	requests := []struct {
		target string
		fields []string
	}{
		{"/rss.xml", nil}, {"/atom.xml", nil}, {"/feed.json", nil}, {"/atom.xml", []string{"Accept-Encoding: gzip"}},
		{"/atom.xml", []string{"Accept-Encoding: identity;q=0, br"}}, {"/atom.xml", []string{"Accept-Encoding: identity;q=0, zstd"}},
		{"/rss.xml", []string{"A-Im: feed", "If-None-Match: OLD"}},
		{"/", nil}, {"/newest/", nil}, {"/topics/ai/", []string{"Accept-Encoding: gzip"}}, {"/search/?q=hostile+item", nil}, {"/opml.xml", nil},
	}
	costs := func(it *feeds.Item) (all, lengths []int) {
		it.ID, it.URL, it.Published, it.Updated = "urn:x:1", "https://www.example.com/1", newest, newest
		of := testSite()
		snapshot := func(items ...*feeds.Item) *document.Snapshot {
			var listings []*document.Listing
			for _, k := range []feeds.Key{{}, {Kind: feeds.Topic, Slug: "ai"}} {
				listings = append(listings, &document.Listing{Key: k, Name: "AI", Count: len(items), Updated: newest, Revision: document.NewRevision(func() *feeds.Feed {
					return &feeds.Feed{Site: of, Key: k, ID: "urn:x", Title: "AI", Updated: newest, TTL: time.Hour, Items: items}
				}, [...]document.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode})})
			}
			return document.NewSnapshot(of, len(items), listings, nil)
		}
		opt := testOptions(t)
		opt.OPML = opml.Encode
		other := testItem()
		source := holding(snapshot(other))
		h := NewHandler(source, opt)
		old := ask(h, "GET", "/rss.xml").Header().Get("Etag")
		source.Store(snapshot(it, other))
		for _, r := range requests {
			length := 0
			fields := strings.Split(strings.ReplaceAll(strings.Join(r.fields, "\n"), "OLD", old), "\n")
			if r.fields == nil {
				fields = nil
			}
			all = append(all, allocated(func() {
				w := ask(h, "GET", r.target, fields...)
				if length = w.Body.Len(); w.Code != 200 && w.Code != 226 || (w.Code == 226) != strings.Contains(fmt.Sprint(fields), "A-Im") {
					t.Errorf("%s: %d", r.target, w.Code)
				}
			}))
			lengths = append(lengths, length)
		}
		return all, lengths
	}
	for name, item := range hostileItems() {
		few, short := costs(item(small))
		many, long := costs(item(large))
		for i, r := range requests {
			if least := max(few[i], 20*small); many[i] > large/small*4*least+8<<20 {
				t.Errorf("%s: %s allocates %d bytes where the item has %d, and %d where that has %d", name, r.target, few[i], small, many[i], large)
			}
			if long[i] > large/small*2*max(short[i], small) {
				t.Errorf("%s: %s is %d bytes long where the item has %d, and %d where that has %d", name, r.target, short[i], small, long[i], large)
			}
		}
	}
}
