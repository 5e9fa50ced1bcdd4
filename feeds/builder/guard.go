package builder

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
)

// Guard says when a change set is held: when it makes more than Items and more
// than Percent of the known articles of a feed, or of all, vanish, change, or
// come back as new. What has left in the last minutes counts along: see departed.
// The zero Guard holds nothing, nor does one of 100 percent.
// New articles alone are never held, nor are changes of those that came within
// the last minutes: see arrivals.
type Guard struct {
	Items   int
	Percent int
}

func (g Guard) off() bool { return g == Guard{} || g.Percent >= 100 }

func (g Guard) exceeded(hit, known int) bool { return hit > g.Items && hit*100 > g.Percent*known }

// AcceptAny accepts whatever the next round brings. See [Builder.Accept].
const AcceptAny = "*"

// Accept lets the next round pass if the change set it would hold has this
// fingerprint, and makes Run begin that round. It is safe at any time.
func (b *Builder) Accept(fingerprint string) {
	b.accepted.Store(&fingerprint)
	select {
	case b.again <- struct{}{}:
	default: // about to begin
	}
}

// Held is the change set that is kept from readers now; nil if there is none.
func (b *Builder) Held() *feeds.Hold { return b.held.Load() }

// guard reports whether a round has to be held.
func (b *Builder) guard(all []loaded, gone []string) bool {
	accepted := b.accepted.Swap(nil)
	before, hold := b.Held(), b.weigh(all, gone)
	log := b.opt.Logger
	if hold != nil && accepted != nil && (*accepted == AcceptAny || *accepted == hold.Fingerprint) {
		log.Warn("change set accepted", "what", hold.String())
		hold = nil
		b.mark(markAccepted, b.opt.Now())
	} else if hold != nil && accepted != nil {
		log.Warn("not accepted: what is held is another change set by now; look again", "what", hold.String())
	}
	switch {
	case hold == nil && before != nil:
		b.mark(markHeld, time.Time{})
	case hold != nil && before != nil:
		hold.Since = before.Since
	case hold != nil:
		if at := b.opt.Ledger.Date(markHeld).At; b.Snapshot() == nil && !at.IsZero() { // so it was before the restart
			hold.Since = at
		}
		b.mark(markHeld, hold.Since)
	}
	b.held.Store(hold)
	if b.opt.OnHeld != nil && name(hold) != name(before) {
		b.opt.OnHeld(hold)
	}
	// Last, so that whoever reads the log finds it so.
	switch {
	case hold == nil && before != nil:
		log.Info("nothing is held any more")
	case hold != nil && before == nil:
		log.Error("held: this is too much at once; readers see nothing of it until the articles are put back or feedmill accept is run", "what", hold.String(), "ready", b.Snapshot() != nil)
	}
	return hold != nil
}

func name(h *feeds.Hold) string {
	if h == nil {
		return ""
	}
	return h.Fingerprint
}

// weigh holds a round against what readers know. A small one, as nearly all are,
// costs nothing.
func (b *Builder) weigh(all []loaded, gone []string) *feeds.Hold {
	first := b.Snapshot() == nil
	if b.opt.Guard.off() {
		return nil
	}
	departed := b.departed(all, gone)
	if !first && len(all)+len(gone)+len(departed) <= b.opt.Guard.Items {
		return nil
	}
	var seen []ledger.Article
	lost := map[string]bool{}
	for _, path := range gone {
		lost[path] = true
	}
	if first && !b.whole { // what cannot be shown has vanished, whatever the reason
		for path := range b.stamps {
			lost[path] = b.catalog.Get(path) == nil
		}
	}
	for _, l := range all {
		switch {
		case l.err == nil:
			seen = append(seen, l.forLedger())
			delete(lost, l.path)
		case errors.Is(l.err, fs.ErrNotExist):
			lost[l.path] = true
		}
	}
	maps.DeleteFunc(lost, func(_ string, is bool) bool { return !is })
	effects := b.opt.Ledger.Preview(b.opt.Now(), seen, slices.Collect(maps.Keys(lost)))
	effects = slices.DeleteFunc(effects, func(e ledger.Effect) bool {
		return b.unseen(e.Path) || e.Changed && b.arriving(e.Path, b.opt.Now())
	})
	if len(effects) == 0 || len(effects)+len(departed) <= b.opt.Guard.Items {
		return nil
	}
	hold := b.worst(effects, departed)
	if hold != nil {
		hold.Since, hold.Fingerprint = b.opt.Now().UTC().Truncate(time.Second), fingerprint(effects)
	}
	return hold
}

// shelfRef names a feed in the ledger's words.
type shelfRef struct {
	kind feeds.Kind
	fold string
}

// worst counts effects, and what has departed before, for each feed and returns the
// count of the one hit hardest among those with more than the guard allows; the
// whole goes first.
func (b *Builder) worst(effects []ledger.Effect, departed []ledger.Record) *feeds.Hold {
	count := map[shelfRef]*feeds.Hold{}
	folds := map[string]string{}
	each := func(r ledger.Record, do func(*feeds.Hold)) {
		for _, t := range r.Feeds { // that of everything first; none for what was never shown
			fold, ok := folds[t.Name]
			if !ok {
				fold = feeds.Fold(t.Name)
				folds[t.Name] = fold
			}
			ref := shelfRef{t.Kind, fold}
			if count[ref] == nil {
				count[ref] = &feeds.Hold{Feed: strings.TrimSpace(t.Kind.String() + " " + t.Name)}
			}
			do(count[ref])
		}
	}
	for path, r := range b.opt.Ledger.Records() {
		if !b.unseen(path) {
			each(r, func(h *feeds.Hold) { h.Known++ })
		}
	}
	for _, r := range departed {
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
		if !b.opt.Guard.exceeded(h.Hit(), h.Known) {
			continue
		}
		if worst == nil || cmp.Or(cmp.Compare(h.Hit(), worst.Hit()), cmp.Compare(worst.Known, h.Known), strings.Compare(worst.Feed, h.Feed)) > 0 {
			worst = h
		}
	}
	if whole := count[shelfRef{}]; whole != nil && b.opt.Guard.exceeded(whole.Hit(), whole.Known) {
		worst = whole
	}
	if worst != nil && worst == count[shelfRef{}] {
		worst.Feed = "all feeds"
	}
	return worst
}

// fingerprint stands for a change set: which articles it harms, and how.
func fingerprint(effects []ledger.Effect) string {
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
