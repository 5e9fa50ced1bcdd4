package builder

import (
	"fmt"
	"sync"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// lastGood remembers, for each format of a feed, the last revision whose document
// was good, and the problem of any newer one. It outlives revisions; of those, it
// keeps no more than one for a format in memory, and the documents as long as the
// cache has room.
type lastGood struct {
	mu      sync.Mutex
	newest  int // number of revisions so far
	formats [len(feeds.Formats)]struct {
		good    *document.Revision
		of      int   // number of the revision that good or problem is of
		problem error // nil: good is the newest that was asked for
	}
}

// checked makes a revision that takes the place of the last one document by
// document, each when it is first asked for and found good.
func (b *Builder) checked(p document.Part, k *lastGood, path func(feeds.Format) string, r *document.Revision) (checked *document.Revision) {
	k.mu.Lock()
	k.newest++
	number := k.newest
	k.mu.Unlock()
	checked = r.Until(b.opt.Making).Checked(b.opt.items.cache, p, func(f feeds.Format, feed *feeds.Feed, d *document.Document, err error) (good *document.Revision, failed error) {
		if err == nil {
			err = verify(feed, b.opt.Now())
		}
		good, news := k.record(number, f, checked, err)
		if err == nil {
			return nil, nil
		}
		if news {
			b.opt.Logger.Error("document is not good; the last good one stays, if there is one", "url", path(f), "err", err)
		}
		switch {
		case good != nil && good != checked:
			return good, nil
		case d != nil:
			return nil, nil // odd, and better than none
		}
		return nil, err
	})
	return checked
}

// record notes what became of a document, and returns the revision of the last good
// one and whether the problem is another than at the last attempt.
func (k *lastGood) record(number int, f feeds.Format, r *document.Revision, problem error) (good *document.Revision, news bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := &k.formats[f]
	if number < e.of { // somebody asks for an old revision late
		return e.good, true
	}
	news = number != e.of || e.problem == nil || problem == nil || e.problem.Error() != problem.Error()
	e.of, e.problem = number, problem
	if problem == nil {
		if e.good != nil && e.good != r {
			e.good.Forget(f)
		}
		e.good = r
	}
	return e.good, news
}

// badDocuments lists the documents that are not served because they are not good.
func (b *Builder) badDocuments() []*feeds.Problem {
	var all []*feeds.Problem
	for _, w := range b.windows {
		w.lastGood.mu.Lock()
		for i, e := range w.lastGood.formats {
			if e.problem != nil {
				all = append(all, &feeds.Problem{Message: fmt.Sprintf("%s: %s", w.meta.key.DocumentPath(feeds.Formats[i]), e.problem)})
			}
		}
		w.lastGood.mu.Unlock()
	}
	return all
}
