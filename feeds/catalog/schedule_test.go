package catalog

import (
	"fmt"
	"testing"
	"time"
)

// TestPlansDoNotPileUp edits articles that expire, or appear, years from now over
// and over: what is planned stays in proportion to what there is.
func TestPlansDoNotPileUp(t *testing.T) {
	c := New(Options{SiteID: "example.org"})
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	c.Advance(now)
	for i := range 1000 {
		c.Put(parse(t, "expires.md", fmt.Sprintf("title: T%d\nexpiryDate: 2034-01-01\ntopics: [a]", i)))
		c.Put(parse(t, "appears.md", fmt.Sprintf("title: T%d\ndate: 2033-01-%02d\ntopics: [a, new]", i, 1+i%28)))
		c.Touched()
	}
	most := c.schedule.Len()
	for _, s := range c.awaited {
		most = max(most, s.Len())
	}
	if most > 50 {
		t.Errorf("%d plans for 2 articles", most)
	}
	if want := time.Date(2033, 1, 1+999%28, 0, 0, 0, 0, time.UTC); !c.Next().Equal(want) {
		t.Errorf("next at %s, want %s", c.Next(), want)
	}
	if turned := c.Advance(now.AddDate(20, 0, 0)); len(turned) != 2 {
		t.Errorf("%d articles turned, want 2", len(turned))
	}
}
