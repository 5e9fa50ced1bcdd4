package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"feedmill/feeds/internal/packed"
)

// salvaged is what is known after damage.
type salvaged struct {
	records *records
	sum     summary         // of which only the state, serial and flags are used
	exact   bool            // it is all that was written, as it was
	lost    map[string]loss // by path
	copied  map[string]bool // paths whose records are those of the copy, and may have changed since
}

// loss is a lost record.
type loss struct {
	id    string // of the article, as far as known
	cause string
}

// sources are where records come from when a file is damaged.
type sources struct {
	file   *pieces
	broken []key    // records of file that are damaged
	known  *summary // what the file should say of itself; nil if that is not remembered
	memory *records // what of it is in memory; nil for nothing
	copy   *pieces  // nil if there is none, or it is another ledger's
	whole  bool     // the copy is sound
}

// salvage makes the most of the sources. What they come to is exact if it has the
// number and the sum of records that the file had when it was last written.
func (s *sources) salvage() *salvaged {
	target := s.known
	if target == nil && s.file.summed {
		target = &s.file.sum
	}
	if s.copy != nil && target != nil && s.copy.summed && s.copy.sum.instance != target.instance {
		s.copy = nil
	}
	if target == nil {
		return s.bestEffort(nil)
	}
	newest, sure := s.file.newest, s.file.sure
	if s.known != nil {
		newest, sure = s.known.serial, true
	}
	if s.copy != nil && s.whole && s.copy.sum.serial >= newest {
		return &salvaged{records: s.copy.reached, sum: s.copy.sum, exact: true}
	}
	for _, all := range s.guesses() {
		if sure && all.tally() == target.parts {
			return &salvaged{records: all, sum: *target, exact: true}
		}
	}
	return s.bestEffort(target)
}

// guesses are what the file may have had. A sum tells which of them is right.
func (s *sources) guesses() []*records {
	f := s.file
	all := []*records{f.reached, f.reached.merge(f.orphans), f.reached.merge(f.orphans, f.freed)}
	if s.copy != nil {
		merged := f.reached.merge(f.orphans, s.copy.reached)
		all = append(all, merged, f.reached.merge(f.orphans, f.freed, s.copy.reached))
		moved := merged.merge()
		moved.dropMoved()
		all = append(all, moved)
	}
	return all
}

// dropMoved drops what is there twice: of two records of one article, the older.
func (r *records) dropMoved() {
	type place struct {
		part int
		path string
		at   uint64
	}
	live, gone := partOf(bucketLive), partOf(bucketGone)
	newest := map[string]place{}
	for _, part := range []int{live, gone} {
		for p, v := range r[part] {
			rec, at := recordOf(p, v)
			if was, ok := newest[rec.ID]; !ok || was.at < at || was.at == at && was.path > p {
				newest[rec.ID] = place{part, p, at}
			}
		}
	}
	for _, part := range []int{live, gone} {
		for p, v := range r[part] {
			rec, at := recordOf(p, v)
			if newest[rec.ID].at > at {
				delete(r[part], p)
			}
		}
	}
}

// recordOf is the record that was sealed, and when; its zero value if it can't be read.
func recordOf(p string, v []byte) (Record, uint64) {
	r, _ := decode([]byte(p), v[:len(v)-sealSize])
	return r, serialOf(v)
}

func serialOf(v []byte) uint64 { return binary.BigEndian.Uint64(v[len(v)-sealSize:]) }

// bestEffort takes whatever is sound, the newer of two, and names what is lost. target
// is what the file should say of itself, if that is known.
func (s *sources) bestEffort(target *summary) *salvaged {
	out := &salvaged{records: s.file.reached.merge(s.file.orphans), lost: map[string]loss{}, copied: map[string]bool{}}
	live := partOf(bucketLive)
	if target != nil {
		out.sum = *target
	}
	if s.memory != nil {
		out.records = out.records.merge(s.memory)
	}
	if s.copy != nil {
		own := out.records
		out.records = own.merge(s.copy.reached)
		for p, v := range out.records[live] {
			if was, ok := own[live][p]; !ok || serialOf(was) < serialOf(v) {
				out.copied[p] = true
			}
		}
		if target == nil && s.copy.summed {
			out.sum = s.copy.sum
		}
		out.records.dropMoved()
	}
	s.nameLost(out, target)
	out.addIDs()
	out.sum.incomplete = true
	if target != nil && out.sum.generation > 0 {
		out.sum.generation-- // so that a cache of that generation is known to know more
	}
	return out
}

// nameLost names the articles that have no record any more, but had one: those whose
// record is damaged, and those to which only an id leads.
func (s *sources) nameLost(out *salvaged, target *summary) {
	live, gone, ids := partOf(bucketLive), partOf(bucketGone), partOf(bucketIDs)
	there := func(p string) bool { return out.records[live][p] != nil || out.records[gone][p] != nil }
	for _, b := range s.broken {
		if b.part == live && utf8.ValidString(b.name) && !there(b.name) {
			out.lost[b.name] = loss{cause: "its record in the ledger was damaged"}
		}
	}
	if target != nil && s.copy == nil && uint64(len(out.records[live])) >= target.parts[live].count {
		return
	}
	known := map[string]bool{}
	for _, part := range []int{live, gone} {
		for p, v := range out.records[part] {
			r, _ := recordOf(p, v)
			known[r.ID] = true
		}
	}
	for id, v := range out.records[ids] {
		p := string(v[:len(v)-sealSize])
		if known[id] || there(p) {
			continue
		}
		if was, twice := out.lost[p]; twice && was.id != id && was.id != "" {
			id = "" // which of the two is not known
		}
		out.lost[p] = loss{id: id, cause: "its record in the ledger is missing"}
	}
}

// addIDs has every article that is known known by its id.
func (out *salvaged) addIDs() {
	ids := partOf(bucketIDs)
	for _, part := range []int{partOf(bucketGone), partOf(bucketLive)} {
		for p, v := range out.records[part] {
			r, at := recordOf(p, v)
			if _, ok := out.records[ids][r.ID]; !ok && r.ID != "" {
				out.records[ids][r.ID] = seal([]byte(p), 0, bucketIDs, []byte(r.ID), at)
			}
		}
	}
}

// empty reports whether there is nothing at all.
func (out *salvaged) empty() bool {
	for _, part := range out.records {
		if len(part) > 0 {
			return false
		}
	}
	return true
}

// newest is the latest transaction that wrote a record.
func (out *salvaged) newest() (serial uint64) {
	serial = out.sum.serial
	for _, part := range out.records {
		for _, v := range part {
			serial = max(serial, serialOf(v))
		}
	}
	return serial
}

var bucketLost = []byte("lost") // path → loss

func (x loss) append(b []byte) []byte {
	return packed.AppendString(packed.AppendString(b, x.id), x.cause)
}

func decodeLoss(v []byte) (x loss, err error) {
	r := packed.NewReader(v)
	x.id, x.cause = r.String(), r.String()
	return x, r.Err()
}

// errNothing says that a file is damaged and that there is nothing to make it again of.
var errNothing = errors.New("nothing in it can be read")

// said tells people what became of a damaged ledger.
func (out *salvaged) said(file, aside string, cause error) string {
	what := "nothing is lost"
	switch {
	case !out.exact && len(out.lost) > 0:
		what = fmt.Sprintf("%d records are lost; their articles are held unless the article cache knows their ids: see feedmill check", len(out.lost))
	case !out.exact:
		what = "what was written last may be lost; articles that are not known are held unless the article cache knows their ids: see feedmill check"
	}
	return fmt.Sprintf("the ledger %s was damaged (%v): it was made again of what is sound in it and in its copy; %s; the damaged file is %s", file, cause, what, aside)
}
