package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

// LeftFeed is a feed that an article has left, while it stayed in others.
type LeftFeed struct {
	Feed feeds.Tag `json:"feed"` // as the article wrote it; older ledgers have it folded
	When time.Time `json:"when"` // UTC, in whole seconds
}

var bucketLeft = []byte("left") // id → LeftFeeds

// updateLeft takes down which feeds an article has left and which it has come back
// to: it was shown in some, and is in others now.
func (u *update) updateLeft(id string, from, to []feeds.Tag) {
	before := u.l.left[id]
	if len(from)+len(before) == 0 || slices.Equal(from, to) {
		return
	}
	now := map[feeds.Tag]bool{}
	for _, t := range to {
		now[folded(t)] = true
	}
	left := slices.DeleteFunc(slices.Clone(before), func(d LeftFeed) bool {
		return now[folded(d.Feed)] || u.now.Sub(d.When) > keepGone
	})
	for _, t := range from {
		if !now[folded(t)] {
			left = append(left, LeftFeed{Feed: t, When: u.now})
		}
	}
	if slices.Equal(before, left) {
		return
	}
	if u.l.left[id] = left; len(left) == 0 {
		delete(u.l.left, id)
	}
	u.l.unwritten[id] = true
	u.l.removals.add(id)
}

func folded(t feeds.Tag) feeds.Tag { return feeds.Tag{Kind: t.Kind, Name: feeds.Fold(t.Name)} }

// loadLeft reads which feeds articles have left.
func (l *Ledger) loadLeft(tx *bbolt.Tx) error {
	return each(tx, bucketLeft, func(id, v []byte) error {
		left, err := decodeLeft(id, v)
		l.left[string(id)] = left
		return err
	})
}

func decodeLeft(id, v []byte) (left []LeftFeed, err error) {
	if err := json.Unmarshal(v, &left); err != nil {
		return nil, fmt.Errorf("feeds that %s has left are damaged: %w", id, err)
	}
	return left, nil
}

// writeLeft stores what has changed; the caller clears unwritten after it.
func (l *Ledger) writeLeft(w *recordWriter) {
	for _, id := range inOrder(l.unwritten) {
		if len(l.left[id]) > 0 {
			w.json(bucketLeft, id, l.left[id])
		} else {
			w.erase(bucketLeft, id)
		}
	}
}
