package ledger

import (
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// Formats 1 to 3 had no seals and no summary. In format 1, records are JSON; in it and in
// format 2, digests were made in another way: see Article.OldDigest. A file of theirs is
// written anew when it is opened: see convert.

// older reports whether a format is before that of version.
func older(v string) bool { return older12(v) || v == "3" }

// older12 reports whether digests were made in another way.
func older12(v string) bool { return v == "1" || v == "2" }

// What files of format 3 and before had in their meta bucket, beside keyVersion.
const keyOldFlag = "olddigests" // it was upgraded, and there can be records that are old

var oldState = [...]string{"instance", "generation", "begun"}

// load reads what a file of format 3 and before says of itself.
func (s *summary) load(older [len(oldState)][]byte) {
	if v := older[0]; len(v) == len(s.instance) {
		copy(s.instance[:], v)
	}
	if v := older[1]; len(v) == 8 {
		s.generation = binary.BigEndian.Uint64(v)
	}
}

// isBegun reports whether a part of an older file does not count, because it was not
// written to its end.
func (s *summary) isBegun(c *contents, part int) bool {
	return c.older[2] != nil && (part == partOf(bucketLive) || part == partOf(bucketIDs))
}

// endOld takes note that no record is old any more. While there can be some, each is
// written anew when its article is next read, which for those that are gone may be in a
// year, or never.
func (l *Ledger) endOld() error {
	if !l.sum.old || l.hasOld() {
		return nil
	}
	return l.writeTx(func(w *recordWriter) error { w.sum.old = false; return nil })
}

func (l *Ledger) hasOld() (has bool) {
	l.view(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketGone, bucketLive} {
			c := tx.Bucket(name).Cursor()
			for k, v := c.First(); k != nil && !has; k, v = c.Next() {
				has = len(v) > 0 && v[0] != packedRecord
			}
		}
		return nil
	})
	return has
}

// WantsOldDigests reports whether articles have to come with their OldDigest and
// OldContent.
func (l *Ledger) WantsOldDigests() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sum.old
}
