package document

import (
	"io"
	"testing"
	"time"

	"feedmill/feeds"
)

// Whatever is shown of an item counts, and an item that cannot be marked is
// always new.
func TestSince(t *testing.T) {
	count := func(w io.Writer, f *feeds.Feed) error {
		for _, it := range f.Items {
			io.WriteString(w, it.ID)
		}
		return nil
	}
	revision := func(items ...*feeds.Item) *Revision {
		return NewRevision(func() *feeds.Feed { return &feeds.Feed{Items: items} }, [...]Encoder{count, count, count})
	}
	far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	old := revision(&feeds.Item{ID: "a"}, &feeds.Item{ID: "b", Tags: []feeds.Tag{{Kind: feeds.Topic, Name: "x"}}}, &feeds.Item{ID: "c", Video: &feeds.Video{PageURL: "p"}}, &feeds.Item{ID: "d", Related: []feeds.Related{{Published: far}}})
	now := revision(&feeds.Item{ID: "a"}, &feeds.Item{ID: "b", Tags: []feeds.Tag{{Kind: feeds.Topic, Name: "y"}}}, &feeds.Item{ID: "c", Video: &feeds.Video{PageURL: "q"}}, &feeds.Item{ID: "d", Related: []feeds.Related{{Published: far}}})
	for r, want := range map[*Revision]string{old: "d", now: "bcd"} {
		body, n, err := r.Since(feeds.JSON, old.Marks())
		if string(body) != want || n != len(want) || err != nil {
			t.Errorf("%q, %d, %v, want %q", body, n, err, want)
		}
	}
	if len(now.Feed().Items) != 4 {
		t.Error("the feed itself was changed")
	}
}
