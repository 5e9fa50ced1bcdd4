package server

import (
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// deltas gives clients of one document what is new since they last came (RFC
// 3229, with the instance manipulation "feed").
type deltas struct {
	past     *past
	resource *Resource
	like     *content // the full document without its bytes
	revision *document.Revision
	format   feeds.Format
	log      *slog.Logger

	mu   sync.Mutex
	room int                   // bytes that more deltas may take
	made map[string]*rendition // by the tag they start from; nil: the full document is as good
}

// deltas keeps what a document holds for clients to come, and answers those that
// come back.
func (v *view) deltas(r *Resource, full *content, revision *document.Revision, f feeds.Format) *deltas {
	past := v.past
	if full.document.key.Kind == feeds.Composed { // of which there is no end: they would soon be all that is remembered
		past = v.pastMixes
	}
	past.note(r.Path, full.tag, revision.Marks())
	like := *full
	like.body, like.again = nil, nil
	return &deltas{
		past: past, resource: r, like: &like, revision: revision, format: f, log: v.opt.Logger,
		room: len(full.body.In(document.Identity)), made: map[string]*rendition{},
	}
}

// wantsDelta reads A-IM (RFC 3229 §10.5.3): a list of instance manipulations
// with weights, of which "identity" asks for the whole. The library feedparser
// sends it without asking the programs that use it, of which rss2email takes 226
// for an error: its users would get nothing new for days.
func wantsDelta(r request) bool {
	lines := r.Field("A-Im")
	if lines == nil || strings.Contains(r.Agent(), "feedparser/") || strings.Contains(r.Agent(), "rss2email/") {
		return false
	}
	feed, whole := unset, unset
	for name, q := range weights(lines) {
		switch {
		case strings.EqualFold(name, "feed"):
			feed = q
		case strings.EqualFold(name, "identity"):
			whole = q
		}
	}
	return feed > 0 && feed >= whole
}

// since returns a rendition of what is new since one of the tags in these
// If-None-Match lines, and that tag as the client has it. It is nil where none of
// them is remembered or the full document serves better.
func (d *deltas) since(lines []string, now time.Time) (news *rendition, base string) {
	for got := range tags(lines) {
		got = strings.Trim(got, `"`)
		tag := got
		if len(tag) > tagLength && sameTag(tag, tag[:tagLength]) {
			tag = tag[:tagLength]
		}
		if known, ok := d.past.find(d.resource.Path, tag); ok {
			return d.from(tag, known, now), `"` + got + `"`
		}
	}
	return nil, ""
}

// tagLength is that of every tag that feeds.TagOf makes.
const tagLength = 16

// from makes a delta once. There is room for them until they are as large as the
// full document together, so that many old tags cost little more than that.
func (d *deltas) from(tag string, known []document.Mark, now time.Time) *rendition {
	d.mu.Lock()
	defer d.mu.Unlock()
	if out, ok := d.made[tag]; ok || d.room <= 0 {
		return out
	}
	body, items, err := d.revision.Since(d.format, known)
	if err != nil {
		d.log.Error("not rendered", "url", d.resource.Path, "err", err)
	}
	d.room -= len(body)
	if err != nil || items == len(d.revision.Marks()) { // all is new: then caches had better keep the answer
		d.made[strings.Clone(tag)] = nil
		return nil
	}
	c := *d.like
	c.body = document.NewBody(body)
	c.control = "no-store, im" // §10.8.3: for none but caches that know what 226 is
	c.varies = varyBy(c.varies, "A-IM, If-None-Match")
	c.header = maps.Clone(c.header)
	c.header.Set("IM", "feed")
	out := newRendition(d.resource, &c, now)
	d.made[strings.Clone(tag)] = out
	return out
}

// past remembers what documents held, so that a tag of the last days says what
// its client knows. It is bounded in age and size, and empty after a start.
type past struct {
	now   func() time.Time
	limit int // of size

	mu      sync.Mutex
	current map[string]*state // by path
	former  map[place]*state
	order   []*state // former ones, the longest replaced first
	size    int      // of all states, in marks
}

type place struct{ path, tag string }

// state is what one document held under one tag.
type state struct {
	place
	marks []document.Mark
	until time.Time // when it was replaced
}

// size is what a state takes of the bound: its marks and what holds them.
func (s *state) size() int { return len(s.marks) + 16 }

const (
	pastAge    = 7 * 24 * time.Hour
	pastSize   = 1 << 20 // marks: 16 MiB
	mixesShare = 1 << 18
)

func newPast(now func() time.Time, limit int) *past {
	return &past{now: now, limit: limit, current: map[string]*state{}, former: map[place]*state{}}
}

// note takes in what the document at path holds now.
func (p *past) note(path, tag string, marks []document.Mark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.current[path]
	if old != nil && old.tag == tag {
		return
	}
	if old != nil {
		old.until = p.now()
		p.former[old.place] = old
		p.order = append(p.order, old)
	}
	s := &state{place: place{path, tag}, marks: marks}
	p.current[path] = s
	p.size += s.size()
	p.trim()
}

// trim forgets what is too old or too much.
func (p *past) trim() {
	oldest := p.now().Add(-pastAge)
	for len(p.order) > 0 && (p.size > p.limit || p.order[0].until.Before(oldest)) {
		s := p.order[0]
		p.order[0], p.order = nil, p.order[1:]
		p.size -= s.size()
		if p.former[s.place] == s {
			delete(p.former, s.place)
		}
	}
	for path, s := range p.current {
		if p.size <= p.limit {
			return
		}
		delete(p.current, path)
		p.size -= s.size()
	}
}

// find returns what the document at path held under a tag. A document can have
// had it in a view that is no longer the newest.
func (p *past) find(path, tag string) ([]document.Mark, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.former[place{path, tag}]
	if c := p.current[path]; c != nil && c.tag == tag {
		s = c
	}
	if s == nil || !s.until.IsZero() && p.now().Sub(s.until) > pastAge {
		return nil, false
	}
	return s.marks, true
}
