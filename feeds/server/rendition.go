package server

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
)

// content is what rendering a resource gives.
type content struct {
	body     *document.Body
	again    func() (*document.Body, error) // gets equal bytes later on; nil: body is kept
	ready    func() *document.Body          // the same where that takes no time, else nil; nil with again
	tag      string                         // without quotes
	modified time.Time                      // zero: no Last-Modified
	fresh    time.Duration                  // how long caches may use it at most
	next     time.Time                      // when it is known to change; zero for never
	control  string                         // Cache-Control; empty: made of fresh and next
	varies   string                         // request fields that choose the answer beside Accept-Encoding
	header   http.Header                    // what else goes with the bytes
	weight   int                            // bytes that live and die with the view
	deltas   *deltas                        // nil: there are none
	document *polledDocument                // nil: it is none of a feed
}

// rendition is a resource with every header ready. It never changes, and the
// bytes of a document are not its own: they may leave memory and come back.
type rendition struct {
	tag      string
	modified time.Time
	fresh    time.Duration
	next     time.Time
	weight   int
	deltas   *deltas
	document *polledDocument

	body   func() (*document.Body, error)
	ready  func() *document.Body // nil: takes time
	small  bool                  // not worth a coding
	held   [len(document.Codings)]*head
	common [len(document.Codings)][]field
	whole  [len(document.Codings)]atomic.Pointer[sized]
}

// sized is the head of a body of so many bytes.
type sized struct {
	*head
	length int
}

func newRendition(r *Resource, c *content, now time.Time) *rendition {
	if c.modified.After(now) {
		c.modified = now // as an article can state a future change; RFC 9110 §8.8.2.1
	}
	if c.control == "" {
		c.control = cacheControl(c.fresh)
	}
	out := &rendition{
		tag: c.tag, modified: c.modified, fresh: c.fresh, next: c.next, weight: c.weight, deltas: c.deltas, document: c.document,
		body: c.again, ready: c.ready, small: c.body.Worth(document.Gzip) == document.Identity,
	}
	if out.body == nil {
		out.body = func() (*document.Body, error) { return c.body, nil }
		out.ready = func() *document.Body { return c.body }
	}
	more := append(fieldsOf(c.header), one("Content-Type", r.MediaType))
	for _, coding := range document.Codings {
		validators := c.validators(coding)
		out.held[coding] = newHead(http.StatusNotModified, validators...)
		if coding != document.Identity {
			validators = append(validators, one("Content-Encoding", coding.String()))
		}
		out.common[coding] = newHead(0, validators...).with(more...).fields
	}
	return out
}

// validators are the fields that a 304 shares with the 200 it stands for.
func (c *content) validators(coding document.Coding) []field {
	all := []field{one("Etag", tagIn(c.tag, coding)), one("Cache-Control", c.control), one("Vary", varyBy("Accept-Encoding", c.varies)), nosniff}
	if !c.modified.IsZero() {
		all = append(all, one("Last-Modified", c.modified.UTC().Format(http.TimeFormat)))
	}
	if origin, ok := c.header["Access-Control-Allow-Origin"]; ok {
		all = append(all, field{"Access-Control-Allow-Origin", origin})
	}
	return all
}

// tagIn is the entity tag of a coding's bytes: strong tags differ where bytes do
// (RFC 9110 §8.8.3.3).
func tagIn(tag string, coding document.Coding) string {
	if coding == document.Identity {
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

// answer answers a GET or HEAD. Ranges are ignored, as RFC 9110 §14.2 allows.
func (out *rendition) answer(r request, now time.Time) (answer, error) {
	want := out.wanted(r)
	if coding, held := out.heldIn(r, want.best); held {
		return answer{out.hurry(out.held[coding], now), nil}, nil
	}
	if out.deltas != nil && wantsDelta(r) {
		if news, base := out.deltas.since(r.Field("If-None-Match"), now); news != nil {
			a, err := news.full(news.wanted(r))
			if err != nil {
				return a, err
			}
			a.head = a.with(one("Delta-Base", base))
			a.status = http.StatusIMUsed
			return a, nil
		}
	}
	a, err := out.full(want)
	if err == nil {
		a.head = out.hurry(a.head, now)
	}
	return a, err
}

func (out *rendition) wanted(r request) preference {
	p := preferred(r.Field("Accept-Encoding"))
	if out.small && !p.coded {
		return preference{}
	}
	return p
}

// full is the whole in the wanted coding, or in one that can be sent sooner.
func (out *rendition) full(want preference) (answer, error) {
	body, err := out.body()
	if err != nil {
		return answer{}, err
	}
	coding, bytes := want.of(body)
	s := out.whole[coding].Load()
	if s == nil || s.length != len(bytes) {
		length := one("Content-Length", strconv.Itoa(len(bytes)))
		s = &sized{newHead(http.StatusOK, append(out.common[coding][:len(out.common[coding]):len(out.common[coding])], length)...), len(bytes)}
		out.whole[coding].Store(s)
	}
	return answer{s.head, bytes}, nil
}

// heldIn reports whether the client already holds this rendition (RFC 9110
// §13.2.2), and in which coding, so that the answer names what it holds: the
// wanted one where it does not tell. If-None-Match decides alone where it is
// present.
func (out *rendition) heldIn(r request, want document.Coding) (document.Coding, bool) {
	if tags := r.Field("If-None-Match"); tags != nil {
		return heldIn(tags, out.tag, want)
	}
	since := r.Field("If-Modified-Since")
	if len(since) != 1 || out.modified.IsZero() { // §13.1.3: several are to be ignored
		return want, false
	}
	t, err := http.ParseTime(since[0])
	return want, err == nil && !out.modified.Truncate(time.Second).After(t)
}

// rendered is content whose bytes the view itself owns.
func rendered(body []byte, fresh time.Duration, h http.Header) *content {
	return &content{body: document.NewBody(body), tag: document.TagOf(body), fresh: fresh, header: h, weight: 2 * len(body)}
}
