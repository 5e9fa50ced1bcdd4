package builder

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/document"
)

// items renders articles, each once while the cache has room for it: the feeds
// that an article is in share its item and what is encoded of that. It is safe
// for concurrent use.
type items struct {
	cache  *document.Cache
	making context.Context // nothing is rendered after it has ended
	budget
	grown func(k *document.Cached, bytes int) // called for each fragment that is made

	mu     sync.Mutex
	known  map[form]*rendered
	latest map[string]*article.Article // by path: the version of which an item was asked for last
}

// form is an article in one of two lengths. Articles are told apart by identity:
// two that look alike to a reader may still differ in their bytes, and those of
// a revision must not change.
type form struct {
	of *article.Article
	length
}

type length bool

const (
	whole length = false
	brief length = true
)

// rendered is an item on its way into memory.
type rendered struct {
	document.Cached
	make   func()
	item   *feeds.Item
	weight int
	err    error
}

func newItems(making context.Context, c *document.Cache, limit time.Duration, log *slog.Logger) *items {
	return &items{
		cache: c, making: making, budget: budget{limit: limit, log: log, item: (*article.Article).Item, slow: map[string]slowArticle{}},
		grown: c.Grow, known: make(map[form]*rendered), latest: make(map[string]*article.Article),
	}
}

// of returns an article's item and its weight. Who asks first renders it, others
// wait. After an error the next to ask tries again.
func (x *items) of(p document.Part, a *article.Article, l length) (*feeds.Item, int, error) {
	r := x.entry(p, form{a, l})
	r.make()
	r.Use()
	return r.item, r.weight, r.err
}

// entry returns the entry of an article. What was made of another version of it gives
// way: else the cache would fill with what nobody asks for any more.
func (x *items) entry(p document.Part, f form) *rendered {
	r, former := x.find(p, f)
	for _, r := range former {
		x.cache.Drop(&r.Cached) // which calls back, so that mu must be free
	}
	return r
}

// forget drops what was made of the article at a path, which is gone.
func (x *items) forget(path string) {
	x.mu.Lock()
	former := x.made(x.latest[path])
	x.mu.Unlock()
	for _, r := range former {
		x.cache.Drop(&r.Cached)
	}
}

// made is what is known of a version of an article. The caller holds mu.
func (x *items) made(of *article.Article) (all []*rendered) {
	for _, l := range []length{whole, brief} {
		if r := x.known[form{of, l}]; r != nil {
			all = append(all, r)
		}
	}
	return all
}

func (x *items) find(p document.Part, f form) (r *rendered, former []*rendered) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if r := x.known[f]; r != nil {
		return r, nil
	}
	if last := x.latest[f.of.Path]; last != f.of {
		former = x.made(last)
		x.latest[f.of.Path] = f.of
	}
	r = &rendered{}
	forget := func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.known[f] == r {
			delete(x.known, f)
		}
		if x.latest[f.of.Path] == f.of && x.known[form{f.of, !f.length}] == nil {
			delete(x.latest, f.of.Path)
		}
	}
	r.make = sync.OnceFunc(func() {
		kept := false
		defer func() {
			if !kept { // not even where rendering panics
				forget()
			}
		}()
		if r.item, r.weight, r.err = x.make(f, &r.Cached); r.err == nil {
			kept = true
			x.cache.Keep(p, &r.Cached, r.weight, forget)
		}
	})
	x.known[f] = r
	return r, former
}

func (x *items) make(f form, k *document.Cached) (*feeds.Item, int, error) {
	it, err := x.budget.render(x.making, f.of)
	if err != nil {
		return nil, 0, err
	}
	if f.length == brief {
		it = shortened(it)
	}
	it = (&document.Shared{Grown: func(bytes int) { x.grown(k, bytes) }}).Of(it)
	return it, weight(it), nil
}
