package feeds

import (
	"crypto/sha256"
	"time"
)

// Digest stands for some content: other content has another Digest. The zero
// Digest stands for content that is not known.
type Digest [16]byte

// DigestOf is the Digest of b.
func DigestOf(b []byte) (d Digest) {
	sum := sha256.Sum256(b)
	copy(d[:], sum[:])
	return d
}

// Facts are what is remembered of an article beyond what its file says: see package
// ledger. A zero time leaves that of the file.
type Facts struct {
	ID        string
	FirstSeen time.Time
	Published time.Time
	Updated   time.Time

	Lost bool // what was remembered is lost, so nothing else here holds, and the article can't be shown anew
}
