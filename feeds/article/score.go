package article

import (
	"cmp"
	"math"
)

// score is the numbers that only filters and rankings see.
type score struct{ quality, heat float64 }

func (a *Article) score() score { return score{a.Quality, a.Heat} }

// margin is by how much of the larger one two numbers must differ before a
// ranking takes notice.
const margin = 1.0 / 3

// follow is the number to rank by: the one held, until now has left its margin.
func follow(held, now float64) float64 {
	if math.Abs(held-now) > margin*max(math.Abs(held), math.Abs(now)) {
		return now
	}
	return held
}

// After is a copy of a that ranks as the article which it replaces did, as far
// as its numbers have stayed near to that one's. It shares a's item.
func (a *Article) After(old *Article) *Article {
	b := *a
	b.held = score{follow(old.held.quality, a.Quality), follow(old.held.heat, a.Heat)}
	return &b
}

// Scored is a copy of a with the numbers that now has. It shares a's item, which
// shows none of them.
func (a *Article) Scored(now *Article) *Article {
	b := *a
	b.Quality, b.Heat = now.Quality, now.Heat
	return b.After(a)
}

// Hotter is the order of rankings: by heat, then by quality, highest first. An
// article keeps the numbers it is ranked by until the real ones differ from them
// by more than a third of the larger. So a ranking depends on the course of the
// numbers, which its card remembers.
func Hotter(a, b *Article) int {
	return cmp.Or(cmp.Compare(b.held.heat, a.held.heat), cmp.Compare(b.held.quality, a.held.quality))
}
