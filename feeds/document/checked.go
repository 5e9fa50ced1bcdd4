package document

import (
	"errors"
	"fmt"
	"runtime/debug"

	"feedmill/feeds"
)

// ServesOwn reports whether Document gives what was rendered of this revision, rather
// than the last good document that check has put in its place. Only then Marks and
// Since are about the same items.
func (r *Revision) ServesOwn(f feeds.Format) bool {
	o := r.outcome(f)
	return o.err == nil && o.lastGood == nil
}

// Checked is r with its documents kept in part p of c, and with check between each of them
// and whoever asks for it: check is given the document and the feed that was
// encoded, or the error of that. It returns the revision whose
// document is to be served instead, if any, or why there is none. It is asked
// once about a document, however often that is made again without failing; a nil
// check never.
func (r *Revision) Checked(c *Cache, p Part, check func(f feeds.Format, feed *feeds.Feed, d *Document, err error) (lastGood *Revision, failed error)) *Revision {
	return &Revision{assemble: r.assemble, encoders: r.encoders, making: r.making, cache: c, part: p, check: check}
}

var errChanged = errors.New("made again, it is another document: an article has changed in the meantime")

// make makes a document. tag is that of the document when it was made first, or
// empty. check is called the first time, and again after a failure, so that it
// learns of the end of that.
func (r *Revision) make(f feeds.Format, tag string, failed bool) *outcome {
	o := &outcome{}
	var feed *feeds.Feed
	feed, o.doc, o.temporary, o.err = r.attempt(f)
	if o.err != nil && ended(r.making) != nil {
		return &outcome{err: o.err, temporary: true}
	}
	again := tag != "" && o.err == nil && o.doc.Tag == tag
	if tag != "" && !again {
		if o.err == nil {
			o.err = errChanged
		}
		o.doc, o.temporary = nil, true
	}
	if r.check != nil && (!again || failed) {
		o.lastGood, o.err = r.check(f, feed, o.doc, o.err)
	}
	if o.lastGood != nil || o.err != nil {
		o.doc = nil
	} else {
		o.doc.Coded.making = r.making
		o.doc.Coded.grown = func(bytes int) { r.cache.Grow(&o.Cached, bytes) } // by a coding
	}
	return o
}

// attempt also says whether another attempt may end better.
func (r *Revision) attempt(f feeds.Format) (feed *feeds.Feed, d *Document, temporary bool, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			d, err = nil, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	feed = r.Feed()
	d, err = newDocument(feed, f, r.encoders[f], r.making)
	return feed, d, feed.Missing != nil, err
}
