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
	body     []byte
	gzip     func() []byte
	tag      string      // without quotes
	modified time.Time   // zero: no Last-Modified
	control  string      // Cache-Control
	header   http.Header // what else goes with the bytes
	weight   int         // bytes that live and die with the view
}

// rendition is a resource in memory with every header ready. It never changes.
type rendition struct {
	tag      string
	modified time.Time
	weight   int

	plain, packed     func() variant
	plain304, pack304 http.Header
}

// variant is a rendition in one content coding.
type variant struct {
	body   []byte
	header http.Header
}

func newRendition(r *Resource, c *content) *rendition {
	if now := time.Now(); c.modified.After(now) {
		c.modified = now // as an article can state a future change; RFC 9110 §8.8.2.1
	}
	out := &rendition{tag: c.tag, modified: c.modified, weight: c.weight}
	out.plain304, out.pack304 = c.validators(c.tag), c.validators(c.tag+"-gzip")
	variantOf := func(body []byte, validators http.Header, coding string) variant {
		h := maps.Clone(validators)
		maps.Copy(h, c.header)
		h.Set("Content-Type", r.MediaType)
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if coding != "" {
			h.Set("Content-Encoding", coding)
		}
		return variant{body, h}
	}
	plain := variantOf(c.body, out.plain304, "")
	out.plain = func() variant { return plain }
	out.packed = sync.OnceValue(func() variant { return variantOf(c.gzip(), out.pack304, "gzip") })
	return out
}

// validators are the headers that a 304 shares with the 200 it stands for.
func (c *content) validators(tag string) http.Header {
	h := http.Header{
		"Etag":                   {`"` + tag + `"`},
		"Cache-Control":          {c.control},
		"Vary":                   {"Accept-Encoding"},
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

// serve answers a GET or HEAD. Ranges are ignored, as RFC 9110 §14.2 allows.
func (out *rendition) serve(w http.ResponseWriter, r *http.Request) {
	gzip := prefersGzip(r.Header["Accept-Encoding"])
	if out.held(r.Header) {
		h := out.plain304
		if gzip {
			h = out.pack304
		}
		maps.Copy(w.Header(), h)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	v := out.plain()
	if gzip {
		v = out.packed()
	}
	maps.Copy(w.Header(), v.header)
	w.WriteHeader(http.StatusOK)
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

// cacheControl lets caches keep a copy for fresh, then use it for a minute while
// they ask again, and for a day while we cannot be reached (RFC 5861).
func cacheControl(fresh time.Duration) string {
	seconds := int64(max(fresh, 0) / time.Second)
	return "public, max-age=" + strconv.FormatInt(seconds, 10) + ", stale-while-revalidate=60, stale-if-error=86400"
}

// rendered is content whose bytes the view itself owns.
func rendered(body []byte, control string, h http.Header) *content {
	return &content{
		body: body, tag: feeds.TagOf(body), control: control, header: h, weight: 2 * len(body),
		gzip: sync.OnceValue(func() []byte { return feeds.Gzip(body) }),
	}
}
