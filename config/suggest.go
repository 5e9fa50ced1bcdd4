package config

import (
	"fmt"
	"strings"
)

// hint is a hint at the known name nearest to a misspelt one, and at all of them where
// none is near and they are few. It is looked for when it is written out.
type hint struct {
	name  string
	known []string
}

func didYouMean(name string, known []string) hint { return hint{name, known} }

// String is empty, or begins with a semicolon.
func (h hint) String() string {
	if best := h.nearest(); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(h.known) <= 12 {
		return "; known here: " + strings.Join(h.known, ", ")
	}
	return ""
}

func (h hint) nearest() (best string) {
	if len(h.name) > maxTypo {
		return ""
	}
	name := strings.ToLower(h.name)
	at := len([]rune(h.name))/2 + 1
	for _, k := range h.known[:min(len(h.known), maxEntries)] {
		if len(k) > maxTypo {
			continue
		}
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// maxTypo is how many bytes a name has at most for which one like it is looked for:
// the time it takes grows with the square.
const maxTypo = 256

// distance is the number of letters to insert, remove, replace or swap with a
// neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if max(len(s), len(t)) > 64 {
		return max(len(s), len(t)) // no misspelling, and not worth the time
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := range s {
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
