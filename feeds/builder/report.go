package builder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

	Kept      map[string]time.Time // files that cannot be used and whose last good version stays, and since when
	Scheduled []Turn               // articles that time alone will show or take away, soonest first
	Scan      Scan                 // the last one
	Rounds    []Round              // the last ones that changed anything, the latest first
	Cached    int                  // bytes of memory that rendered items and documents take
}

// Turn is when time alone shows an article, or takes it away.
type Turn struct {
	At     time.Time
	Path   string
	Title  string
	Leaves bool
}

// Report looks at every file known now.
func (b *Builder) Report() Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := Report{Kept: map[string]time.Time{}, Scan: b.history.scan, Rounds: b.history.latest(), Cached: b.opt.items.cache.Size()}
	for path := range b.stamps {
		a, err := b.catalog.Get(path), b.faults[path].err
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
		if err != nil {
			r.Kept[path] = b.faults[path].since
		}
		if t, ok := b.turnOf(a); ok {
			r.Scheduled = append(r.Scheduled, t)
		}
		r.Problems = append(r.Problems, a.Warnings()...)
		if why := b.catalog.Absent(path); why != "" {
			r.Left = append(r.Left, Left{path, why})
		} else {
			r.Articles++
		}
	}
	hanging, since := b.hanging.problems()
	r.Problems = append(r.Problems, hanging...)
	for path, at := range since {
		if b.catalog.Get(path) != nil {
			r.Kept[path] = at
		}
	}
	for _, x := range b.opt.Ledger.Lost() {
		if b.faults[x.Path].err == nil {
			r.Problems = append(r.Problems, x.Problem())
		}
	}
	r.Problems = append(r.Problems, b.catalog.Conflicts()...)
	r.Problems = append(r.Problems, b.spellings()...)
	r.Problems = append(r.Problems, b.badDocuments()...)
	r.Problems = append(r.Problems, b.asideProblem()...)
	r.Problems = append(r.Problems, b.opt.items.problems(b.catalog.Get)...)
	slices.SortFunc(r.Left, func(x, y Left) int { return strings.Compare(x.Path, y.Path) })
	slices.SortFunc(r.Problems, (*feeds.Problem).Compare)
	slices.SortFunc(r.Scheduled, func(x, y Turn) int { return cmp.Or(x.At.Compare(y.At), strings.Compare(x.Path, y.Path)) })
	return r
}

// Slow names the articles that are shown as plain text because rendering them, for a
// document that was asked for, has taken too long. Report has them too.
func (b *Builder) Slow() []*feeds.Problem {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opt.items.problems(b.catalog.Get)
}

// Exceeding names the articles whose texts exceed a limit, so that they are shown with less
// markup than they have. It renders each, until ctx ends, so it takes its time.
func (b *Builder) Exceeding(ctx context.Context) []*feeds.Problem {
	var all []*feeds.Problem
	for _, a := range b.articles() {
		if p, err := a.Exceeding(ctx, b.readAgain); p != nil && err == nil { // an error is named where the article is shown
			all = append(all, p)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return all
}

// articles are all that are known now, by path.
func (b *Builder) articles() []*article.Article {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*article.Article
	for _, path := range slices.Sorted(maps.Keys(b.stamps)) {
		if a := b.catalog.Get(path); a != nil && a.Hidden == "" {
			all = append(all, a)
		}
	}
	return all
}

// turnOf is what time will do next with an article.
func (b *Builder) turnOf(a *article.Article) (t Turn, ok bool) {
	t, now := Turn{Path: a.Path, Title: a.Title()}, b.opt.Now()
	switch {
	case a.Hidden != "":
	case a.NotBefore().After(now):
		t.At = a.NotBefore()
	case a.Expires().After(now):
		t.At, t.Leaves = a.Expires(), true
	}
	return t, !t.At.IsZero()
}

// spellings names articles that write a topic in another way than most do.
func (b *Builder) spellings() []*feeds.Problem {
	var all []*feeds.Problem
	for _, s := range b.catalog.Feeds() {
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
