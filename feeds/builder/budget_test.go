package builder

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/watcher"
)

// takes renders an article named slow.md in a time, unless its context ends before.
func takes(took *time.Duration, count *int) func(*article.Article, context.Context) (*feeds.Item, error) {
	return func(a *article.Article, ctx context.Context) (*feeds.Item, error) {
		if a.Path == "slow.md" {
			*count++
			for end := time.Now().Add(*took); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
			}
		}
		return a.Item(ctx)
	}
}

func slowBuilder(t *testing.T, took *time.Duration, making context.Context) (*Builder, *disk, *strings.Builder, *int) {
	d := newDisk()
	d.write("slow.md", "---\ntitle: Slow\ndate: 1999-01-01\ntags: [a]\n---\nsome *slow* text\n")
	d.write("b.md", "---\ntitle: B\ndate: 1999-01-02\ntags: [a]\n---\nsome *other* text\n")
	log, count := new(strings.Builder), new(int)
	b := impatient(d, func(o *Options) { o.Logger, o.Making = textLogger(log), making })
	b.opt.items.item = takes(took, count)
	scan(t, b)
	return b, d, log, count
}

// TestSlowToRender shows an article plainly that takes longer than the budget, in all
// documents and for as long as it stays as it is, and says so.
func TestSlowToRender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := time.Minute
		b, d, log, count := slowBuilder(t, &took, nil)
		began := time.Now()
		docs := documents(t, b)
		if took := time.Since(began); took > 2*renderBudget+time.Second {
			t.Errorf("%d documents took %s", len(docs), took)
		}
		for path, body := range docs {
			if !bytes.Contains(body, []byte("some *slow* text")) || !bytes.Contains(body, []byte("<em>other</em>")) {
				t.Errorf("%s: %s", path, body)
			}
		}
		if *count != 2 || strings.Count(log.String(), "path=slow.md") != 1 {
			t.Errorf("rendered %d times, log %s", *count, log)
		}
		const want = "slow.md: rendering it takes longer than 5s: it is shown as plain text until it is made simpler or shorter"
		if p := problemsOf(b); p != want || len(b.Slow()) != 1 || b.Slow()[0].Error() != want {
			t.Errorf("problems: %s", p)
		}
		took = 0 // it would be fast by now, and stays as it is, made anew or not
		b.opt.items.known = map[form]*rendered{}
		d.write("c.md", "---\ntitle: C\ndate: 1999-01-03\ntags: [a]\n---\n")
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"c.md"}}); err != nil {
			t.Fatal(err)
		}
		for path, body := range documents(t, b) {
			if !bytes.Contains(body, []byte("some *slow* text")) {
				t.Errorf("%s: %s", path, body)
			}
		}
		d.write("slow.md", "---\ntitle: Slow\ndate: 1999-01-01\ntags: [a]\n---\nsome *fast* text\n")
		if err := b.Apply(t.Context(), watcher.Changes{Paths: []string{"slow.md"}}); err != nil {
			t.Fatal(err)
		}
		if problemsOf(b) != "" {
			t.Errorf("problems of another version: %s", problemsOf(b))
		}
		for path, body := range documents(t, b) {
			if !bytes.Contains(body, []byte("<em>fast</em>")) {
				t.Errorf("%s: %s", path, body)
			}
		}
	})
}

// TestSlowButRendered: an article that was rendered once, if slowly, is never shown plainly
// when that takes longer another time.
func TestSlowButRendered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := renderBudget - time.Second
		b, _, log, count := slowBuilder(t, &took, nil)
		before := documents(t, b)
		took = 3 * renderBudget
		b.opt.items.known = map[form]*rendered{}
		for _, l := range b.Snapshot().Listings {
			for _, f := range feeds.Formats {
				l.Forget(f)
			}
		}
		for path, body := range documents(t, b) {
			if !bytes.Equal(body, before[path]) || !bytes.Contains(body, []byte("<em>slow</em>")) {
				t.Errorf("%s: %s", path, body)
			}
		}
		if *count != 2 || strings.Contains(log.String(), "slow.md") || problemsOf(b) != "" {
			t.Errorf("rendered %d times, log %s, problems %s", *count, log, problemsOf(b))
		}
	})
}

// TestMakingEnds ends a document in the midst of an article, without a word and without
// anything kept of it.
func TestMakingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("the program ends")
		making, end := context.WithCancelCause(t.Context())
		took := renderBudget / 2
		b, _, log, _ := slowBuilder(t, &took, making)
		l := b.Snapshot().Listing(feeds.Key{})
		before := log.String()
		time.AfterFunc(renderBudget/4, func() { end(stop) })
		began := time.Now()
		if _, err := l.Document(feeds.Atom); !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took > renderBudget/4+time.Second {
			t.Errorf("ended after %s", took)
		}
		if log.String() != before || len(b.badDocuments()) != 0 || len(b.opt.items.known) != 1 { // that of b.md
			t.Errorf("log %s, bad %v, %d items", log, b.badDocuments(), len(b.opt.items.known))
		}
		if _, err := l.Document(feeds.RSS); err == nil {
			t.Error("another document is made")
		}
		if f := l.Feed(); f.Missing == nil {
			t.Error("a feed lacks articles without saying so")
		}
		if b.opt.items.cache.Size() > 4<<10 {
			t.Errorf("%d bytes kept", b.opt.items.cache.Size())
		}
	})
}
