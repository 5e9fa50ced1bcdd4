package ledger

import "slices"

// losses is the ids of which something has changed in what [Ledger.Gone] and
// [Ledger.Left] tell, in that order, each as often as it has. The oldest are
// forgotten.
type losses struct {
	forgotten uint64
	ids       []string
}

// keptLosses is how many are kept at least: more than a round that is no rescan
// brings.
const keptLosses = 1 << 13

func (l *losses) add(id string) {
	if len(l.ids) == 2*keptLosses {
		l.forgotten += keptLosses
		l.ids = slices.Clone(l.ids[keptLosses:])
	}
	l.ids = append(l.ids, id)
}

func (l *losses) count() uint64 { return l.forgotten + uint64(len(l.ids)) }

// Losses counts the changes of what [Ledger.Gone] and [Ledger.Left] tell, and
// perhaps others.
func (l *Ledger) Losses() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.losses.count()
}

// LossesSince names the ids of which something has changed since Losses was n,
// perhaps repeatedly, and says what it is now; ok is false where that is
// forgotten. The caller must not change ids.
func (l *Ledger) LossesSince(n uint64) (ids []string, now uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.losses.count()
	if n < l.losses.forgotten || n > now {
		return nil, now, false
	}
	return slices.Clip(l.losses.ids[n-l.losses.forgotten:]), now, true
}

// LossesOf is what Gone and Left tell of one id, whenever it was.
func (l *Ledger) LossesOf(id string) (gone []Record, left []Departure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.gone.candidates().byID[id] {
		gone = append(gone, l.gone.records[p])
	}
	for _, d := range l.left[id] {
		d.ID = id
		left = append(left, d)
	}
	return gone, left
}
