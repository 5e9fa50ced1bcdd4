package server

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"feedmill/feeds"
)

// content is what rendering a resource gives.
type content struct {
	body     *feeds.Body
	tag      string        // without quotes
	modified time.Time     // zero: no Last-Modified
	fresh    time.Duration // how long caches may use it at most
	next     time.Time     // when it is known to change; zero for never
	control  string        // Cache-Control; empty: made of fresh and next
	varies   string        // request fields that choose the answer beside Accept-Encoding
	header   http.Header   // what else goes with the bytes
	weight   int           // bytes that live and die with the view
	deltas   *deltas       // nil: there are none
}

// rendition is a resource in memory with every header ready. It never changes.
type rendition struct {
	tag      string
	modified time.Time
	fresh    time.Duration
	next     time.Time
	weight   int

	body     *feeds.Body
	deltas   *deltas
	held304  [len(feeds.Codings)]http.Header
	variants [len(feeds.Codings)]func() variant
}

// variant is a rendition in one content coding.
type variant struct {
	body   []byte
	header http.Header
}

func newRendition(r *Resource, c *content, now time.Time) *rendition {
	if c.modified.After(now) {
		c.modified = now // as an article can state a future change; RFC 9110 §8.8.2.1
	}
	if c.control == "" {
		c.control = cacheControl(c.fresh)
	}
	out := &rendition{tag: c.tag, modified: c.modified, fresh: c.fresh, next: c.next, weight: c.weight, body: c.body, deltas: c.deltas}
	for _, coding := range feeds.Codings {
		out.held304[coding] = c.validators(coding)
		out.variants[coding] = sync.OnceValue(func() variant {
			return variantOf(r.MediaType, coding, c.body, out.held304[coding], c.header)
		})
	}
	return out
}

// variantOf is a body in a coding, with the headers that go with it.
func variantOf(mediaType string, coding feeds.Coding, body *feeds.Body, headers ...http.Header) variant {
	bytes, h := body.In(coding), http.Header{}
	for _, more := range headers {
		maps.Copy(h, more)
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(bytes)))
	if coding != feeds.Identity {
		h.Set("Content-Encoding", coding.String())
	}
	return variant{bytes, h}
}

// validators are the headers that a 304 shares with the 200 it stands for.
func (c *content) validators(coding feeds.Coding) http.Header {
	h := http.Header{
		"Etag":                   {tagIn(c.tag, coding)},
		"Cache-Control":          {c.control},
		"Vary":                   {varyBy("Accept-Encoding", c.varies)},
		"X-Content-Type-Options": {"nosniff"},
	}
	if !c.modified.IsZero() {
		h.Set("Last-Modified", c.modified.UTC().Format(http.TimeFormat))
	}
	if origin, ok := c.header["Access-Control-Allow-Origin"]; ok {
		h["Access-Control-Allow-Origin"] = origin
	}
	return h
}

// tagIn is the entity tag of a coding's bytes: strong tags differ where bytes do
// (RFC 9110 §8.8.3.3).
func tagIn(tag string, coding feeds.Coding) string {
	if coding == feeds.Identity {
		return `"` + tag + `"`
	}
	return `"` + tag + "-" + coding.String() + `"`
}

func varyBy(fields, more string) string {
	if more == "" {
		return fields
	}
	return fields + ", " + more
}

// serve answers a GET or HEAD. Ranges are ignored, as RFC 9110 §14.2 allows.
func (out *rendition) serve(w http.ResponseWriter, r *http.Request, now time.Time) {
	coding := out.body.Worth(preferred(r.Header["Accept-Encoding"]))
	h := w.Header()
	if out.held(r.Header) {
		maps.Copy(h, out.held304[coding])
		out.hurry(h, now)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if out.deltas != nil && wantsDelta(r.Header) {
		if news, base := out.deltas.since(r.Header["If-None-Match"], now); news != nil {
			v := news.variants[news.body.Worth(preferred(r.Header["Accept-Encoding"]))]()
			maps.Copy(h, v.header)
			h.Set("Delta-Base", base)
			v.send(w, r, http.StatusIMUsed)
			return
		}
	}
	v := out.variants[coding]()
	maps.Copy(h, v.header)
	out.hurry(h, now)
	v.send(w, r, http.StatusOK)
}

// hurry keeps copies from outliving a change that is known to come: they may be
// used until its second, and not a minute beyond.
func (out *rendition) hurry(h http.Header, now time.Time) {
	left := out.next.Sub(now)
	if out.next.IsZero() || left > out.fresh+staleWhile {
		return
	}
	seconds := int64(min(max(left+time.Second-1, 0), out.fresh) / time.Second)
	h["Cache-Control"] = []string{"public, max-age=" + strconv.FormatInt(seconds, 10) + ", " + staleIfError}
}

func (v variant) send(w http.ResponseWriter, r *http.Request, status int) {
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(v.body) // an error means that the client has gone
	}
}

// held reports whether the client already holds this rendition (RFC 9110
// §13.2.2). If-None-Match decides alone where it is present.
func (out *rendition) held(h http.Header) bool {
	if tags, ok := h["If-None-Match"]; ok {
		return namesTag(tags, out.tag)
	}
	since := h["If-Modified-Since"]
	if len(since) != 1 || out.modified.IsZero() { // §13.1.3: several are to be ignored
		return false
	}
	t, err := http.ParseTime(since[0])
	return err == nil && !out.modified.Truncate(time.Second).After(t)
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

// rendered is content whose bytes the view itself owns.
func rendered(body []byte, fresh time.Duration, h http.Header) *content {
	return &content{body: feeds.NewBody(body), tag: feeds.TagOf(body), fresh: fresh, header: h, weight: 2 * len(body)}
}
