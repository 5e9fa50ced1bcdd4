package builder

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

// Left is a file that is in no feed on purpose.
type Left struct {
	Path   string
	Reason string
}

// Report says what became of every file.
type Report struct {
	Articles int              // shown in at least one feed
	Left     []Left           // by path
	Problems []*feeds.Problem // what the publisher should mend, by path and line
}

// Report looks at every file known now.
func (b *Builder) Report() Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	var r Report
	for path := range b.stamps {
		a, err := b.catalog.Get(path), b.errs[path]
		switch {
		case errors.Is(err, article.ErrNoFrontMatter) && a == nil:
			r.Left = append(r.Left, Left{path, err.Error()})
			continue
		case err != nil:
			r.Problems = append(r.Problems, feeds.Problems(named(path, err))...)
		}
		if a == nil {
			continue
		}
		r.Problems = append(r.Problems, a.Notes()...)
		if why := b.catalog.Absent(path); why != "" {
			r.Left = append(r.Left, Left{path, why})
		} else {
			r.Articles++
		}
	}
	r.Problems = append(r.Problems, b.catalog.Conflicts()...)
	r.Problems = append(r.Problems, b.spellings()...)
	r.Problems = append(r.Problems, b.unfit()...)
	slices.SortFunc(r.Left, func(x, y Left) int { return strings.Compare(x.Path, y.Path) })
	slices.SortFunc(r.Problems, (*feeds.Problem).Compare)
	return r
}

// spellings names articles that write a topic in another way than most do.
func (b *Builder) spellings() []*feeds.Problem {
	var all []*feeds.Problem
	for _, s := range b.catalog.Shelves() {
		variants := s.Spellings()
		if len(variants) < 2 || s.Kind() == feeds.All {
			continue
		}
		for a := range s.Articles().All() {
			for t := range a.Member.All() {
				if t.Kind == s.Kind() && t.Name != s.Name() && slices.Contains(variants, t.Name) {
					all = append(all, &feeds.Problem{Path: a.Path, Field: t.Kind.Plural(), Message: fmt.Sprintf("%q is the same %s as %q, which others write: they share one feed", t.Name, t.Kind, s.Name())})
				}
			}
		}
	}
	return all
}

// named gives an error that does not say so the file it is about.
func named(path string, err error) error {
	if len(feeds.Problems(err)) > 0 && feeds.Problems(err)[0].Path != "" {
		return err
	}
	return &feeds.Problem{Path: path, Message: strings.TrimPrefix(err.Error(), "read "+path+": ")}
}
