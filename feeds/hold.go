package feeds

import (
	"fmt"
	"strings"
	"time"
)

// Hold says why a change set is kept from readers: too many articles that they
// know would vanish, change, or come back as new ones. Or, where Lost is not zero, that
// articles are kept from readers because nobody knows their ids any more.
type Hold struct {
	Since       time.Time `json:"since"`
	Fingerprint string    `json:"fingerprint"`    // names the change set: whoever accepts it accepts no other
	Feed        string    `json:"feed"`           // the feed hit hardest, as in "topic Go" or "all feeds"
	Known       int       `json:"known"`          // articles in it that readers know
	Vanished    int       `json:"vanished"`       // of them, those that would be shown no more, or only as new ones, or left a short while ago
	Changed     int       `json:"changed"`        // of them, those that would be marked as changed
	Renewed     int       `json:"renewed"`        // of them, those that would have another id
	Lost        int       `json:"lost,omitempty"` // articles whose records in the ledger are lost; then all else but Since and Fingerprint is zero
}

// Guard says when a change set is held: when it makes more than Items and more
// than Percent of the known articles of a feed, or of all, vanish, change, or
// come back as new. Articles that have left in the last minutes count again with
// those that follow. New articles alone are never held, nor are changes of articles
// that came within the last minutes.
type Guard struct {
	Items   int
	Percent int // 100: nothing is held
}

// Off reports whether nothing is ever held, as with the zero Guard.
func (g Guard) Off() bool { return g == Guard{} || g.Percent >= 100 }

// Exceeded reports whether h harms so much that it is to be held.
func (g Guard) Exceeded(h *Hold) bool { return h.Hit() > g.Items && h.Hit()*100 > g.Percent*h.Known }

// Hit is the number of articles that the change set harms, each counted once.
func (h *Hold) Hit() int { return h.Vanished + h.Changed + h.Renewed }

// String says what would happen, for the operator: it names a feed that may not
// be public yet.
func (h *Hold) String() string {
	if h.Lost > 0 {
		return fmt.Sprintf("%d articles whose records in the ledger are lost would be shown as new ones", h.Lost)
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{h.Vanished, "vanish"}, {h.Changed, "change"}, {h.Renewed, "have another id"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d would %s", p.n, p.what))
		}
	}
	return fmt.Sprintf("of the %d known articles of %s, %s", h.Known, h.Feed, strings.Join(parts, ", "))
}
