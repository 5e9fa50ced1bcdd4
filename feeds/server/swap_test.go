package server

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"feedmill/feeds/document"
)

// While snapshots are swapped, each answer comes from one of them as a whole: a
// page never says what another snapshot says, and a tag never names other bytes.
func TestSwap(t *testing.T) {
	src := new(holder)
	next := func(n int) *document.Snapshot {
		site := testSite()
		site.Title = fmt.Sprintf("Edition %d", n)
		return testSnapshot(site)
	}
	src.Store(next(0))
	h := NewHandler(src, testOptions(t))

	var mu sync.Mutex
	bytesOf := make(map[string]string) // by tag
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, target := range []string{"/rss.xml", "/", "/topics/ai/", "/topics/"} {
					w := ask(h, "GET", target)
					body, tag := w.Body.String(), w.Header().Get("ETag")
					mu.Lock()
					if old, ok := bytesOf[tag]; ok && old != body || w.Code != 200 {
						t.Errorf("%s: %d, tag %s names two bodies", target, w.Code, tag)
					}
					bytesOf[tag] = body
					mu.Unlock()
					if editions(body) > 1 {
						t.Errorf("%s mixes editions:\n%s", target, body)
					}
				}
			}
		})
	}
	for n := range 50 {
		src.Store(next(n))
		if got := ask(h, "GET", "/rss.xml").Body.String(); !strings.Contains(got, fmt.Sprintf("Edition %d\n", n)) {
			t.Errorf("edition %d is not served once it is there", n)
		}
	}
	close(stop)
	readers.Wait()
}

// editions counts the different editions that body names.
func editions(body string) int {
	seen := make(map[string]bool)
	for _, part := range strings.Split(body, "Edition ")[1:] {
		end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		seen[part[:max(end, 0)]] = true
	}
	return len(seen)
}

// Pages beyond the budget are forgotten and come back with the same bytes.
func TestBudget(t *testing.T) {
	snap := testSnapshot(testSite())
	snap.Cache = document.NewCache(40 << 10)
	h := NewHandler(holding(snap), testOptions(t))
	tags := make(map[string]string)
	for range 3 {
		for r := range resources(snap) {
			w := ask(h, "GET", r.Path)
			if w.Code != 200 {
				t.Fatalf("%s: %d", r.Path, w.Code)
			}
			tag := w.Header().Get("ETag")
			if old, ok := tags[r.Path]; ok && old != tag {
				t.Errorf("%s changed", r.Path)
			}
			tags[r.Path] = tag
			if size, kept := snap.Cache.Size(), entries(h); size > 40<<10 || size < kept*entryBytes {
				t.Fatalf("%d bytes in %d entries", size, kept)
			}
		}
	}
	if entries(h) == len(tags) {
		t.Error("everything fitted: the budget was not tested")
	}
	h.viewOf(testSnapshot(testSite()))
	if size := snap.Cache.Size(); size != 0 {
		t.Errorf("%d bytes of the former snapshot are kept", size)
	}
}

// entries counts what is in memory.
func entries(h *Handler) (n int) {
	for range h.view.Load().entries.Range {
		n++
	}
	return n
}

// However many ways there are to write an address, memory holds one entry.
func TestEntriesAreCanonical(t *testing.T) {
	h := testHandler(t)
	for _, path := range []string{"/topics/%61i/", "/topics/a%69/", "/topics/ai/", "/topics/AI/", "/nothing", "/topics/%zz/"} {
		h.Answer(handmade{target: path}, newest)
	}
	if n := entries(h); n > 1 {
		t.Errorf("%d entries", n)
	}
}
