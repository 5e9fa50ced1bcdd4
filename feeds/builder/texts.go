package builder

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
)

// texts is where a builder has the texts of articles, and what earlier rounds have
// read of them: in the article cache. Without one, articles keep their texts in
// memory, and every method does nothing.
type texts struct {
	session  *articlecache.Session // nil: there is none
	store    *article.BodyStore
	log      *slog.Logger
	full     sync.Once // to say that there is no room on disk
	restored bool      // restore was called
	foreign  bool      // some of what was restored was read under other settings, and has not been read again
	stale    []string  // paths that are only in an older copy of the ledger, until the first look at all files
	staleAt  time.Time // when they were not there any more
	whole    bool      // the ledger knows of no article that is neither in the catalog nor in a file that stamps names
}

// move moves the text of an article that was just read out of memory. Where it
// cannot, it says so once, and a is as it was.
func (t *texts) move(a *article.Article) (moved *article.Article, ok bool) {
	if t.session == nil {
		return a, false
	}
	moved, err := t.store.Unload(a)
	if err != nil {
		t.full.Do(func() { t.log.Warn("texts stay in memory: there is no room for them on disk", "err", err) })
	}
	return moved, err == nil
}

// drop drops the text of an article that is not wanted any more; nil is none.
func (t *texts) drop(a *article.Article) {
	if a != nil && t.session != nil {
		t.session.ReleaseText(a)
	}
}

func (b *Builder) openTexts() {
	b.texts.log = b.opt.Logger
	if b.opt.Cache == nil {
		return
	}
	b.texts.store = &article.BodyStore{Parser: b.opt.Parser, Read: b.readAgain}
	b.texts.session = b.opt.Cache.Use(b.texts.store, b.settings())
}

// readAgain reads a file whose text was lost, for a document that is to be made.
func (b *Builder) readAgain(path string) ([]byte, error) {
	if b.hanging.hinders(path) {
		return nil, errHanging
	}
	type result struct {
		src []byte
		err error
	}
	read, began := make(chan result, 1), time.Now()
	go func() {
		src, _, err := b.src.ReadFile(path, nil, maxFile)
		read <- result{src, err}
	}()
	limit, cancel := context.WithTimeout(b.opt.Making, patience)
	defer cancel()
	select {
	case r := <-read:
		return r.src, r.err
	case <-limit.Done():
	}
	if b.hanging.begin(path, began) {
		go func() {
			<-read
			b.hanging.end(loaded{path: path})
		}()
	}
	return nil, errHanging
}

// settings stands for the settings that articles are read under.
func (b *Builder) settings() (f articlecache.Fingerprint) {
	h := sha256.New()
	b.opt.Parser.Fingerprint(h)
	for _, t := range b.opt.Topics {
		json.NewEncoder(h).Encode([]any{t.Name, t.Aliases}) // plain data: cannot fail
	}
	h.Sum(f[:0])
	return f
}

// restore begins with the state that was accepted last: as it was shown then,
// and as of then. Files that have not changed since are not read.
func (b *Builder) restore() {
	if b.texts.restored {
		return
	}
	b.texts.restored = true
	if b.texts.session != nil {
		b.refill(b.texts.session.Restore())
	}
	if b.texts.whole {
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
	if r.Cut {
		b.opt.Logger.Info("the end of the cache is damaged, or was not written; the files of its articles are read again")
	}
	b.texts.whole = r.Complete()
	b.stamps = make(map[string]stamp, len(r.Entries))
	articles := make([]*article.Article, 0, len(r.Entries))
	for _, e := range r.Entries {
		if e.Path == "" {
			continue
		}
		b.stamps[e.Path] = 0
		if b.texts.foreign = b.texts.foreign || !e.Current; e.Current {
			b.stamps[e.Path] = e.Stamp
		}
		switch {
		case e.Article != nil:
			articles = append(articles, e.Article)
		case e.Current:
			b.faults[e.Path] = fault{err: article.ErrNoFrontMatter}
		}
	}
	b.catalog.Fill(articles)
	b.catchUp(&r, articles)
}

// saveTexts writes down what a round has changed, if the ledger has it on disk.
func (b *Builder) saveTexts(r *round) {
	t := &b.texts
	if t.session == nil {
		return
	}
	if !r.lasting { // files that are not written down are read again, which mends it
		t.whole = false
		return
	}
	var err error
	for _, l := range r.files {
		a := b.catalog.Get(l.path)
		switch _, here := b.stamps[l.path]; {
		case !here:
			err = errors.Join(err, t.session.SaveRemoval(l.path))
		case l.err == nil && a != nil:
			err = errors.Join(err, t.session.SaveArticle(a, l.stamp))
		case errors.Is(l.err, article.ErrNoFrontMatter) && a == nil:
			err = errors.Join(err, t.session.SaveOther(l.path, l.stamp))
		}
	}
	for _, path := range r.gone {
		err = errors.Join(err, t.session.SaveRemoval(path))
	}
	err = errors.Join(err, t.session.Commit(r.now, t.whole), t.session.Compact(r.now, t.whole, len(b.stamps), b.entries()))
	if err != nil {
		b.opt.Logger.Warn("the next start reads more files than need be", "err", err)
	}
}

// entries is all that saveTexts has written down.
func (b *Builder) entries() iter.Seq[articlecache.Entry] {
	return func(yield func(articlecache.Entry) bool) {
		for path, s := range b.stamps {
			e := articlecache.Entry{Path: path, Stamp: s, Article: b.catalog.Get(path)}
			err := b.faults[path].err
			if err != nil && e.Article != nil {
				e.Stamp = 0 // the last good version is not what the file holds
			}
			if (e.Article != nil || errors.Is(err, article.ErrNoFrontMatter)) && !yield(e) {
				return
			}
		}
	}
}

// knowsAll reports whether all that the ledger knows is in the catalog, after a
// first round. From then on it stays so.
func (b *Builder) knowsAll() bool {
	for path := range b.stamps {
		if b.catalog.Get(path) == nil && b.opt.Ledger.Knows(path) {
			return false
		}
	}
	return true
}
