package builder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

// renderBudget is how long rendering one article may take. Package article bounds what it
// takes by the length of the text, to much less than that: this is the last defence, for
// what is not foreseen there. An article that takes longer is shown plainly.
const renderBudget = 5 * time.Second

var errOverBudget = errors.New("rendering takes too long")

// budget renders articles as far as their budget goes. What it has decided about a version
// of an article holds as long as that is the last one that was slow to render, so that all
// documents show it in the same way. It is safe for concurrent use.
type budget struct {
	limit time.Duration // for one article
	log   *slog.Logger
	item  func(*article.Article, context.Context) (*feeds.Item, error)

	mu   sync.Mutex
	slow map[string]slowArticle // by path
}

// slowArticle is the version of an article that took much of the budget, or more.
type slowArticle struct {
	digest feeds.Digest
	plain  bool // else it takes its time, and ends
}

// render renders an article until making ends.
func (b *budget) render(making context.Context, a *article.Article) (*feeds.Item, error) {
	s := b.of(a)
	switch {
	case s.plain:
		return a.Plain()
	case s.digest == a.Digest:
		return b.item(a, making)
	}
	for range 2 { // the whole process may have been stopped for a while
		start := time.Now()
		it, err := b.item(a, &timed{making, start.Add(b.limit)})
		if !errors.Is(err, errOverBudget) {
			if err == nil && time.Since(start) > b.limit/4 {
				b.note(a, false)
			}
			return it, err
		}
	}
	b.note(a, true)
	b.log.Warn("article takes too long to render: it is shown as plain text", "path", a.Path, "limit", b.limit)
	return a.Plain()
}

// of is what was decided about this version of an article; zero for nothing.
func (b *budget) of(a *article.Article) slowArticle {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.slow[a.Path]; s.digest == a.Digest {
		return s
	}
	return slowArticle{}
}

func (b *budget) note(a *article.Article, plain bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.slow[a.Path] = slowArticle{a.Digest, plain}
}

// problems names the articles that are shown plainly, of those that get returns.
func (b *budget) problems(get func(path string) *article.Article) (all []*feeds.Problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for path, s := range b.slow {
		if a := get(path); a != nil && s.plain && s.digest == a.Digest {
			all = append(all, &feeds.Problem{Path: path, Message: fmt.Sprintf("rendering it takes longer than %s: it is shown as plain text until it is made simpler or shorter", b.limit)})
		}
	}
	return all
}

// timed is a context that also has an error after a time. Who works under it is to ask for
// that now and then: Done does not tell of the time. Unlike one with a timer, it costs next
// to nothing.
type timed struct {
	context.Context
	end time.Time
}

func (t *timed) Err() error {
	if err := t.Context.Err(); err != nil {
		return err
	}
	if time.Now().After(t.end) {
		return errOverBudget
	}
	return nil
}
