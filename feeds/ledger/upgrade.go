package ledger

import (
	"errors"

	"go.etcd.io/bbolt"
)

// older reports whether a file is of a format before that of version: records are
// JSON in format 1; in both, digests were made in another way. See Article.OldDigest.
func older(v string) bool { return v == "1" || v == "2" }

// keyOld is in the meta bucket of a file that was upgraded while there can be
// records that are old. Each is written anew when its article is next read, which
// for those that are gone may be in a year, or never.
var keyOld = []byte("olddigests")

// upgrade makes a file of an older format one of this. What the dates stood for
// cannot be compared any more, so loadDates has left it out.
func (l *Ledger) upgrade(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if older(string(meta.Get(keyVersion))) {
		return errors.Join(meta.Put(keyVersion, []byte(version)), meta.Put(keyOld, []byte{1}), writeDates(tx.Bucket(bucketDates), l.dates.byName))
	}
	if l.old && !hasOld(tx) {
		l.old = false
		return meta.Delete(keyOld)
	}
	return nil
}

func hasOld(tx *bbolt.Tx) bool {
	for _, name := range [][]byte{bucketGone, bucketLive} {
		c := tx.Bucket(name).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if len(v) > 0 && v[0] != packedRecord {
				return true
			}
		}
	}
	return false
}

// WantsOldDigests reports whether articles have to come with their OldDigest and
// OldContent.
func (l *Ledger) WantsOldDigests() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.old
}
