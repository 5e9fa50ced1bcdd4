package ledger

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// find returns the path of the record that is this article, of what is lost and
// what is displaced: that of the same stated id, else link, else content. Among
// several the one with the same file name comes first, then the first by path.
func find(a *Article, taken map[string]string, gone, displaced *candidates) (from string, ok bool) {
	if a.Explicit {
		return best(slices.Concat(gone.byID[a.ID], displaced.byID[a.ID]), a.Path, taken)
	}
	if link := a.Link; link != "" {
		if from, ok = best(slices.Concat(gone.byLink[link], displaced.byLink[link]), a.Path, taken); ok {
			return from, ok
		}
	}
	return best(slices.Concat(gone.byContent[a.Content], displaced.byContent[a.Content], gone.byContent[a.OldContent], displaced.byContent[a.OldContent]), a.Path, taken)
}

// best chooses among paths that are free; paths is its own.
func best(paths []string, to string, taken map[string]string) (string, bool) {
	free := slices.DeleteFunc(paths, func(p string) bool { _, ok := taken[p]; return ok })
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
