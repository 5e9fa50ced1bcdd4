package ledger

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// identify finds the record of each article. Those that plainly stay where they were
// go first; what they leave is open to the others.
func (u *update) identify(seen []Article) {
	u.seen = make([]seenArticle, len(seen))
	var open []*seenArticle
	displaced := map[string]Record{}
	for i := range seen {
		s, a := &u.seen[i], &seen[i]
		s.Article = a
		r, ok := u.l.record(a.Path)
		r = r.comparable(a)
		if off := u.l.gone.records[a.Path].comparable(a); !ok && off.Unpublished && same(a, off) { // its file has been there all the time
			s.record, s.known, s.from = off, true, a.Path
			u.claimed[a.Path] = a.Path
			continue
		}
		if !ok {
			open = append(open, s)
			continue
		}
		s.record, s.known, s.from = r, true, a.Path
		if !same(a, r) {
			displaced[a.Path] = r
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return
	}
	// In order of path, so that the outcome does not depend on that of events.
	slices.SortFunc(open, func(s, t *seenArticle) int { return strings.Compare(s.Path, t.Path) })
	gone, moved := u.l.gone.candidates(), newCandidates(displaced)
	for _, s := range open {
		from, ok := find(s.Article, u.claimed, gone, moved)
		if !ok && !s.known {
			from, ok = u.returned(s.Article)
		}
		if ok && !(s.known && from == s.Path) {
			u.claimed[from] = s.Path
			r, was := displaced[from]
			if !was {
				r = u.l.gone.records[from]
			}
			s.record, s.known, s.from = r.comparable(s.Article), true, from
		}
	}
	for _, s := range open {
		if to, ok := u.claimed[s.from]; ok && s.from == s.Path && to != s.from { // its record moved away with its content
			s.known, s.record, s.from = false, Record{}, ""
		}
		u.replace(s, displaced)
	}
}

// replace clears the path of an article for another: the one that lay there was either
// found elsewhere, or it is gone.
func (u *update) replace(s *seenArticle, displaced map[string]Record) {
	r, was := displaced[s.Path]
	if !was || s.from == s.Path {
		return
	}
	if _, elsewhere := u.claimed[s.Path]; !elsewhere {
		u.remove(s.Path)
		u.replaced = append(u.replaced, Effect{Path: s.Path, Record: r, Vanished: true})
	} else if s.Hidden { // so no record takes its place
		u.l.erase(s.Path)
	}
}

// returned finds the record of an article, whatever it says by now, that was
// unpublished at its path, or removed from it a short while ago.
func (u *update) returned(a *Article) (from string, ok bool) {
	r, ok := u.l.gone.records[a.Path]
	_, claimed := u.claimed[a.Path]
	return a.Path, ok && !claimed && (r.Unpublished || u.now.Sub(r.Gone) < keepPlace)
}

// same reports whether an article plainly is the one of the record.
func same(a *Article, r Record) bool {
	return a.Unread || a.Digest == r.Digest || a.Content == r.Content || r.Link != "" && a.Link == r.Link || a.Explicit && a.ID == r.ID
}

// find returns the path of the record of an article, among those that are gone and
// those whose paths hold others: that of the same stated id, else link, else content.
// Among several the one with the same file name comes first, then the first by path.
func find(a *Article, claimed map[string]string, gone, displaced *candidates) (from string, ok bool) {
	if a.Explicit {
		return best(slices.Concat(gone.byID[a.ID], displaced.byID[a.ID]), a.Path, claimed)
	}
	if link := a.Link; link != "" {
		if from, ok = best(slices.Concat(gone.byLink[link], displaced.byLink[link]), a.Path, claimed); ok {
			return from, ok
		}
	}
	return best(slices.Concat(gone.byContent[a.Content], displaced.byContent[a.Content], gone.byContent[a.OldContent], displaced.byContent[a.OldContent]), a.Path, claimed)
}

// best chooses among paths that nobody has claimed, for an article at to. It changes
// paths.
func best(paths []string, to string, claimed map[string]string) (string, bool) {
	free := slices.DeleteFunc(paths, func(p string) bool { _, ok := claimed[p]; return ok })
	if len(free) == 0 {
		return "", false
	}
	otherName := func(p string) int {
		if path.Base(p) == path.Base(to) {
			return 0
		}
		return 1
	}
	return slices.MinFunc(free, func(p, q string) int {
		return cmp.Or(cmp.Compare(otherName(p), otherName(q)), strings.Compare(p, q))
	}), true
}
