package server

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/site"
)

// deltas gives clients of one document what is new since they last came (RFC
// 3229, with the instance manipulation "feed").
type deltas struct {
	former   *former
	resource *site.Resource
	content  site.Content // of the full document, without its bytes
	log      *slog.Logger
	grown    func(bytes int) // told of each delta that is kept

	mu   sync.Mutex
	room int                        // bytes that more deltas may take
	made map[string]*representation // by the tag they start from; nil: the full document is as good
}

// newDeltas remembers what a document holds for clients to come, and answers those
// that come back.
func (v *view) newDeltas(r *site.Resource, full site.Content, now time.Time) *deltas {
	f := v.former
	if r.Document.Key.Kind == feeds.Composed { // of which there is no end: they would soon be all that is remembered
		f = v.formerMixes
	}
	f.remember(r.Path, full.Tag, r.Document.Marks(), now)
	like := full
	like.Body = nil
	return &deltas{
		former: f, resource: r, content: like, log: v.opt.Logger, grown: func(int) {},
		room: len(full.Body.In(document.Identity)), made: map[string]*representation{},
	}
}

// wantsDelta reads the lines of A-IM (RFC 3229 §10.5.3): a list of instance manipulations
// with weights, of which "identity" asks for the whole. The library feedparser
// sends it without asking the programs that use it, of which rss2email takes 226
// for an error: its users would get nothing new for days.
func wantsDelta(lines []string, agent string) bool {
	if strings.Contains(agent, "feedparser/") || strings.Contains(agent, "rss2email/") {
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

// answer is what is new since one of the tags in If-None-Match. ok is false where
// none of them is remembered or the full document serves better.
func (d *deltas) answer(want preference, r request) (a front.Answer, ok bool) {
	for got := range tags(r.Field("If-None-Match")) {
		got = strings.Trim(got, `"`)
		tag := got
		if len(got) > tagLength {
			if _, same := codedTag(got, got[:tagLength], document.Identity); same {
				tag = got[:tagLength]
			}
		}
		known, ok := d.former.find(d.resource.Path, tag, r.now)
		if !ok {
			continue
		}
		out := d.since(tag, known, r.now)
		if out == nil {
			return a, false
		}
		if out.isSmall && !want.coded {
			want = preference{}
		}
		coding, bytes := want.of(out.body)
		head := out.newHead(http.StatusOK, coding).With(front.One("Delta-Base", `"`+got+`"`))
		head.Status = http.StatusIMUsed
		return front.Answer{Head: head, Body: bytes}, true
	}
	return a, false
}

// tagLength is that of every tag that document.TagOf makes.
const tagLength = 16

// since makes a delta once. There is room for them until they are as large as the
// full document together, so that many old tags cost little more than that.
func (d *deltas) since(tag string, known []document.Mark, now time.Time) *representation {
	d.mu.Lock()
	defer d.mu.Unlock()
	if out, ok := d.made[tag]; ok || d.room <= 0 {
		return out
	}
	revision := d.resource.Document
	body, items, err := revision.Since(revision.Format, known)
	if err != nil {
		d.log.Error("not rendered", "url", d.resource.Path, "err", err)
	}
	d.room -= len(body)
	tag = strings.Clone(tag)
	if err != nil || items == len(revision.Marks()) { // all is new: then caches had better keep the answer
		d.made[tag] = nil
		d.grown(deltaRoom)
		return nil
	}
	c := d.content
	c.Body = document.NewBody(body)
	out := newRepresentation(d.resource, c, now, variant{
		control: "no-store, im", // §10.8.3: for none but caches that know what 226 is
		vary:    ", A-IM, If-None-Match",
		fields:  []front.Field{front.One("Im", "feed")},
	})
	d.made[tag] = out
	d.grown(deltaRoom + len(body) + out.size())
	c.Body.OnGrown(d.grown)
	return out
}

// deltaRoom is what a delta takes in memory besides its bytes and fields.
const deltaRoom = 256

// former remembers what documents held, so that the tag of a client that comes back
// within formerAge says what it knows. It is empty after a start, and safe for
// concurrent use.
type former struct {
	cache *document.Cache // drops states

	mu      sync.Mutex // held while a state is added
	current sync.Map   // of *state, by path
	states  sync.Map   // of *state, by place; also the current ones
}

type place struct{ path, tag string }

// state is what one document held under one tag.
type state struct {
	document.Cached
	place
	marks    []document.Mark
	replaced atomic.Int64 // when another took its place, as Unix time; zero: none did
}

const formerAge = 7 * 24 * time.Hour

// stateRoom is what a state takes in memory besides its path and marks.
const stateRoom = 512

// newFormer has room for the deltas' share of so many bytes.
func newFormer(bytes int) *former { return &former{cache: document.NewCache(bytes)} }

// remember takes in what the document at path holds now.
func (f *former) remember(path, tag string, marks []document.Mark, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if old, ok := f.current.Load(path); ok {
		if old.(*state).tag == tag {
			return
		}
		old.(*state).replaced.Store(now.Unix())
	}
	s := &state{place: place{path, tag}, marks: marks}
	f.current.Store(path, s)
	if old, ok := f.states.Swap(s.place, s); ok {
		f.cache.Drop(&old.(*state).Cached)
	}
	f.cache.Keep(document.Deltas, &s.Cached, stateRoom+len(path)+len(marks)*len(document.Mark{}), func() {
		f.current.CompareAndDelete(path, s)
		f.states.CompareAndDelete(s.place, s)
	})
}

// find returns what the document at path held under a tag.
func (f *former) find(path, tag string, now time.Time) ([]document.Mark, bool) {
	found, ok := f.states.Load(place{path, tag})
	if !ok {
		return nil, false
	}
	s := found.(*state)
	s.Use()
	replaced := s.replaced.Load()
	return s.marks, replaced == 0 || now.Sub(time.Unix(replaced, 0)) <= formerAge
}
