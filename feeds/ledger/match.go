package ledger

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"feedmill/feeds/article"
)

// candidates are the records that have lost their place, by what an article can
// be known again by.
type candidates struct {
	byID, byLink, byContent map[string][]string // to paths
}

func newCandidates(sets ...map[string]Record) *candidates {
	c := &candidates{map[string][]string{}, map[string][]string{}, map[string][]string{}}
	for _, set := range sets {
		for p, r := range set {
			c.byID[r.ID] = append(c.byID[r.ID], p)
			if r.Link != "" {
				c.byLink[r.Link] = append(c.byLink[r.Link], p)
			}
			c.byContent[string(r.Content)] = append(c.byContent[string(r.Content)], p)
		}
	}
	return c
}

// find returns the path of the record that is this article: that of the same
// stated id, else link, else content. Among several the one with the same file
// name comes first, then the first by path.
func (c *candidates) find(a *article.Article, taken map[string]string) (from string, ok bool) {
	if a.Explicit {
		return best(c.byID[a.ID()], a.Path, taken)
	}
	if link := a.Link; link != "" {
		if from, ok = best(c.byLink[link], a.Path, taken); ok {
			return from, ok
		}
	}
	return best(c.byContent[string(a.Content[:])], a.Path, taken)
}

func best(paths []string, to string, taken map[string]string) (string, bool) {
	free := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { _, ok := taken[p]; return ok })
	if len(free) == 0 {
		return "", false
	}
	return slices.MinFunc(free, func(p, q string) int {
		return cmp.Or(cmp.Compare(unlike(p, to), unlike(q, to)), strings.Compare(p, q))
	}), true
}

func unlike(p, to string) int {
	if path.Base(p) == path.Base(to) {
		return 0
	}
	return 1
}
