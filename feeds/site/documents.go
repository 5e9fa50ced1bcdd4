package site

import (
	"bytes"
	_ "embed"
	"strings"
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

// Style is the style sheet of the pages.
func Style() string { return string(style) }

// feed is the page or a document of a feed.
func (s *Site) feed(a address) Found {
	l := s.listing(a.key)
	if l == nil {
		return s.ended(a.key)
	}
	if f, ok := format(a.file); ok {
		return s.document(l.Key.DocumentPath(f), l.Key, l.Revision, l.Next, f)
	}
	return s.feedPage(l)
}

// document is one feed, or an archive document of it, in one format. next is when
// it changes although no file does; zero for never.
func (s *Site) document(path string, k feeds.Key, revision *document.Revision, next time.Time, f feeds.Format) *Resource {
	links := []Link{
		{s.snap.Site.URL(path), "self", f.MediaType()},
		{s.snap.Site.URL(k.Path()), "alternate", "text/html"},
	}
	render := func() (Content, error) {
		d, err := revision.Document(f)
		if err != nil {
			return Content{}, err
		}
		return Content{Body: d.Coded, Tag: d.Tag, Modified: d.LastModified, Fresh: d.MaxAge, Next: next, Links: links}, nil
	}
	page := s.link(strings.TrimSuffix(path, f.Filename()))
	return &Resource{Path: path, MediaType: f.MediaType() + "; charset=utf-8", Class: Feed, Document: &Document{k, f, revision}, Page: page, Render: render}
}

// outline is all topics for import into a reader.
func (s *Site) outline(address) Found {
	if s.opt.OPML == nil {
		return nil
	}
	return &Resource{Path: opmlPath, MediaType: "text/x-opml; charset=utf-8", Class: Outline, Render: func() (Content, error) {
		var b bytes.Buffer
		if err := s.opt.OPML(&b, s.snap); err != nil {
			return Content{}, err
		}
		c := contentOf(bytes.Clone(b.Bytes()), time.Hour)
		if all := s.snap.Listing(feeds.Key{}); all != nil {
			c.Next = all.Next // the next article can bring a topic
		}
		return c, nil
	}}
}

// asset is a file that comes with the program.
func asset(path, mediaType string, body []byte, class Class) func(*Site, address) Found {
	return func(*Site, address) Found {
		return &Resource{Path: path, MediaType: mediaType + "; charset=utf-8", Class: class, Render: func() (Content, error) {
			return contentOf(body, 24*time.Hour), nil
		}}
	}
}

func contentOf(body []byte, fresh time.Duration) Content {
	return Content{Body: document.NewBody(body), Tag: document.TagOf(body), Fresh: fresh}
}
