package stats

import (
	"net/http"
	"testing"

	"feedmill/feeds"
)

// TestMisuse: Unconditional counts only clients that had the document before, and
// no bytes count twice.
func TestMisuse(t *testing.T) {
	head := whole(netNewsWireAgent, home, noon)
	head.Sent, head.Full = 0, 0
	redirected := head // a browser, to the page of the feed
	redirected.Status, redirected.MaxAge = http.StatusSeeOther, 0
	full := whole(netNewsWireAgent, home, noon)
	later := whole(netNewsWireAgent, home, noon.Add(freshFor))
	refused := whole(netNewsWireAgent, home, noon)
	refused.Status, refused.Sent, refused.Full, refused.Tag = http.StatusTooManyRequests, 20, 0, ""
	const cost = 8000
	for name, c := range map[string]struct {
		answers                 []feeds.Poll
		unconditional, tooOften Misuse
	}{
		"HEAD before GET":          {[]feeds.Poll{head, full}, Misuse{}, Misuse{}},
		"redirected, then fetched": {[]feeds.Poll{redirected, full}, Misuse{}, Misuse{}},
		"whole, in time":           {[]feeds.Poll{full, later}, Misuse{1, 1, cost}, Misuse{}},
		"whole, too soon":          {[]feeds.Poll{full, full}, Misuse{1, 1, cost}, Misuse{1, 1, 0}},
		"HEAD between":             {[]feeds.Poll{full, head, full}, Misuse{1, 1, cost}, Misuse{1, 1, 0}},
		"refused in between":       {[]feeds.Poll{full, refused, full}, Misuse{1, 1, cost}, Misuse{1, 2, 20}},
	} {
		r := inMemory(t, noon)
		for i := range c.answers {
			r.Record(c.answers[i])
			r.drain(noon)
		}
		f := r.Feed(election, noon, noon)[0]
		if f.Unconditional != c.unconditional || f.TooOften != c.tooOften {
			t.Errorf("%s: unconditional %+v, too often %+v", name, f.Unconditional, f.TooOften)
		}
		if f.MisusedBy["NetNewsWire"] != f.Misused() || len(f.MisusedBy) > 1 {
			t.Errorf("%s: misused by %v", name, f.MisusedBy)
		}
		if f.Misused() > f.Sent {
			t.Errorf("%s: %+v cost more than was sent", name, f)
		}
	}
}
