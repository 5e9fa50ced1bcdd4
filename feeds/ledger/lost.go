package ledger

import (
	"cmp"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// Loss is an article whose record is lost: what its id is, or since when it has been
// there, nobody knows. It is held until that is known, or somebody does not care.
type Loss struct {
	Path  string // where the article lies
	Cause string // what became of the record, for people
}

// Lost lists the articles whose records are lost, by path. [Ledger.Update] holds
// them: what it returns for them says so.
func (l *Ledger) Lost() []Loss {
	l.mu.Lock()
	defer l.mu.Unlock()
	return lossesOf(l.lost)
}

func lossesOf(lost map[string]loss) []Loss {
	all := make([]Loss, 0, len(lost))
	for _, p := range slices.Sorted(maps.Keys(lost)) {
		all = append(all, Loss{p, lost[p].cause})
	}
	return all
}

// Forgot looks whether another program has written to the file, mends it then, and reports
// whether records may be lost, or are those of an older copy, so that
// [Ledger.CatchUp] can help.
func (l *Ledger) Forgot() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.damage = l.heal(l.outside())
	return l.incomplete || len(l.copied) > 0
}

// AllSeen takes note that every article that is there has been in a call of Update
// since the ledger was opened. From then on one that has no record is new.
func (l *Ledger) AllSeen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.incomplete = false
	for p := range l.lost {
		if !l.held[p] { // there is no such article
			l.unlose(p)
		}
	}
}

// AcceptLost gives up what is lost: the articles are new when Update next sees them.
func (l *Ledger) AcceptLost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acceptLost()
}

func (l *Ledger) acceptLost() {
	l.incomplete = false
	for p := range l.lost {
		l.unlose(p)
	}
}

func (l *Ledger) unlose(p string) {
	if _, ok := l.lost[p]; ok {
		delete(l.lost, p)
		delete(l.held, p)
		l.unlisted[p] = true
	}
}

func (l *Ledger) lose(p string, x loss) {
	l.lost[p] = x
	l.unlisted[p] = true
}

// holds reports whether an article without a record is one whose record is lost. One
// that states its id needs none, and one whose id and date are known gets it back.
func (u *update) holds(s *seenArticle) bool {
	l := u.l
	x, lost := l.lost[s.Path]
	switch {
	case s.Explicit:
		l.unlose(s.Path)
		return false
	case lost && x.id != "" && !s.Published.IsZero():
		s.known, s.from = true, s.Path
		s.record = Record{ID: x.id, FirstSeen: s.Published.UTC(), Stated: s.Stated, Link: s.Link, Digest: s.Digest, Content: s.Content}
		l.set(s.Path, s.record)
		l.unlose(s.Path)
		l.log.Warn("record made again of the article's id and date", "path", s.Path, "id", x.id)
		return false
	case !lost && l.incomplete:
		l.lose(s.Path, loss{cause: "the ledger has no record of it, and some are lost"})
	case !lost && u.lostLeft:
		l.lose(s.Path, loss{cause: "it may be an article that lay elsewhere and whose record in the ledger is lost"})
	case !lost:
		return false
	}
	l.held[s.Path] = true
	return true
}

func (l *Ledger) loadLost(tx *bbolt.Tx) error {
	l.incomplete = l.sum.incomplete
	return each(tx, bucketLost, func(p, v []byte) error {
		x, err := decodeLoss(v)
		l.lost[string(p)] = x
		return err
	})
}

// writeLost stores what has changed.
func (l *Ledger) writeLost(w *recordWriter) {
	w.sum.incomplete = l.incomplete
	for _, p := range inOrder(l.unlisted) {
		if x, ok := l.lost[p]; ok {
			w.losses(map[string]loss{p: x})
		} else {
			w.erase(bucketLost, p)
		}
	}
}

// writeLosses writes what is lost, if that has changed.
func (l *Ledger) writeLosses() error {
	if len(l.unlisted) == 0 && l.incomplete == l.sum.incomplete {
		return nil
	}
	return l.writeTx(func(w *recordWriter) error { return w.err })
}

func (w *recordWriter) losses(lost map[string]loss) {
	for _, p := range slices.Sorted(maps.Keys(lost)) {
		x := lost[p]
		w.store(bucketLost, p, len(x.id)+len(x.cause)+20, x.append)
	}
}

// allLost is what is lost by now, and what was before and still is.
func (out *salvaged) allLost() map[string]loss {
	all := map[string]loss{}
	for p, v := range out.records[partOf(bucketLost)] {
		if x, err := decodeLoss(v[:len(v)-sealSize]); err == nil && out.records[partOf(bucketLive)][p] == nil {
			all[p] = x
		}
	}
	for p, x := range out.lost {
		if p == "" || len(p) > bbolt.MaxKeySize { // of a page whose sizes are damaged: no path, and nothing that can be stored
			continue
		}
		all[p] = loss{cmp.Or(x.id, all[p].id), x.cause}
	}
	return all
}
