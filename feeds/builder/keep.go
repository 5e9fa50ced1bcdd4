package builder

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
)

// cached are a builder's dealings with the cache. All of it is idle without one.
type cached struct {
	home     *article.Home
	texts    *articlecache.Texts
	restored bool // restore was called
	foreign  bool // some of what was restored was read under other settings, and has not been read again
	whole    bool // the ledger knows of no article that is neither in the catalog nor in a file that stamps names
}

// attach takes the cache into use.
func (b *Builder) attach() {
	if b.opt.Cache == nil {
		return
	}
	b.home = &article.Home{Parser: b.parser, Read: func(path string) ([]byte, error) {
		src, _, err := b.src.ReadFile(path, nil, maxFile)
		return src, err
	}}
	b.texts = b.opt.Cache.Use(b.home, b.fingerprint())
}

// fingerprint stands for the settings that articles are read under.
func (b *Builder) fingerprint() (f articlecache.Fingerprint) {
	h := sha256.New()
	b.parser.Fingerprint(h)
	for _, t := range b.opt.Topics {
		json.NewEncoder(h).Encode([]any{t.Name, t.Aliases}) // plain data: cannot fail
	}
	h.Sum(f[:0])
	return f
}

// restore begins with the state that was accepted last: as it was shown then,
// and as of then. Files that have not changed since are not read.
func (b *Builder) restore() {
	if b.restored {
		return
	}
	b.restored = true
	if b.texts != nil {
		b.refill(b.texts.Restore())
	}
	if b.whole {
		return
	}
	for path := range b.opt.Ledger.Paths() {
		if _, ok := b.stamps[path]; !ok {
			b.stamps[path] = 0
		}
	}
}

func (b *Builder) refill(r articlecache.Restored) {
	now := b.opt.Now()
	if r.At.Before(now) { // else the clock was wrong, then or now
		now = r.At
	}
	b.catalog.Advance(now)
	b.whole = r.Whole
	b.stamps = make(map[string]stamp, len(r.Entries))
	articles := make([]*article.Article, 0, len(r.Entries))
	for _, e := range r.Entries {
		if e.Path == "" {
			continue
		}
		b.stamps[e.Path] = 0
		if b.foreign = b.foreign || !e.Current; e.Current {
			b.stamps[e.Path] = e.Stamp
		}
		switch {
		case e.Article != nil:
			articles = append(articles, e.Article)
		case e.Current:
			b.errs[e.Path] = article.ErrNoFrontMatter
		}
	}
	b.catalog.Fill(articles)
}

// keep takes down what a round has changed, once the ledger has it on disk.
func (b *Builder) keep(now time.Time, all []loaded, gone []string, lasting bool) {
	if b.texts == nil {
		return
	}
	if !lasting { // files that are not taken down are read again, which mends it
		b.whole = false
		return
	}
	var err error
	for _, l := range all {
		a := b.catalog.Get(l.path)
		switch _, here := b.stamps[l.path]; {
		case !here:
			err = errors.Join(err, b.texts.Forget(l.path))
		case l.err == nil && a != nil:
			err = errors.Join(err, b.texts.Note(a, l.stamp))
		case errors.Is(l.err, article.ErrNoFrontMatter) && a == nil:
			err = errors.Join(err, b.texts.Skip(l.path, l.stamp))
		}
	}
	for _, path := range gone {
		err = errors.Join(err, b.texts.Forget(path))
	}
	err = errors.Join(err, b.texts.Commit(now, b.whole), b.texts.Compact(now, b.whole, len(b.stamps), b.entries()))
	if err != nil {
		b.opt.Logger.Warn("the next start reads more files than need be", "err", err)
	}
}

// entries is what keep has taken down altogether.
func (b *Builder) entries() iter.Seq[articlecache.Entry] {
	return func(yield func(articlecache.Entry) bool) {
		for path, s := range b.stamps {
			e := articlecache.Entry{Path: path, Stamp: s, Article: b.catalog.Get(path)}
			if err := b.errs[path]; err != nil && e.Article != nil {
				e.Stamp = 0 // what is kept is not what the file holds
			}
			if (e.Article != nil || errors.Is(b.errs[path], article.ErrNoFrontMatter)) && !yield(e) {
				return
			}
		}
	}
}

// surely reports whether all that the ledger knows is in the catalog, after a
// first round. From then on it stays so.
func (b *Builder) surely() bool {
	for path := range b.stamps {
		if b.catalog.Get(path) == nil && b.opt.Ledger.Knows(path) {
			return false
		}
	}
	return true
}

// discard drops the texts of articles that were read and are not wanted.
func (b *Builder) discard(all []loaded) {
	for _, l := range all {
		b.drop(l.article)
	}
}

func (b *Builder) drop(a *article.Article) {
	if a != nil && b.texts != nil {
		b.texts.Drop(a)
	}
}
