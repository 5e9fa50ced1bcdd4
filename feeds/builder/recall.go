package builder

import (
	"time"

	"feedmill/feeds/ledger"
)

// Former is an article as the documents of an earlier run show it.
type Former struct {
	ID                 string
	Published, Updated time.Time // zero where they do not say
}

// recall gives articles the ids and dates under which an earlier run has published them,
// where neither the ledger nor the article cache knows them any more.
func (b *Builder) recall(r *round) {
	if !r.first || b.opt.Former == nil || !b.opt.Ledger.Forgot() && knowsAny(b.opt.Ledger) {
		return
	}
	former := b.opt.Former()
	var published []ledger.Published
	for _, l := range r.files {
		if l.err != nil || l.article.Explicit || b.opt.Ledger.Knows(l.path) {
			continue
		}
		it, err := l.article.Plain()
		if err != nil {
			continue
		}
		f, ok := former[it.URL]
		if !ok {
			continue
		}
		delete(former, it.URL) // an id belongs to one article
		p := ledger.Published{Article: forLedger(l.article), FirstSeen: f.Published, Updated: f.Updated}
		if p.ID = f.ID; p.FirstSeen.IsZero() {
			p.FirstSeen = r.now
		}
		published = append(published, p)
	}
	if len(published) == 0 {
		return
	}
	b.opt.Ledger.CatchUp(r.now, published, false, false)
	b.opt.Logger.Warn("the ledger has forgotten articles: their ids and dates are taken from the documents that were published last", "articles", len(published))
}

func knowsAny(l *ledger.Ledger) bool {
	for range l.Paths() {
		return true
	}
	return false
}
