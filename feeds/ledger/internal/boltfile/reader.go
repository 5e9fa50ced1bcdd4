// Package boltfile reads and locks files of bbolt without bbolt: every offset is
// checked, no page is followed twice, and nothing is mapped into memory. So any bytes
// are read to an end, and what bbolt would panic, hang or allocate without end over is
// an error. A file that passes can be given to bbolt.
//
// A file is made of pages of one size. Pages 0 and 1 are meta pages, of which the one
// with the higher transaction counts. It names the page of the root bucket and that of
// the free list. A bucket is a B+ tree of pages; the root bucket has the others.
package boltfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
)

const (
	pageHead    = 16 // id uint64, flags uint16, count uint16, overflow uint32
	elementSize = 16 // of a branch: position uint32, key size uint32, page uint64; of a leaf: flags, position, key size, value size uint32
	bucketHead  = 16 // root page uint64, zero for a page that follows; sequence uint64
	metaSize    = 64 // magic, version, page size, flags uint32; root, sequence, free list, end, transaction, checksum uint64

	flagBranch, flagLeaf, flagMeta, flagFree = 1, 2, 4, 16

	metaMagic, metaVersion = 0xED0CDAED, 2
	noFreeList             = 1<<64 - 1
	minPage, maxPage       = 1 << 10, 1 << 24
	maxDepth               = 40      // levels of pages in one tree
	maxRun                 = 1 << 26 // bytes of pages that belong together
)

var native = binary.NativeEndian

// meta is a meta page.
type meta struct {
	pageSize             int
	root, free, end, txn uint64 // end is the number of the first page that is not used
}

// Reader reads the pages of a file. It must not be used concurrently.
type Reader struct {
	// Found is called with each record. Its bucket is nil where that is not known. The
	// slices are only valid during the call.
	Found func(bucket, key, value []byte)

	Only    string   // the only bucket to be read; empty for all
	Buckets []string // those that the root bucket has
	Errs    []error  // what is wrong, at most 20
	Sure    bool     // both meta pages are sound, and of one transaction and the next

	file io.ReaderAt
	size int64 // of the file, in bytes
	meta
	seen  []uint64 // bits of the pages that are part of something
	freed []uint64 // bits of the pages that the free list names
	buf   [maxDepth][]byte
}

// ErrLocked says that another process has the file open.
var ErrLocked = errors.New("another process has the file open")

const maxErrors = 20

func (p *Reader) fail(format string, args ...any) {
	if len(p.Errs) < maxErrors {
		p.Errs = append(p.Errs, fmt.Errorf(format, args...))
	}
}

// NewReader reads the meta pages. The error says that neither makes sense.
func NewReader(file io.ReaderAt, size int64) (*Reader, error) {
	p := &Reader{file: file, size: size}
	one, sound := p.readMeta(0)
	found := []meta{}
	if sound {
		found = append(found, one)
		if two, ok := p.readMeta(int64(one.pageSize)); ok && two.pageSize == one.pageSize {
			found = append(found, two)
		}
	}
	for n := int64(minPage); !sound && n <= maxPage && len(found) == 0; n *= 2 {
		if two, ok := p.readMeta(n); ok && int64(two.pageSize) == n {
			found = append(found, two)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("neither of the two first pages is one of a ledger")
	}
	p.meta = slices.MaxFunc(found, func(a, b meta) int { return cmp.Compare(a.txn, b.txn) })
	if p.Sure = len(found) == 2 && p.txn-min(found[0].txn, found[len(found)-1].txn) == 1; !p.Sure {
		p.fail("one of the two first pages is damaged, or older")
	}
	if pages := uint64(size) / uint64(p.pageSize); p.end > pages {
		p.fail("the file ends at page %d of %d", pages, p.end)
		p.end = pages
	}
	p.seen, p.freed = make([]uint64, p.end/64+1), make([]uint64, p.end/64+1)
	return p, nil
}

// readMeta reads the meta page at an offset.
func (p *Reader) readMeta(off int64) (m meta, ok bool) {
	var b [pageHead + metaSize]byte
	if _, err := p.file.ReadAt(b[:], off); err != nil {
		return m, false
	}
	v := b[pageHead:]
	u32, u64 := func(at int) uint32 { return native.Uint32(v[at:]) }, func(at int) uint64 { return native.Uint64(v[at:]) }
	h := fnv.New64a()
	h.Write(v[:56])
	m = meta{pageSize: int(u32(8)), root: u64(16), free: u64(32), end: u64(40), txn: u64(48)}
	n := m.pageSize
	return m, native.Uint16(b[8:]) == flagMeta && u32(0) == metaMagic && u32(4) == metaVersion && u64(56) == h.Sum64() &&
		n >= minPage && n <= maxPage && n&(n-1) == 0 && m.end < 1<<40
}

// page reads a page with those that belong to it. It is valid until the next call with
// the same depth.
func (p *Reader) page(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= p.end {
		return nil, fmt.Errorf("page %d of %d does not exist", id, p.end)
	}
	b, err := p.read(id, 1, depth)
	if err != nil {
		return nil, err
	}
	more := uint64(native.Uint32(b[12:]))
	if native.Uint64(b) != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, native.Uint64(b))
	}
	if more >= p.end-id || (more+1)*uint64(p.pageSize) > maxRun {
		return nil, fmt.Errorf("page %d is said to go on for %d pages", id, more)
	}
	if more > 0 {
		return p.read(id, int(more+1), depth)
	}
	return b, nil
}

func (p *Reader) read(id uint64, pages, depth int) ([]byte, error) {
	n := pages * p.pageSize
	if len(p.buf[depth]) < n {
		p.buf[depth] = make([]byte, n)
	}
	b := p.buf[depth][:n]
	if _, err := p.file.ReadAt(b, int64(id)*int64(p.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return b, nil
}

// claim marks pages as part of something; false if one is already.
func (p *Reader) claim(id uint64, b []byte) bool {
	for i := range uint64(len(b) / p.pageSize) {
		if has(p.seen, id+i) {
			return false
		}
		p.seen[(id+i)/64] |= 1 << ((id + i) % 64)
	}
	return true
}

func has(bits []uint64, id uint64) bool { return bits[id/64]&(1<<(id%64)) != 0 }

// ReadAll reads every bucket, or that of Only, and then the free list.
func (p *Reader) ReadAll() {
	p.tree(nil, p.root, 0, bounds{})
	if p.Only == "" {
		p.freeList()
	}
}

// Txn is the number of the transaction that wrote the file last, by its meta page.
func (p *Reader) Txn() uint64 { return p.txn }

// InUse is how many bytes of the file may be in use, from its beginning.
func (p *Reader) InUse() int64 { return int64(p.end) * int64(p.pageSize) }

// bounds are what the keys of a page must lie between; nil for no bound.
type bounds struct{ from, to []byte }

// tree reads the tree below a page: of the bucket of a name, or of the root bucket,
// which has none.
func (p *Reader) tree(bucket []byte, id uint64, depth int, in bounds) {
	b, err := []byte(nil), error(nil)
	if depth == maxDepth {
		err = fmt.Errorf("page %d is more than %d levels deep", id, maxDepth)
	} else if b, err = p.page(id, depth); err == nil && !p.claim(id, b) {
		err = fmt.Errorf("page %d is used twice", id)
	}
	if err != nil {
		p.fail("%w", err)
		return
	}
	p.elements(bucket, id, b, depth, in)
}

// elements reads the elements of a branch or leaf. An element whose key or value does
// not lie in the page, or whose key is out of order, is left out.
func (p *Reader) elements(bucket []byte, id uint64, b []byte, depth int, in bounds) {
	flags, count := native.Uint16(b[8:]), int(native.Uint16(b[10:]))
	if flags != flagLeaf && flags != flagBranch || pageHead+count*elementSize > len(b) || flags == flagBranch && count == 0 {
		p.fail("page %d is neither branch nor leaf", id)
		return
	}
	last := in.from
	for i := range count {
		e := elementAt(b, i, flags)
		if !e.ok {
			p.fail("element %d of page %d does not lie in it", i, id)
			continue
		}
		if c := bytes.Compare(last, e.key); last != nil && (c > 0 || c == 0 && i > 0) || in.to != nil && bytes.Compare(e.key, in.to) >= 0 {
			p.fail("the keys of page %d are not in order", id)
			if flags == flagLeaf {
				p.give(bucket, e, depth)
			}
			continue
		}
		last = e.key
		if flags == flagLeaf {
			p.give(bucket, e, depth)
			continue
		}
		to := in.to
		if i+1 < count {
			if next := elementAt(b, i+1, flags); next.ok {
				to = next.key
			}
		}
		p.tree(bucket, e.page, depth+1, bounds{e.key, to})
	}
}

// give hands out a record, or reads the bucket that an element of the root bucket is.
func (p *Reader) give(bucket []byte, e element, depth int) {
	switch {
	case bucket != nil && e.bucket:
		p.fail("there is a bucket in bucket %q", bucket)
	case bucket != nil:
		p.Found(bucket, e.key, e.value)
	case !e.bucket || len(e.value) < bucketHead || len(e.key) == 0:
		p.fail("%q is no bucket", e.key)
	default:
		p.bucket(bytes.Clone(e.key), e.value, depth)
	}
}

// bucket reads a bucket from what the root bucket has of it.
func (p *Reader) bucket(name, v []byte, depth int) {
	if p.Buckets = append(p.Buckets, string(name)); p.Only != "" && p.Only != string(name) {
		return
	}
	if root := native.Uint64(v); root != 0 {
		p.tree(name, root, depth+1, bounds{})
	} else if v = v[bucketHead:]; len(v) >= pageHead && native.Uint16(v[8:]) == flagLeaf {
		p.elements(name, 0, v, depth, bounds{})
	} else {
		p.fail("bucket %q has no page", name)
	}
}

// element is one of a page.
type element struct {
	key, value []byte
	page       uint64 // of a branch
	bucket     bool
	ok         bool
}

// elementAt returns an element of a page; not ok where it does not lie in the page.
func elementAt(b []byte, i int, flags uint16) (e element) {
	at := pageHead + i*elementSize
	u32 := func(off int) uint64 { return uint64(native.Uint32(b[at+off:])) }
	if flags == flagBranch {
		from := uint64(at) + u32(0)
		to := from + u32(4)
		if e.ok = to <= uint64(len(b)); e.ok {
			e.key, e.page = b[from:to:to], native.Uint64(b[at+8:])
		}
		return e
	}
	from := uint64(at) + u32(4)
	mid := from + u32(8)
	to := mid + u32(12)
	if e.ok = to <= uint64(len(b)) && u32(0) <= 1; e.ok {
		e.key, e.value, e.bucket = b[from:mid:mid], b[mid:to:to], u32(0) == 1
	}
	return e
}

// freeList checks that no page is both free and used.
func (p *Reader) freeList() {
	if p.free == noFreeList {
		return
	}
	b, err := p.page(p.free, 0)
	if err != nil {
		p.fail("list of free pages: %w", err)
		return
	}
	count, at := uint64(native.Uint16(b[10:])), uint64(pageHead)
	if count == 0xFFFF {
		count, at = native.Uint64(b[pageHead:]), pageHead+8
	}
	if native.Uint16(b[8:]) != flagFree || !p.claim(p.free, b) || count > (uint64(len(b))-at)/8 {
		p.fail("page %d is no list of free pages", p.free)
		return
	}
	last := uint64(1)
	for i := range count {
		id := native.Uint64(b[at+i*8:])
		if id <= last || id >= p.end || has(p.seen, id) {
			p.fail("the list of free pages is damaged: page %d", id)
			return
		}
		p.freed[id/64] |= 1 << (id % 64)
		last = id
	}
}

// ReadOrphans reads the leaves that are part of nothing: those that are free, which hold
// what there was earlier, or the others, whose branch is damaged. Their bucket is not
// known: Found is given nil. It is to be called after ReadAll.
func (p *Reader) ReadOrphans(free bool) {
	for id := uint64(2); id < p.end; id++ {
		if has(p.seen, id) || has(p.freed, id) != free {
			continue
		}
		if b, err := p.page(id, 0); err == nil {
			p.orphan(b)
		}
	}
}

// orphan reads a leaf, and the buckets that lie in it.
func (p *Reader) orphan(b []byte) {
	if len(b) < pageHead || native.Uint16(b[8:]) != flagLeaf {
		return
	}
	for i := range min(int(native.Uint16(b[10:])), (len(b)-pageHead)/elementSize) {
		switch e := elementAt(b, i, flagLeaf); {
		case e.ok && !e.bucket:
			p.Found(nil, e.key, e.value)
		case e.ok && len(e.value) > bucketHead && len(e.value) < len(b):
			p.orphan(e.value[bucketHead:])
		}
	}
}
