package builder

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/watcher"
)

// file is what is known of a file that can be an article.
type file struct {
	stamp watcher.Stamp
	err   error // why it could not be used as it is now; an earlier version may still be in the catalog
}

// look tells which files are to be read, and which known ones are gone.
func (b *Builder) look(ctx context.Context, c watcher.Changes) (stale, gone []string, err error) {
	if c.Rescan {
		return b.rescan(ctx)
	}
	for _, path := range c.Paths {
		if !b.parser.Wants(path) {
			continue
		}
		switch _, err := b.src.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			if _, known := b.files[path]; known {
				gone = append(gone, path)
			}
		case err != nil:
			b.opt.Logger.Warn("cannot look at a file; its article stays", "path", path, "err", err)
		default:
			stale = append(stale, path)
		}
	}
	return stale, gone, nil
}

// rescan compares everything on disk with what is known.
func (b *Builder) rescan(ctx context.Context) (stale, gone []string, err error) {
	seen := make(map[string]bool, len(b.files))
	var unknown []string // files and folders of which nothing can be said
	for f, err := range b.src.Files(ctx) {
		if err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			if f.Path == "." {
				return nil, nil, err
			}
			unknown = append(unknown, f.Path)
			b.opt.Logger.Warn("cannot look into a folder; its articles stay", "path", f.Path, "err", err)
			continue
		}
		if !b.parser.Wants(f.Path) {
			continue
		}
		seen[f.Path] = true
		if known, ok := b.files[f.Path]; !ok || known.stamp != f.Stamp {
			stale = append(stale, f.Path)
		}
	}
	for path := range b.known() {
		if !seen[path] && !slices.ContainsFunc(unknown, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }) {
			gone = append(gone, path)
		}
	}
	slices.Sort(gone)
	return stale, gone, nil
}

// known lists every path that held an article or a broken one, also those that
// only the ledger knows of.
func (b *Builder) known() map[string]bool {
	all := make(map[string]bool, len(b.files))
	for path := range b.files {
		all[path] = true
	}
	for path := range b.opt.Ledger.Paths() {
		all[path] = true
	}
	return all
}

// loaded is one file after reading and parsing.
type loaded struct {
	path    string
	stamp   watcher.Stamp
	article *article.Article
	err     error
}

// load reads and parses files with all processors. The result is in order of path.
func (b *Builder) load(ctx context.Context, paths []string) ([]loaded, error) {
	results := make([]loaded, len(paths))
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range min(workers(), len(paths)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(paths) {
					return
				}
				results[i] = b.read(paths[i])
				if n := done.Add(1); n%1000 == 0 && b.opt.Progress != nil {
					b.opt.Progress(int(n))
				}
			}
		})
	}
	wg.Wait()
	slices.SortFunc(results, cmpPath)
	return results, ctx.Err()
}

func (b *Builder) read(path string) (l loaded) {
	l.path = path
	src, stamp, err := b.src.ReadFile(path, maxFile)
	l.stamp, l.err = stamp, err
	if err == nil {
		l.article, l.err = b.parser.Parse(path, src)
	}
	return l
}

// remember tells the ledger of a round and returns what holds for the articles
// in it, by path. That is on disk before anybody sees it. Articles that have
// turned appear or expire now, although their files are as they were.
func (b *Builder) remember(now time.Time, all []loaded, gone []string, turned []*article.Article) map[string]article.Facts {
	var seen []*article.Article
	for _, l := range all {
		switch {
		case l.err == nil:
			seen = append(seen, l.article)
		case errors.Is(l.err, fs.ErrNotExist):
			gone = append(gone, l.path)
		}
	}
	for _, a := range turned {
		_, read := slices.BinarySearchFunc(all, a.Path, func(l loaded, path string) int { return strings.Compare(l.path, path) })
		if !read && b.catalog.Get(a.Path) == a {
			seen = append(seen, a)
		}
	}
	facts, err := b.opt.Ledger.Note(now, seen, gone)
	if err != nil {
		b.opt.Logger.Error("ids and dates are not on disk; the next change tries again", "err", err)
	}
	byPath := make(map[string]article.Facts, len(seen))
	for i, a := range seen {
		byPath[a.Path] = facts[i]
	}
	return byPath
}

// take puts what was read into the catalog, or keeps the last good version.
func (b *Builder) take(l loaded, facts map[string]article.Facts) {
	known := b.files[l.path]
	switch {
	case l.err == nil:
		b.files[l.path] = file{stamp: l.stamp}
		b.catalog.Put(l.article.With(facts[l.path]))
		for _, n := range l.article.Notes() {
			b.opt.Logger.Info("field left out", "err", n)
		}
	case errors.Is(l.err, fs.ErrNotExist):
		b.forget(l.path)
	default:
		b.files[l.path] = file{stamp: l.stamp, err: l.err}
		if good := b.opt.LastGood[l.path]; good != nil && b.catalog.Get(l.path) == nil {
			b.catalog.Put(good)
		}
		b.complain(l, known)
	}
}

// complain logs a problem once for each state of a file.
func (b *Builder) complain(l loaded, known file) {
	kept := b.catalog.Get(l.path) != nil
	if known.err != nil && known.err.Error() == l.err.Error() || errors.Is(l.err, article.ErrNoFrontMatter) && !kept {
		return
	}
	message := "article skipped"
	if kept {
		message = "article broken; its last good version stays"
	}
	for _, p := range feeds.Problems(named(l.path, l.err)) {
		b.opt.Logger.Warn(message, "err", p)
	}
}

func (b *Builder) forget(path string) {
	delete(b.files, path)
	b.catalog.Remove(path)
}

// LastGood is the last good version of every file that is broken now, by path,
// for the Options of a builder that takes over.
func (b *Builder) LastGood() map[string]*article.Article {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]*article.Article{}
	for path, f := range b.files {
		if a := b.catalog.Get(path); f.err != nil && a != nil {
			all[path] = a
		}
	}
	return all
}
