package document

import (
	"bytes"
	"encoding/json"
	"fmt"

	"feedmill/feeds"
)

// Mark stands for an item with everything that is shown of it: equal marks,
// equal items. The zero Mark is that of an item about which nothing can be said.
type Mark = feeds.Digest

func markOf(it *feeds.Item) Mark {
	b, err := json.Marshal(it)
	if err != nil { // a time beyond the year 9999
		return Mark{}
	}
	return feeds.DigestOf(b)
}

// Marks are those of the feed's items, in their order. Those of items that are in
// memory are not made anew.
func (r *Revision) Marks() []Mark { return marksOf(r.Feed().Items) }

func marksOf(items []*feeds.Item) []Mark {
	marks := make([]Mark, len(items))
	for i, it := range items {
		if shared, ok := it.Fragments.(*Shared); ok {
			marks[i] = shared.markOf(it)
		} else {
			marks[i] = markOf(it)
		}
	}
	return marks
}

// Since encodes in format f the same feed with only those items that known does
// not name: what is new or changed for somebody who has those. It returns their
// number too.
func (r *Revision) Since(f feeds.Format, known []Mark) (body []byte, items int, err error) {
	whole := r.Feed()
	if whole.Missing != nil {
		return nil, 0, fmt.Errorf("encode news of %s: %w", whole.Key.DocumentPath(f), whole.Missing)
	}
	part := *whole
	part.Items, part.History.Complete = nil, false // or readers would take away all that is not in it
	isKnown := make(map[Mark]bool, len(known))
	for _, m := range known {
		isKnown[m] = true
	}
	for i, m := range marksOf(whole.Items) {
		if m == (Mark{}) || !isKnown[m] {
			part.Items = append(part.Items, whole.Items[i])
		}
	}
	var b bytes.Buffer
	if err := r.encoders[f](&b, &part); err != nil {
		return nil, 0, fmt.Errorf("encode news of %s: %w", part.Key.DocumentPath(f), err)
	}
	return bytes.Clone(b.Bytes()), len(part.Items), nil // without room to grow, because it is kept
}
