package builder

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
)

// recentTime is for how long the guard remembers single articles. Those that left
// count again with others that follow, because one accident may come in many small
// rounds. Those that came may change: whatever copies files writes many of them twice.
const recentTime = 10 * time.Minute

// Names of dates in the ledger that are no document's.
const (
	dateHeld     = "held"     // since when something is held
	dateAccepted = "accepted" // when a change set was accepted
)

// hold is what the guard remembers between rounds.
type hold struct {
	now      atomic.Pointer[feeds.Hold] // nil: nothing is held
	lost     atomic.Pointer[feeds.Hold] // the articles whose records are lost; nil for none
	accepted atomic.Pointer[string]     // fingerprint of the change set that may pass, or AcceptAny
	waiting  map[string]loaded          // files of the last round, if that is held
	arrived  map[string]time.Time       // articles that came while the program ran, by path, and when
}

// AcceptAny accepts whatever the next round brings. See [Builder.Accept].
const AcceptAny = "*"

// Accept lets the next round pass if the change set it would hold has this
// fingerprint, and makes Run begin that round. It is safe at any time.
func (b *Builder) Accept(fingerprint string) {
	b.hold.accepted.Store(&fingerprint)
	select {
	case b.again <- struct{}{}:
	default: // about to begin
	}
}

// Held is the change set that is kept from readers now; nil if there is none.
func (b *Builder) Held() *feeds.Hold { return b.hold.now.Load() }

// guard holds a round that is too much: it leaves in it only what no reader sees.
func (b *Builder) guard(r *round) {
	held := b.decide(r)
	for _, l := range r.files {
		if b.hold.waiting[l.path].article == l.article {
			delete(b.hold.waiting, l.path)
		}
	}
	for _, l := range b.hold.waiting { // and was read anew, or is gone
		b.texts.drop(l.article)
	}
	b.hold.waiting = nil
	if !held {
		return
	}
	b.hold.waiting = make(map[string]loaded, len(r.files))
	for _, l := range r.files {
		b.hold.waiting[l.path] = l
	}
	b.keepUnseen(r)
}

// decide reports whether a round is to be held, and tells everybody of a difference.
func (b *Builder) decide(r *round) bool {
	accepted := b.hold.accepted.Swap(nil)
	before, now := b.Held(), b.weigh(r)
	log := b.opt.Logger
	if now != nil && accepted != nil && (*accepted == AcceptAny || *accepted == now.Fingerprint) {
		log.Warn("change set accepted", "what", now.String())
		now = nil
		b.setDate(dateAccepted, b.opt.Now())
	} else if now != nil && accepted != nil {
		log.Warn("not accepted: another change is held back by now; look again", "what", now.String())
	}
	switch {
	case now == nil && before != nil:
		b.setDate(dateHeld, time.Time{})
	case now != nil && before != nil:
		now.Since = before.Since
	case now != nil:
		if at := b.opt.Ledger.Date(dateHeld).At; r.first && !at.IsZero() { // it was held before the restart
			now.Since = at
		}
		b.setDate(dateHeld, now.Since)
	}
	b.hold.now.Store(now)
	if b.opt.OnHeld != nil && fingerprint(now) != fingerprint(before) {
		b.opt.OnHeld(b.Acceptable())
	}
	// This is logged last, when Held already says the same.
	switch {
	case now == nil && before != nil:
		log.Info("nothing is held back any more")
	case now != nil && before == nil:
		log.Error("held: too much would change at once; subscribers see nothing of it until the articles are put back or feedmill accept is run", "what", now.String(), "ready", !r.first)
	}
	return now != nil
}

func fingerprint(h *feeds.Hold) string {
	if h == nil {
		return ""
	}
	return h.Fingerprint
}

func (b *Builder) setDate(name string, at time.Time) {
	b.opt.Ledger.SetDate(name, ledger.Date{At: at.UTC().Truncate(time.Second)})
	b.newDates.Store(true)
}

// weigh compares a round with what readers know; nil where it is not too much. A
// small round, as nearly all are, costs nothing.
func (b *Builder) weigh(r *round) *feeds.Hold {
	if b.opt.Guard.Off() {
		return nil
	}
	left := b.recentlyLeft(r)
	if !r.first && r.differ+len(left) <= b.opt.Guard.Items {
		return nil
	}
	seen, lost := b.sightings(r)
	effects := b.opt.Ledger.Preview(b.opt.Now(), seen, lost)
	effects = slices.DeleteFunc(effects, func(e ledger.Effect) bool {
		return b.notShown(e.Path) || e.Changed && b.hold.arriving(e.Path, b.opt.Now())
	})
	if len(effects) == 0 || len(effects)+len(left) <= b.opt.Guard.Items {
		return nil
	}
	worst := b.worst(effects, left)
	if worst != nil {
		worst.Since, worst.Fingerprint = b.opt.Now().UTC().Truncate(time.Second), fingerprintOf(effects)
	}
	return worst
}

// sightings are the articles that a round has read, and the paths of those that are
// gone.
func (b *Builder) sightings(r *round) (seen []ledger.Article, gone []string) {
	lost := map[string]bool{}
	for _, path := range r.gone {
		lost[path] = true
	}
	if r.first && !b.texts.whole { // what cannot be shown is gone, whatever the reason
		for path := range b.stamps {
			lost[path] = b.catalog.Get(path) == nil
		}
	}
	for _, l := range r.files {
		switch {
		case l.err == nil:
			seen = append(seen, b.sighting(&l))
			delete(lost, l.path)
		case errors.Is(l.err, fs.ErrNotExist):
			lost[l.path] = true
		}
	}
	maps.DeleteFunc(lost, func(_ string, is bool) bool { return !is })
	return seen, slices.Collect(maps.Keys(lost))
}

// sighting is an article that was read, with the id by which readers know the one that
// lies there until now.
func (b *Builder) sighting(l *loaded) ledger.Article {
	a := l.forLedger()
	if old := b.catalog.Get(l.path); old != nil && b.catalog.Absent(l.path) == "" {
		a.Shown = old.ID()
	}
	return a
}

// worst counts effects, and what has left before, for each feed and returns the
// count of the one hit hardest among those with more than the guard allows; the
// feed of everything goes first.
func (b *Builder) worst(effects []ledger.Effect, left []ledger.Record) *feeds.Hold {
	count := map[feeds.Tag]*feeds.Hold{} // by kind and folded name
	folds := map[string]string{}
	each := func(r ledger.Record, do func(*feeds.Hold)) {
		for _, t := range r.Feeds { // that of everything first; none for what was never shown
			fold, ok := folds[t.Name]
			if !ok {
				fold = feeds.Fold(t.Name)
				folds[t.Name] = fold
			}
			ref := feeds.Tag{Kind: t.Kind, Name: fold}
			if count[ref] == nil {
				count[ref] = &feeds.Hold{Feed: strings.TrimSpace(t.Kind.String() + " " + t.Name)}
			}
			do(count[ref])
		}
	}
	for path, r := range b.opt.Ledger.Records() {
		if !b.notShown(path) {
			each(r, func(h *feeds.Hold) { h.Known++ })
		}
	}
	for _, r := range left {
		each(r, func(h *feeds.Hold) { h.Known, h.Vanished = h.Known+1, h.Vanished+1 })
	}
	for _, e := range effects {
		each(e.Record, func(h *feeds.Hold) {
			switch {
			case e.Vanished:
				h.Vanished++
			case e.Changed:
				h.Changed++
			default:
				h.Renewed++
			}
		})
	}
	var worst *feeds.Hold
	for _, h := range count {
		if !b.opt.Guard.Exceeded(h) {
			continue
		}
		if worst == nil || cmp.Or(cmp.Compare(h.Hit(), worst.Hit()), cmp.Compare(worst.Known, h.Known), strings.Compare(worst.Feed, h.Feed)) > 0 {
			worst = h
		}
	}
	if whole := count[feeds.Tag{}]; whole != nil && b.opt.Guard.Exceeded(whole) {
		worst = whole
	}
	if worst != nil && worst == count[feeds.Tag{}] {
		worst.Feed = "all feeds"
	}
	return worst
}

// fingerprintOf stands for a change set: which articles it harms, and how.
func fingerprintOf(effects []ledger.Effect) string {
	slices.SortFunc(effects, func(e, f ledger.Effect) int { return strings.Compare(e.Path, f.Path) })
	var text []byte
	for _, e := range effects {
		text = binary.AppendUvarint(text, uint64(len(e.Path)))
		text = append(text, e.Path...)
		text = append(text, e.Record.Digest[:]...)
		text = append(text, e.After[:]...)
	}
	return document.TagOf(text)
}

// keepUnseen leaves in a held round only what no reader sees: files that cannot be
// used, and articles that are scheduled or hidden and stay so, or go. That is taken
// over nevertheless, or time would bring out what by now is put off, hidden or
// removed.
func (b *Builder) keepUnseen(r *round) {
	r.files = slices.DeleteFunc(r.files, func(l loaded) bool {
		if l.err != nil && !errors.Is(l.err, fs.ErrNotExist) {
			return false
		}
		return !b.notShown(l.path) || l.err == nil && l.article.Hidden == "" && !l.article.NotBefore().After(r.now)
	})
	r.gone = slices.DeleteFunc(r.gone, func(path string) bool { return !b.notShown(path) })
	for _, l := range r.files {
		if l.err == nil { // it waits no more
			delete(b.hold.waiting, l.path)
		}
	}
}

// notShown reports whether the article of a path is in the catalog but in no feed.
func (b *Builder) notShown(path string) bool {
	return b.catalog.Get(path) != nil && b.catalog.Absent(path) != ""
}

// recentlyLeft is what left in the last minutes, if more leaves in this round. What
// was accepted, was due to expire or had just come does not count. While something
// is held it is what counted when that was held.
func (b *Builder) recentlyLeft(r *round) (records []ledger.Record) {
	now := b.opt.Now()
	if len(r.gone) == 0 && !slices.ContainsFunc(r.files, func(l loaded) bool { return l.leaves(now) }) {
		return nil
	}
	since := now
	if h := b.Held(); h != nil {
		since = h.Since
	}
	since = since.Add(-recentTime)
	if at := b.opt.Ledger.Date(dateAccepted).At; at.After(since) {
		since = at
	}
	for path, rec := range b.opt.Ledger.Gone(since) {
		a := b.catalog.Get(path)
		if due := a != nil && a.Expires().Equal(rec.Gone); !due && !b.hold.arriving(path, now) {
			records = append(records, rec)
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

// noteArrivals notes the new articles of a round. Those of the first round were
// there before.
func (b *Builder) noteArrivals(r *round) {
	if r.first {
		return
	}
	maps.DeleteFunc(b.hold.arrived, func(path string, _ time.Time) bool { return !b.hold.arriving(path, r.now) })
	for _, l := range r.files {
		if l.err == nil && b.catalog.Get(l.path) == nil {
			b.hold.arrived[l.path] = r.now
		}
	}
}

// arriving reports whether an article came within the last minutes.
func (h *hold) arriving(path string, now time.Time) bool {
	at, ok := h.arrived[path]
	return ok && now.Sub(at) < recentTime
}
