package ledger

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
	"feedmill/feeds/internal/packed"
	"feedmill/feeds/ledger/internal/boltfile"
)

// contents is what a ledger's file holds, as read without bbolt.
type contents struct {
	pages   *boltfile.Reader // nil if neither meta page makes sense
	problem error            // then, why
	version string           // of the format; empty where it is not stated
	sum     summary
	summed  bool                  // there is a summary with its seal
	parts   [len(parts)]tally     // of the records whose seals are right
	broken  []key                 // those whose seals are not; at most maxBroken
	oldFlag bool                  // see keyOldFlag
	older   [len(oldState)][]byte // of format 3 and before, what it says of itself
}

// key is the name of a record.
type key struct {
	part int
	name string
}

const maxBroken = 1 << 16

// examine reads a file from end to end.
func examine(file io.ReaderAt, size int64) *contents {
	c := &contents{}
	if c.pages, c.problem = boltfile.NewReader(file, size); c.problem != nil {
		return c
	}
	c.pages.Found = c.note
	c.pages.ReadAll()
	return c
}

// note takes note of a record.
func (c *contents) note(bucket, k, v []byte) {
	if bytes.Equal(bucket, bucketMeta) {
		c.noteMeta(k, v)
		return
	}
	i := partOf(bucket)
	if i < 0 {
		return
	}
	if _, _, ok := unseal(bucket, k, v); ok {
		c.parts[i].add(v)
	} else if len(c.broken) < maxBroken {
		c.broken = append(c.broken, key{i, string(k)})
	}
}

func (c *contents) noteMeta(k, v []byte) {
	switch string(k) {
	case string(keyVersion):
		c.version = string(v)
	case string(keySummary):
		if s, err := parseSummary(v); err == nil {
			c.sum, c.summed = s, true
		}
	case keyOldFlag:
		c.oldFlag = true
	}
	for i, name := range oldState {
		if string(k) == name {
			c.older[i] = bytes.Clone(v)
		}
	}
}

// older reports whether it is a sound file of format 1, 2 or 3.
func (c *contents) isOlder() bool {
	return c.problem == nil && older(c.version) && !c.summed
}

// foreign reports whether it was written by a version of this program that is not known:
// a file that is damaged can't say so.
func (c *contents) foreign() bool {
	return c.problem == nil && len(c.pages.Errs) == 0 && !c.summed && c.version != version && !older(c.version) &&
		c.version != "" && strings.Trim(c.version, "0123456789") == ""
}

// damage says what is wrong; nil if everything is as it was written.
func (c *contents) damage() error {
	switch {
	case c.problem != nil:
		return c.problem
	case len(c.pages.Errs) > 0:
		return c.pages.Errs[0]
	case !c.summed:
		return fmt.Errorf("what it says of itself can't be read")
	case c.version != version:
		return fmt.Errorf("its version is said to be %q", c.version)
	case len(c.broken) > 0:
		b := c.broken[0]
		return fmt.Errorf("%d records do not have the checksums that they were written with: the first is that of %q in %s", len(c.broken), b.name, parts[b.part])
	}
	for i, t := range c.sum.parts {
		if c.parts[i] != t {
			return fmt.Errorf("%s has %d records, and not the %d that were written last", parts[i], c.parts[i].count, t.count)
		}
	}
	for _, name := range append(parts[:], bucketMeta) {
		if !containsName(c.pages.Buckets, name) {
			return fmt.Errorf("part %q is missing", name)
		}
	}
	return nil
}

func containsName(names []string, name []byte) bool {
	return slices.Contains(names, string(name))
}

// records are sealed records by bucket and key.
type records [len(parts)]map[string][]byte

func newRecords() *records {
	var r records
	for i := range r {
		r[i] = map[string][]byte{}
	}
	return &r
}

// put adds a sealed record, unless there is a newer one.
func (r *records) put(i int, k string, v []byte) {
	if was, ok := r[i][k]; !ok || serialOf(was) < serialOf(v) {
		r[i][k] = v
	}
}

func (r *records) merge(others ...*records) *records {
	all := newRecords()
	for _, o := range append([]*records{r}, others...) {
		for i := range o {
			for k, v := range o[i] {
				all.put(i, k, v)
			}
		}
	}
	return all
}

func (r *records) tally() (t [len(parts)]tally) {
	for i := range r {
		for _, v := range r[i] {
			t[i].add(v)
		}
	}
	return t
}

// pieces is what can be had from a file that is damaged.
type pieces struct {
	reached *records // what the trees of the buckets lead to
	orphans *records // that were in use, and that no tree leads to
	freed   *records // that were in use earlier, and may be still
	sum     summary  // the newest
	summed  bool
	newest  uint64 // serial of the transaction that wrote the file last, as far as the file shows
	sure    bool   // sum is of that transaction
}

// collect reads what is left of a file.
func collect(file io.ReaderAt, size int64) *pieces {
	p := &pieces{reached: newRecords(), orphans: newRecords(), freed: newRecords()}
	r, err := boltfile.NewReader(file, size)
	if err != nil {
		return p
	}
	into := func(to *records) {
		r.Found = func(bucket, k, v []byte) { p.take(to, bucket, k, v) }
	}
	into(p.reached)
	r.ReadAll()
	into(p.orphans)
	r.ReadOrphans(false)
	into(p.freed)
	r.ReadOrphans(true)
	if p.summed && r.Txn() > p.sum.txn {
		p.newest = max(p.newest, p.sum.serial+r.Txn()-p.sum.txn)
	}
	p.sure = p.summed && p.newest == p.sum.serial && (r.Sure && p.sum.txn == r.Txn() || !r.Sure && p.sum.txn == r.Txn()+1)
	return p
}

// take keeps a record whose seal is right. That tells its bucket, too.
func (p *pieces) take(to *records, bucket, k, v []byte) {
	if bytes.Equal(k, keySummary) {
		if s, err := parseSummary(v); err == nil && (!p.summed || p.sum.serial < s.serial) {
			p.sum, p.summed, p.newest = s, true, max(p.newest, s.serial)
		}
		return
	}
	for i, name := range parts {
		if bucket != nil && !bytes.Equal(bucket, name) && partOf(bucket) >= 0 {
			continue
		}
		if _, at, ok := unseal(name, k, v); ok {
			p.newest = max(p.newest, at)
			to.put(i, string(k), bytes.Clone(v))
			return
		}
	}
}

// convert reads a file of format 3 or before. What is damaged in it is left out.
func convert(file io.ReaderAt, size int64, c *contents) (all *records, sum summary, damaged []key) {
	all, sum = newRecords(), summary{old: older12(c.version) || c.oldFlag}
	sum.load(c.older)
	r, err := boltfile.NewReader(file, size)
	if err != nil {
		return all, sum, nil
	}
	r.Found = func(bucket, k, v []byte) {
		i := partOf(bucket)
		if i < 0 || sum.isBegun(c, i) {
			return
		}
		v, ok := modern(i, k, v, older12(c.version))
		if !ok || len(k) == 0 || len(k) > bbolt.MaxKeySize {
			damaged = append(damaged, key{i, string(k)})
			return
		}
		all.put(i, string(k), seal(v, 0, bucket, k, 1))
	}
	r.ReadAll()
	return all, sum, damaged
}

// modern is the value of an older format as this one has it, in memory of its own; not
// ok if it is damaged. What the dates of formats 1 and 2 stood for can't be compared any
// more.
func modern(part int, k, v []byte, early bool) (now []byte, ok bool) {
	now, err := bytes.Clone(v), error(nil)
	switch string(parts[part]) {
	case string(bucketLive), string(bucketGone):
		var r Record
		r, err = decode(k, v)
		if err == nil && r.ID == "" {
			err = packed.ErrMalformed
		}
	case string(bucketNames):
		_, err = decodeName(k, v)
	case string(bucketLeft):
		_, err = decodeLeft(k, v)
	case string(bucketDates):
		var d Date
		if d, err = decodeDate(k, v); early {
			d.Of = feeds.Digest{}
		}
		now = packed.AppendTime(d.Of[:], d.At)
	}
	return now, err == nil
}
