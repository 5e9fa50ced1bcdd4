package server

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/site"
)

// representation is a resource with every header ready, in each content coding. It
// never changes. The bytes of a document are not its own: they may leave memory and
// be made again.
type representation struct {
	*site.Resource
	tag      string // without quotes
	modified time.Time
	fresh    time.Duration  // how long caches may use it at most
	next     time.Time      // when it is known to change; zero for never
	body     *document.Body // nil for the document of a feed, which its revision has
	full     int            // bytes, in no coding
	isSmall  bool           // not worth a coding
	deltas   *deltas        // nil: there are none

	notModified, whole [len(document.Codings)]head // by coding
}

// head is a ready head, and what has been made of it for the time before a change
// that is known to come.
type head struct {
	*front.Head
	soon atomic.Pointer[soonHead]
}

// soonHead is a head whose copies may be used for so many seconds.
type soonHead struct {
	*front.Head
	seconds int64
}

// variant is how a representation differs from the usual one of its resource.
type variant struct {
	control string // Cache-Control; empty: made of how long it is fresh
	vary    string // more request fields that choose the answer
	fields  []front.Field
}

func newRepresentation(r *site.Resource, c site.Content, now time.Time, how variant) *representation {
	if c.Modified.After(now) {
		c.Modified = now // as an article can state a future change; RFC 9110 §8.8.2.1
	}
	out := &representation{
		Resource: r, tag: c.Tag, modified: c.Modified, fresh: c.Fresh, next: c.Next,
		full: len(c.Body.In(document.Identity)), isSmall: c.Body.Worth(document.Gzip) == document.Identity,
	}
	if r.Document == nil || how.control != "" {
		out.body = c.Body
	}
	more := append(descriptive(r, c), how.fields...)
	for _, coding := range document.Codings {
		validators := validators(r, c, coding, how)
		out.notModified[coding].Head = front.NewHead(http.StatusNotModified, validators...)
		if coding != document.Identity {
			validators = append(validators, front.One("Content-Encoding", coding.String()))
		}
		out.whole[coding].Head = front.NewHead(http.StatusOK, validators...).With(more...)
	}
	return out
}

// weight is the bytes that live and die with the representation, with codings.
func (out *representation) weight() int {
	if out.body == nil {
		return 0
	}
	return 2 * out.full
}

const (
	staleWhile   = time.Minute
	staleIfError = "stale-if-error=86400"
)

// cacheControl lets caches keep a copy for fresh, then use it for a minute while
// they ask again, and for a day while we cannot be reached (RFC 5861).
func cacheControl(fresh time.Duration) string {
	seconds := int64(max(fresh, 0) / time.Second)
	return "public, max-age=" + strconv.FormatInt(seconds, 10) + ", stale-while-revalidate=60, " + staleIfError
}

// validators are the fields that a 304 shares with the 200 it stands for.
func validators(r *site.Resource, c site.Content, coding document.Coding, how variant) []front.Field {
	control, vary := cacheControl(c.Fresh), "Accept-Encoding"
	if r.Class == site.Constant {
		control = "public, max-age=31536000, immutable"
	}
	if how.control != "" {
		control = how.control
	}
	if r.Class == site.Feed {
		vary += ", " + browserFields
	}
	all := []front.Field{front.One("Etag", tagIn(c.Tag, coding)), front.One("Cache-Control", control), front.One("Vary", vary+how.vary), nosniff}
	if !c.Modified.IsZero() {
		all = append(all, front.One("Last-Modified", c.Modified.UTC().Format(http.TimeFormat)))
	}
	if r.Class == site.Feed || r.Class == site.Outline { // for readers that run in a browser, at an origin of their own
		all = append(all, front.One("Access-Control-Allow-Origin", "*"))
	}
	return all
}

// descriptive are the fields that go with the bytes alone.
func descriptive(r *site.Resource, c site.Content) []front.Field {
	all := []front.Field{front.One("Content-Type", r.MediaType)}
	if len(c.Links) > 0 {
		links := make([]string, len(c.Links))
		for i, l := range c.Links {
			links[i] = "<" + l.URL + `>; rel="` + l.Rel + `"; type="` + l.MediaType + `"`
		}
		all = append(all, front.Field{Name: "Link", Lines: links})
	}
	switch r.Class {
	case site.Page:
		all = append(all, pageFields...)
	case site.Feed:
		all = append(all, front.One("Access-Control-Expose-Headers", "ETag, Link"))
	}
	return all
}

// pageFields let a page load the site's style sheet, its script, and pictures; the
// script may ask the site, and forms lead to it. Nothing that an article holds can
// run.
var pageFields = []front.Field{
	front.One("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: http:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
	front.One("Referrer-Policy", "strict-origin-when-cross-origin"),
}

// tagIn is the entity tag of a coding's bytes: strong tags differ where bytes do
// (RFC 9110 §8.8.3.3).
func tagIn(tag string, coding document.Coding) string {
	if coding == document.Identity {
		return `"` + tag + `"`
	}
	return `"` + tag + "-" + coding.String() + `"`
}

// way is how a request for a representation is to be answered.
type way struct {
	want   preference
	held   bool            // with 304: the client has it
	coding document.Coding // in which the client has it
	delta  bool            // with what is new, if that is known
	body   *document.Body  // with this; nil: it has to be made
}

// choose decides how to answer. isReady is whether nothing must be made for it.
// Ranges are ignored, as RFC 9110 §14.2 allows.
func (out *representation) choose(r front.Request) (w way, isReady bool) {
	if w.want = preferred(r.Field("Accept-Encoding")); out.isSmall && !w.want.coded {
		w.want = preference{}
	}
	if w.coding, w.held = out.heldBy(r, w.want.best); w.held {
		return w, true
	}
	if w.delta = out.deltas != nil && wantsDelta(r); w.delta {
		return w, false
	}
	if w.body = out.body; w.body == nil {
		d, ok := out.Document.Ready(out.Document.Format)
		if !ok {
			return w, false
		}
		w.body = d.Coded
	}
	return w, w.want.isIn(w.body)
}

// answer answers a GET or HEAD in the way that was chosen.
func (out *representation) answer(w way, r front.Request, now time.Time) (a front.Answer, err error) {
	if w.held {
		return front.Answer{Head: out.notModified[w.coding].until(out, now)}, nil
	}
	if w.delta {
		if a, ok := out.deltas.answer(w.want, r, now); ok {
			return a, nil
		}
	}
	if w.body == nil {
		d, err := out.Document.Document(out.Document.Format)
		if err != nil {
			return a, err
		}
		w.body = d.Coded
	}
	coding, bytes := w.want.of(w.body)
	return front.Answer{Head: out.whole[coding].until(out, now), Body: bytes}, nil
}

// until keeps copies from outliving a change that is known to come: they may be
// used until its second, and not a minute beyond.
func (h *head) until(out *representation, now time.Time) *front.Head {
	left := out.next.Sub(now)
	if out.next.IsZero() || left > out.fresh+staleWhile {
		return h.Head
	}
	seconds := int64(min(max(left+time.Second-1, 0), out.fresh) / time.Second)
	soon := h.soon.Load()
	if soon == nil || soon.seconds != seconds {
		control := front.One("Cache-Control", "public, max-age="+strconv.FormatInt(seconds, 10)+", "+staleIfError)
		soon = &soonHead{h.With(control), seconds}
		h.soon.Store(soon)
	}
	return soon.Head
}

// heldBy reports whether the client already has this representation (RFC 9110
// §13.2.2), and in which coding, so that the answer names what the client has: the
// wanted one where it does not tell. If-None-Match decides alone where it is
// present.
func (out *representation) heldBy(r front.Request, want document.Coding) (document.Coding, bool) {
	if tags := r.Field("If-None-Match"); tags != nil {
		return namesTag(tags, out.tag, want)
	}
	since := r.Field("If-Modified-Since")
	if len(since) != 1 || out.modified.IsZero() { // §13.1.3: several are to be ignored
		return want, false
	}
	t, err := http.ParseTime(since[0])
	return want, err == nil && !out.modified.Truncate(time.Second).After(t)
}
