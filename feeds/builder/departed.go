package builder

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"feedmill/feeds/ledger"
)

// departedTime is for how long an article that left counts with those that follow:
// one accident may come in many small rounds.
const departedTime = 10 * time.Minute

// Names of dates in the ledger that are no path's.
const (
	markHeld     = "held"     // since when something is held
	markAccepted = "accepted" // when a change set was
)

func (b *Builder) mark(name string, at time.Time) {
	b.opt.Ledger.SetDate(name, ledger.Date{At: at.UTC().Truncate(time.Second)})
	b.noted.Store(true)
}

// departed is what left in the last minutes and was not accepted, nor due to expire,
// nor had just come, if more leaves in this round. While something is held it is what counted then.
func (b *Builder) departed(all []loaded, gone []string) (records []ledger.Record) {
	now := b.opt.Now()
	if len(gone) == 0 && !slices.ContainsFunc(all, func(l loaded) bool { return l.leaves(now) }) {
		return nil
	}
	since := now
	if h := b.Held(); h != nil {
		since = h.Since
	}
	since = since.Add(-departedTime)
	if at := b.opt.Ledger.Date(markAccepted).At; at.After(since) {
		since = at
	}
	for path, r := range b.opt.Ledger.Departed(since) {
		a := b.catalog.Get(path)
		if due := a != nil && a.Expires().Equal(r.Gone); !due && !b.arriving(path, now) {
			records = append(records, r)
		}
	}
	return records
}

// leaves reports whether a file that was looked at gives no article to be shown.
func (l *loaded) leaves(now time.Time) bool {
	if l.err != nil {
		return errors.Is(l.err, fs.ErrNotExist)
	}
	a := l.article
	return a.Hidden != "" || a.NotBefore().After(now) || !a.Expires().IsZero() && !a.Expires().After(now)
}
