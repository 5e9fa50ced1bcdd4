package feeds

import (
	"fmt"
	"strings"
	"time"
)

// Hold says why a change set is kept from readers: too many articles that they
// know would vanish, change, or come back as new ones.
type Hold struct {
	Since       time.Time `json:"since"`
	Fingerprint string    `json:"fingerprint"` // names the change set: whoever accepts it accepts no other
	Feed        string    `json:"feed"`        // the feed hit hardest, as in "topic Go" or "all feeds"
	Known       int       `json:"known"`       // articles in it that readers know
	Vanished    int       `json:"vanished"`    // of them, those that would be shown no more, or only as new ones, or left a short while ago
	Changed     int       `json:"changed"`     // of them, those that would be marked as changed
	Renewed     int       `json:"renewed"`     // of them, those that would have another id
}

// Hit is the number of articles that the change set harms, each counted once.
func (h *Hold) Hit() int { return h.Vanished + h.Changed + h.Renewed }

// String says what would happen, for the operator: it names a feed that may not
// be public yet.
func (h *Hold) String() string {
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
