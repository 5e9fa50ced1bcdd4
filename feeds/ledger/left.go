package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

// Departure is a feed that an article has left, while it stayed in others.
type Departure struct {
	ID   string    `json:"-"`
	Feed feeds.Tag `json:"feed"` // as the article wrote it; older ledgers have it folded
	When time.Time `json:"when"` // UTC, in whole seconds
}

var bucketLeft = []byte("left") // id → Departures

// Left lists the feeds that articles have left after since, in order of id and
// time.
func (l *Ledger) Left(since time.Time) []Departure {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Departure
	for id, left := range l.left {
		for _, d := range left {
			if d.When.After(since) {
				d.ID = id
				all = append(all, d)
			}
		}
	}
	slices.SortStableFunc(all, func(d, e Departure) int { return strings.Compare(d.ID, e.ID) })
	return all
}

// move notes which feeds an article has left and which it has come back to: it
// was shown in some and is in others now.
func (n *noting) move(id string, from, to []feeds.Tag) {
	before := n.l.left[id]
	if len(from)+len(before) == 0 || slices.Equal(from, to) {
		return
	}
	now := map[feeds.Tag]bool{}
	for _, t := range to {
		now[folded(t)] = true
	}
	left := slices.DeleteFunc(slices.Clone(before), func(d Departure) bool {
		return now[folded(d.Feed)] || n.now.Sub(d.When) > keepGone
	})
	for _, t := range from {
		if !now[folded(t)] {
			left = append(left, Departure{Feed: t, When: n.now})
		}
	}
	if slices.Equal(before, left) {
		return
	}
	if n.l.left[id] = left; len(left) == 0 {
		delete(n.l.left, id)
	}
	n.l.unwritten[id] = true
	n.l.losses.add(id)
}

func folded(t feeds.Tag) feeds.Tag { return feeds.Tag{Kind: t.Kind, Name: feeds.Fold(t.Name)} }

// loadLeft reads what was left not too long ago.
func (l *Ledger) loadLeft(b *bbolt.Bucket) error {
	return b.ForEach(func(id, v []byte) error {
		left, err := decodeLeft(id, v)
		l.left[string(id)] = left
		return err
	})
}

func decodeLeft(id, v []byte) (left []Departure, err error) {
	if err := json.Unmarshal(v, &left); err != nil {
		return nil, fmt.Errorf("what %s has left is damaged: %w", id, err)
	}
	return left, nil
}

// writeLeft stores what has changed; the caller clears unwritten after it.
func (l *Ledger) writeLeft(b *bbolt.Bucket) error {
	for id := range l.unwritten {
		left := l.left[id]
		if len(left) == 0 {
			if err := b.Delete([]byte(id)); err != nil {
				return err
			}
			continue
		}
		v, err := json.Marshal(left)
		if err != nil {
			return err
		}
		if err := b.Put([]byte(id), v); err != nil {
			return err
		}
	}
	return nil
}
