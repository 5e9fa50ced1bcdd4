package builder

import (
	"errors"
	"io/fs"
	"slices"
	"time"
)

// backstage is the part of a held round that no reader sees: files that cannot be
// used, and articles that are scheduled or hidden and stay so, or go. It is taken
// over nevertheless, or time would bring out what by now is put off, hidden or
// removed.
func (b *Builder) backstage(now time.Time, all []loaded, gone []string) ([]loaded, []string) {
	all = slices.DeleteFunc(all, func(l loaded) bool {
		if l.err != nil && !errors.Is(l.err, fs.ErrNotExist) {
			return false
		}
		return !b.unseen(l.path) || l.err == nil && l.article.Hidden == "" && !l.article.NotBefore().After(now)
	})
	gone = slices.DeleteFunc(gone, func(path string) bool { return !b.unseen(path) })
	for _, l := range all {
		if l.err == nil { // it waits no more
			delete(b.waiting, l.path)
		}
	}
	return all, gone
}

// unseen reports whether the article of a path is held but not shown.
func (b *Builder) unseen(path string) bool {
	return b.catalog.Get(path) != nil && b.catalog.Absent(path) != ""
}
