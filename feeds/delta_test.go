package feeds

import (
	"io"
	"testing"
	"time"
)

// Whatever is shown of an item counts, and an item that cannot be marked is
// always new.
func TestSince(t *testing.T) {
	count := func(w io.Writer, f *Feed) error {
		for _, it := range f.Items {
			io.WriteString(w, it.ID)
		}
		return nil
	}
	revision := func(items ...*Item) *Revision {
		return NewRevision(func() *Feed { return &Feed{Items: items} }, [...]Encoder{count, count, count})
	}
	far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	old := revision(&Item{ID: "a"}, &Item{ID: "b", Tags: []Tag{{Topic, "x"}}}, &Item{ID: "c", Video: &Video{PageURL: "p"}}, &Item{ID: "d", Related: []Related{{Published: far}}})
	now := revision(&Item{ID: "a"}, &Item{ID: "b", Tags: []Tag{{Topic, "y"}}}, &Item{ID: "c", Video: &Video{PageURL: "q"}}, &Item{ID: "d", Related: []Related{{Published: far}}})
	for r, want := range map[*Revision]string{old: "d", now: "bcd"} {
		body, n, err := r.Since(JSON, old.Marks())
		if string(body) != want || n != len(want) || err != nil {
			t.Errorf("%q, %d, %v, want %q", body, n, err, want)
		}
	}
	if len(now.Feed().Items) != 4 {
		t.Error("the feed itself was changed")
	}
}
