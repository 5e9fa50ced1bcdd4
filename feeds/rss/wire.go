package rss

import (
	"encoding/xml"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds/internal/atomext"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/mediarss"
)

const specification = "https://www.rssboard.org/rss-specification"

// Sections in quotes are those of the RSS 2.0 specification (2.0.11) or, after
// "profile", of the Best Practices Profile. A field here replaces the field of an
// embedded gorilla struct that has the same element.

// root is "What is RSS?": the rss element with its version, and the namespaces.
type root struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Channel *channel
}

// channel is "Required channel elements" and "Optional channel elements". The
// embedded struct has language, managingEditor, lastBuildDate, generator, docs and
// ttl.
type channel struct {
	XMLName     xml.Name       `xml:"channel"`
	Title       chardata.Text  `xml:"title"`       // "Required channel elements"
	Link        string         `xml:"link"`        // "Required channel elements"
	Description chardata.Text  `xml:"description"` // "Required channel elements"
	Links       []atomext.Link `xml:"atom:link"`   // profile, "atom:link"; RFC 5005 §4
	Copyright   *chardata.Text `xml:"copyright"`   // "Optional channel elements"
	*gfeeds.RssFeed
	Category *category `xml:"category"` // "<category> sub-element of <item>"
	Image    *image    `xml:"image"`    // "<image> sub-element of <channel>"
	atomext.History

	// Items are encoded one by one; this field is empty and hides the embedded one.
	Items []item `xml:"item"`
}

// image is "<image> sub-element of <channel>". Title and link are the channel's.
type image struct {
	URL   string        `xml:"url"` // of a GIF, JPEG or PNG
	Title chardata.Text `xml:"title"`
	Link  string        `xml:"link"`
}

// item is "Elements of <item>". The embedded struct has content:encoded, author,
// guid and pubDate.
type item struct {
	XMLName     xml.Name      `xml:"item"`
	Title       chardata.Text `xml:"title"`
	Link        string        `xml:"link,omitempty"`
	Description string        `xml:"description,omitempty"` // HTML; before content:encoded (profile)
	*gfeeds.RssItem
	Updated    string          `xml:"atom:updated,omitempty"` // RFC 4287 §4.2.15
	Creators   []chardata.Text `xml:"dc:creator"`             // profile, "dc:creator": an author without a mail address
	Language   string          `xml:"dc:language,omitempty"`  // Dublin Core 1.1; RSS has a language only for channels
	Categories []category      `xml:"category"`               // "<category> sub-element of <item>"
	Source     *source         `xml:"source"`                 // "<source> sub-element of <item>"
	Enclosure  *enclosure      `xml:"enclosure"`              // profile, "enclosure": at most one
	Links      []atomext.Link  `xml:"atom:link"`              // profile, "atom:link"
	mediarss.Elements
	Group *mediarss.Group `xml:"media:group"` // profile, "enclosure": further ones go here
}

// category is "<category> sub-element of <item>".
type category struct {
	Domain string `xml:"domain,attr"` // identifies the taxonomy
	chardata.Text
}

// source is "<source> sub-element of <item>".
type source struct {
	URL string `xml:"url,attr"` // required
	chardata.Text
}

// enclosure is "<enclosure> sub-element of <item>". All attributes are required.
type enclosure struct {
	URL    string `xml:"url,attr"`
	Length int64  `xml:"length,attr"` // bytes; zero: unknown (profile, "enclosure")
	Type   string `xml:"type,attr"`
}
