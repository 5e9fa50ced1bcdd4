package server

import (
	"bytes"
	_ "embed"
	"net/http"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

//go:embed page/style.css
var style []byte

//go:embed page/feed.css
var feedStyle []byte

//go:embed page/script.js
var script []byte

//go:embed page/icon.svg
var icon []byte

// The paths of style sheet and script change with their bytes, so they are cached
// for ever.
var (
	stylePath  = "/style-" + document.TagOf(style) + ".css"
	scriptPath = "/script-" + document.TagOf(script) + ".js"
)

const (
	iconPath   = "/icon.svg"
	aboutPath  = "/about/"
	newestPath = "/newest/"
	opmlPath   = "/opml.xml"
	htmlType   = "text/html; charset=utf-8"
)

// document is one feed, or an archive document of it, in one format. Its bytes
// belong to the revision and outlive the view. next is when it changes although
// no file does; zero for never.
func (v *view) document(path string, k feeds.Key, revision *document.Revision, next time.Time, f feeds.Format) Resource {
	r := Resource{Path: path, MediaType: f.MediaType() + "; charset=utf-8"}
	r.render = func() (*content, error) {
		d, err := revision.Document(f)
		if err != nil {
			return nil, err
		}
		c := &content{
			body: d.Coded, again: coded(revision, f), ready: codedReady(revision, f), tag: d.Tag, modified: d.LastModified, fresh: d.MaxAge, next: next,
			varies: browserFields, header: v.documentHeader(path, k, f), weight: 1 << 10,
			document: &polledDocument{k, f, int64(len(d.Coded.In(document.Identity)))},
		}
		if v.past != nil && revision.ServesOwn(f) {
			c.deltas = v.deltas(&r, c, revision, f)
		}
		return c, nil
	}
	return r
}

// coded gets a document's bytes from where they are kept, or makes them again.
func coded(revision *document.Revision, f feeds.Format) func() (*document.Body, error) {
	return func() (*document.Body, error) {
		d, err := revision.Document(f)
		if err != nil {
			return nil, err
		}
		return d.Coded, nil
	}
}

// codedReady gets a document's bytes if they are in memory, else nil.
func codedReady(revision *document.Revision, f feeds.Format) func() *document.Body {
	return func() *document.Body {
		if d, ok := revision.Ready(f); ok {
			return d.Coded
		}
		return nil
	}
}

// documentHeader names the document and its page (RFC 8288) and lets readers
// that run in a browser fetch it from their own origin.
func (v *view) documentHeader(path string, k feeds.Key, f feeds.Format) http.Header {
	site := v.snap.Site
	return http.Header{
		"Link": {
			"<" + site.URL(path) + `>; rel="self"; type="` + f.MediaType() + `"`,
			"<" + site.URL(k.Path()) + `>; rel="alternate"; type="text/html"`,
		},
		"Access-Control-Allow-Origin":   {"*"},
		"Access-Control-Expose-Headers": {"ETag, Link"},
	}
}

// outline is all topics for import into a reader.
func (v *view) outline() Resource {
	return Resource{opmlPath, "text/x-opml; charset=utf-8", func() (*content, error) {
		var b bytes.Buffer
		if err := v.opt.OPML(&b, v.snap); err != nil {
			return nil, err
		}
		c := rendered(b.Bytes(), time.Hour, http.Header{"Access-Control-Allow-Origin": {"*"}})
		if all := v.snap.Listing(feeds.Key{}); all != nil {
			c.next = all.Next // the next article can bring a topic
		}
		return c, nil
	}}
}

// asset is a file that comes with the program.
func asset(path, mediaType string, body []byte) Resource {
	control := ""
	if path == stylePath || path == scriptPath {
		control = "public, max-age=31536000, immutable"
	}
	return Resource{path, mediaType, func() (*content, error) {
		c := rendered(body, 24*time.Hour, nil)
		c.control = control
		return c, nil
	}}
}
