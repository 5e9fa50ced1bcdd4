package articlecache

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Kinds of entries in the log. Each entry has its length and checksum before it; the
// checksum goes on from that of the entry before.
const (
	entryArticle  = 'A' // stamp, place of the text, metadata
	entryOther    = 'N' // stamp, path: a file that is no article
	entryRemoval  = 'G' // path: there is no file
	entrySettings = 'S' // fingerprint of the settings under which the files that follow were read
	entryCommit   = 'C' // instance and generation of the ledger, time, whether the ledger knows no other article
)

const (
	entryHead = 8       // bytes before an entry
	maxEntry  = 1 << 26 // more is damage
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendEntry appends an entry with the body that build appends. Its checksum is
// missing until seal.
func appendEntry(b []byte, build func([]byte) []byte) []byte {
	start := len(b)
	b = build(append(b, make([]byte, entryHead)...))
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-entryHead))
	return b
}

// seal gives entries their checksums, which go on from sum, and returns the last one.
func seal(b []byte, sum uint32) uint32 {
	for len(b) > 0 {
		end := entryHead + int(binary.BigEndian.Uint32(b))
		sum = crc32.Update(sum, castagnoli, b[entryHead:end])
		binary.BigEndian.PutUint32(b[4:], sum)
		b = b[end:]
	}
	return sum
}

// entries yields the body of each entry of a log, where it ends, and its checksum,
// until one is not whole. The first one is at end; chained says that each checksum goes
// on from the one before.
func entries(r io.Reader, end int64, chained bool, yield func(body []byte, end int64, sum uint32) bool) {
	in := bufio.NewReaderSize(r, 1<<16)
	var head [entryHead]byte
	var body []byte
	sum := uint32(0)
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint32(head[:]))
		if n == 0 || n > maxEntry {
			return
		}
		if n <= in.Size() { // no longer than what is there, whatever the length says
			var err error
			if body, err = in.Peek(n); err != nil {
				return
			}
			in.Discard(n)
		} else if body = readLong(in, n); body == nil {
			return
		}
		end += int64(entryHead + n)
		if !chained {
			sum = 0
		}
		sum = crc32.Update(sum, castagnoli, body)
		if sum != binary.BigEndian.Uint32(head[4:]) || !yield(body, end, sum) {
			return
		}
	}
}

func readLong(r io.Reader, n int) []byte {
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil || len(body) < n {
		return nil
	}
	return body
}
