package articlecache

import (
	"hash/crc32"
	"io"
)

// Files of the version before differ in this: they begin with the instance of the ledger
// as well, which commits leave out; each entry has a checksum of its own; and that of a
// text does not cover its place. They are only read: nothing is committed to them, and
// the first Compact rewrites them.
const (
	oldMagic    = "feedmill cache 2\n"
	oldHeadSize = headSize + len(state{}.instance)
)

// start is where the first entry of the log lies, and the first text.
func (c *Cache) start() int64 {
	if c.oldHead != nil {
		return int64(oldHeadSize)
	}
	return int64(headSize)
}

// checksumIn is that of a text at a place of a file.
func checksumIn(f *textFile, off int64, text []byte) uint32 {
	if f.old {
		return crc32.Checksum(text, castagnoli)
	}
	return checksum(off, text)
}

// replayOld is replay for files of the version before.
func (r *replay) replayOld(in io.Reader, head []byte) {
	copy(r.state.instance[:], head[headSize:])
	entries(in, int64(oldHeadSize), false, r.add)
}
