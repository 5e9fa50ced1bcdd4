package server

import (
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/site"
)

// representation is a resource that can be sent: its tag, and the fields of its
// answers. A head is made of them when it is first sent, and kept. The bytes of a
// document are not its own: they may leave memory and be made again.
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

	shared, content []front.Field   // beside the tag: of a 304 and the 200 it stands for; of the 200 alone
	heads           [2]codedHeads   // of 304, and of 200
	grown           func(bytes int) // told of each head that is made; nil for nobody
}

// codedHeads are heads by coding.
type codedHeads [len(document.Codings)]head

// head is a head once it is made, and what has been made of it for the time before a
// change that is known to come.
type head struct {
	made atomic.Pointer[front.Head]
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
		shared: sharedFields(r, c, how), content: append(contentFields(r, c), how.fields...),
	}
	if r.Document == nil || how.control != "" {
		out.body = c.Body
	}
	return out
}

// notModified is the head of a 304 for a client that has the representation in a
// coding.
func (out *representation) notModified(coding document.Coding, now time.Time) *front.Head {
	return out.heads[0][coding].until(out, http.StatusNotModified, coding, now)
}

// whole is the head of the representation in a coding.
func (out *representation) whole(coding document.Coding, now time.Time) *front.Head {
	return out.heads[1][coding].until(out, http.StatusOK, coding, now)
}

func (out *representation) newHead(status int, coding document.Coding) *front.Head {
	tag := out.tag
	if coding != document.Identity { // strong tags differ where bytes do (RFC 9110 §8.8.3.3)
		tag += "-" + coding.String()
	}
	fields := append([]front.Field{front.One("Etag", `"`+tag+`"`)}, out.shared...)
	if status == http.StatusOK {
		if fields = append(fields, out.content...); coding != document.Identity {
			fields = append(fields, front.One("Content-Encoding", coding.String()))
		}
	}
	return front.NewHead(status, slices.Clip(fields)...)
}

// size is what the representation takes in memory without its bytes and its heads,
// at most.
func (out *representation) size() int {
	return representationBytes + headSize(out.shared) + headSize(out.content)
}

const representationBytes = 512 // without its fields

// headSize is what a head of these fields takes in memory, at most: the fields, and
// the bytes that are sent of it.
func headSize(fields []front.Field) int {
	n := 256
	for _, f := range fields {
		n += 64 + len(f.Name)
		for _, l := range f.Lines {
			n += 24 + len(l)
		}
	}
	return n
}

const staleIfError = "stale-if-error=86400"

// sharedFields are the fields beside the tag that a 304 has like the 200 it stands
// for. Caches may keep a copy while it is fresh, then use it for a minute while they
// ask again, and for a day while we cannot be reached (RFC 5861).
func sharedFields(r *site.Resource, c site.Content, how variant) []front.Field {
	control := "public, max-age=" + strconv.FormatInt(int64(max(c.Fresh, 0)/time.Second), 10) + ", stale-while-revalidate=60, " + staleIfError
	vary := "Accept-Encoding"
	switch {
	case how.control != "":
		control = how.control
	case r.Class == site.Constant:
		control = "public, max-age=31536000, immutable"
	}
	if r.Class == site.Feed {
		vary += ", " + browserFields
	}
	all := []front.Field{front.One("Cache-Control", control), front.One("Vary", vary+how.vary), nosniff}
	if !c.Modified.IsZero() {
		all = append(all, front.One("Last-Modified", c.Modified.UTC().Format(http.TimeFormat)))
	}
	if r.Class == site.Feed || r.Class == site.Outline { // for readers that run in a browser, at an origin of their own
		all = append(all, front.One("Access-Control-Allow-Origin", "*"))
	}
	return all
}

// contentFields are the fields that go with the bytes alone.
func contentFields(r *site.Resource, c site.Content) []front.Field {
	all := []front.Field{front.One("Content-Type", r.MediaType)}
	if len(c.Links) > 0 {
		links := front.Field{Name: "Link"}
		for _, l := range c.Links {
			links.Lines = append(links.Lines, "<"+l.URL+`>; rel="`+l.Rel+`"; type="`+l.MediaType+`"`)
		}
		all = append(all, links)
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

// answer answers a GET or HEAD. Ranges are ignored, as RFC 9110 §14.2 allows. If
// all must be ready and something has to be made first, it makes nothing, and ok is
// false.
func (out *representation) answer(r request, mustBeReady bool) (a front.Answer, ok bool, err error) {
	want := preferred(r.Field("Accept-Encoding"))
	if out.isSmall && !want.coded {
		want = preference{}
	}
	if r.isConditional {
		if coding, held := out.heldBy(r, want.best); held {
			return front.Answer{Head: out.notModified(coding, r.now)}, true, nil
		}
	}
	if out.deltas != nil && r.wantsDelta {
		if mustBeReady {
			return a, false, nil
		}
		if a, ok := out.deltas.answer(want, r); ok {
			return a, true, nil
		}
	}
	body := out.body
	if body == nil {
		d, ok := out.Document.Ready(out.Document.Format)
		if !ok && !mustBeReady {
			d, err = out.Document.Document(out.Document.Format)
			ok = err == nil
		}
		if !ok {
			return a, false, err
		}
		body = d.Coded
	}
	coding := want.best
	bytes, made := body.Made(coding)
	if !made {
		if mustBeReady && !want.isReady(body) {
			return a, false, nil
		}
		coding, bytes = want.of(body)
	}
	return front.Answer{Head: out.whole(coding, r.now), Body: bytes}, true, nil
}

// until is a head, made where it is not there yet. It keeps copies from outliving a
// change that is known to come: they may be used until its second, and not a minute
// beyond.
func (h *head) until(out *representation, status int, coding document.Coding, now time.Time) *front.Head {
	usual := h.made.Load()
	if usual == nil {
		usual = out.newHead(status, coding)
		if !h.made.CompareAndSwap(nil, usual) {
			usual = h.made.Load()
		} else if out.grown != nil {
			out.grown(headSize(usual.Fields))
		}
	}
	if out.next.IsZero() || out.next.Sub(now) > out.fresh+time.Minute { // in which a stale copy may be used
		return usual
	}
	seconds := int64(min(max(out.next.Sub(now)+time.Second-1, 0), out.fresh) / time.Second)
	soon := h.soon.Load()
	if soon == nil || soon.seconds != seconds {
		control := front.One("Cache-Control", "public, max-age="+strconv.FormatInt(seconds, 10)+", "+staleIfError)
		next := &soonHead{usual.With(control), seconds}
		if h.soon.Swap(next) == nil && out.grown != nil {
			out.grown(headSize(usual.Fields))
		}
		soon = next
	}
	return soon.Head
}
