package ledger

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/internal/packed"
)

// Record is what is remembered of one article. Times are UTC in whole seconds.
type Record struct {
	ID          string       `json:"id"`
	FirstSeen   time.Time    `json:"seen"`                  // when it was first there to be shown
	Changed     time.Time    `json:"changed,omitzero"`      // last change that a reader can see; zero for none since then
	Stated      time.Time    `json:"stated,omitzero"`       // the time of change that the file states
	Link        string       `json:"link,omitempty"`        // the address that the file states
	Digest      feeds.Digest `json:"-"`                     // of all that a reader sees; see Article
	Content     feeds.Digest `json:"-"`                     // likewise
	Gone        time.Time    `json:"gone,omitzero"`         // when it was removed or unpublished; zero while it is there
	Unpublished bool         `json:"unpublished,omitempty"` // Gone, but its file is there
	Feeds       []feeds.Tag  `json:"feeds,omitempty"`       // where it is shown, or was when it went; none if it never was

	old bool // its digests are an Article's OldDigest and OldContent
}

// The first byte of a record says how it is written. Records of format 1 are JSON
// and begin with a brace. Those of format 2 are as those of format 3, but for how
// their digests were made.
const (
	oldRecord    = 2
	packedRecord = 3
)

// append writes the record in the form that decode reads.
func (r *Record) append(b []byte) []byte {
	mark := byte(packedRecord)
	if r.old {
		mark = oldRecord
	}
	b = append(b, mark)
	b = packed.AppendString(b, r.ID)
	for _, t := range []time.Time{r.FirstSeen, r.Changed, r.Stated, r.Gone} {
		b = packed.AppendTime(b, t)
	}
	b = packed.AppendString(b, r.Link)
	b = packed.AppendBytes(packed.AppendBytes(b, r.Digest[:]), r.Content[:])
	unpublished := byte(0)
	if r.Unpublished {
		unpublished = 1
	}
	b = binary.AppendUvarint(append(b, unpublished), uint64(len(r.Feeds)))
	for _, t := range r.Feeds {
		b = packed.AppendString(append(b, byte(t.Kind)), t.Name)
	}
	return b
}

// decode reads the record v of the article at path k. Any bytes give one or an
// error that names the path; v is not kept.
func decode(k, v []byte) (r Record, err error) {
	if len(v) > 0 && v[0] == '{' {
		r, err = unmarshal(v)
	} else {
		r, err = unpack(v)
	}
	if err != nil {
		return Record{}, fmt.Errorf("record of %s is damaged: %w", k, err)
	}
	return r, nil
}

// unmarshal reads a record of format 1.
func unmarshal(v []byte) (Record, error) {
	var r struct {
		Record
		Digest  []byte `json:"digest"`
		Content []byte `json:"content"`
	}
	err := json.Unmarshal(v, &r)
	copy(r.Record.Digest[:], r.Digest)
	copy(r.Record.Content[:], r.Content)
	r.Record.old = true
	return r.Record, err
}

func unpack(v []byte) (r Record, err error) {
	p := packed.NewReader(v)
	mark := p.Fixed(1)
	if len(mark) == 0 || mark[0] != packedRecord && mark[0] != oldRecord {
		return r, packed.ErrMalformed
	}
	r.old = mark[0] == oldRecord
	r.ID = p.String()
	r.FirstSeen, r.Changed, r.Stated, r.Gone = p.Time(), p.Time(), p.Time(), p.Time()
	r.Link = p.String()
	copy(r.Digest[:], p.Bytes())
	copy(r.Content[:], p.Bytes())
	unpublished := p.Fixed(1)
	r.Unpublished = len(unpublished) == 1 && unpublished[0] == 1
	for range p.Count() {
		kind := p.Fixed(1)
		name := p.String()
		if p.Failed() || int(kind[0]) >= feeds.KindCount {
			return r, packed.ErrMalformed
		}
		r.Feeds = append(r.Feeds, feeds.Tag{Kind: feeds.Kind(kind[0]), Name: name})
	}
	return r, p.Err()
}

// comparable is the record with digests that can be held against those of a: where
// an old one stands for what a still says, a's own.
func (r Record) comparable(a *Article) Record {
	if r.old && r.Digest == a.OldDigest {
		r.Digest = a.Digest
	}
	if r.old && r.Content == a.OldContent {
		r.Content = a.Content
	}
	return r
}

func equal(r, q Record) bool {
	return r.ID == q.ID && r.FirstSeen.Equal(q.FirstSeen) && r.Changed.Equal(q.Changed) && r.Stated.Equal(q.Stated) &&
		r.Link == q.Link && r.Digest == q.Digest && r.Content == q.Content && r.old == q.old && r.Gone.Equal(q.Gone) &&
		r.Unpublished == q.Unpublished && slices.Equal(r.Feeds, q.Feeds)
}
