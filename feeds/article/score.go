package article

import (
	"cmp"
	"math"
)

// score holds the numbers that are only used by filters and rankings.
type score struct{ quality, heat float64 }

// margin is how far a number must move before the ranking follows, as a part of
// the larger of the old and the new one.
const margin = 1.0 / 3

// follow returns the number to rank by: the one that has been ranked by so far,
// until now differs from it by more than the margin.
func follow(ranked, now float64) float64 {
	if math.Abs(ranked-now) > margin*max(math.Abs(ranked), math.Abs(now)) {
		return now
	}
	return ranked
}

// After returns a copy of a that keeps the numbers by which old, which it
// replaces, was ranked, unless a's own are beyond the margin. It shares a's item.
func (a *Article) After(old *Article) *Article {
	b := *a
	b.ranked = score{follow(old.ranked.quality, a.Quality), follow(old.ranked.heat, a.Heat)}
	return &b
}

// Scored returns a copy of a with the numbers that now has. It shares a's item,
// which does not show them.
func (a *Article) Scored(now *Article) *Article {
	b := *a
	b.Quality, b.Heat = now.Quality, now.Heat
	return b.After(a)
}

// Hotter orders articles for rankings: by heat, then by quality, highest first. An
// article is ranked by the same numbers until its own differ from them by more
// than a third of the larger, so that rankings do not change all the time.
func Hotter(a, b *Article) int {
	return cmp.Or(cmp.Compare(b.ranked.heat, a.ranked.heat), cmp.Compare(b.ranked.quality, a.ranked.quality))
}
