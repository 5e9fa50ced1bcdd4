package rss

import (
	"encoding/xml"

	gfeeds "github.com/gorilla/feeds"

	"feedmill/feeds/internal/atomlink"
	"feedmill/feeds/internal/chardata"
	"feedmill/feeds/internal/history"
	"feedmill/feeds/internal/mediarss"
)

const specification = "https://www.rssboard.org/rss-specification"

// The sections quoted are those of the RSS 2.0 specification (2.0.11) and, as
// "profile", of the Best Practices Profile. Fields here take the place of those
// of the same name in the embedded gorilla structs.

type root struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Channel *channel
}

type channel struct {
	XMLName     xml.Name        `xml:"channel"`
	Title       chardata.Text   `xml:"title"`       // "Required channel elements"
	Link        string          `xml:"link"`        // "Required channel elements"
	Description chardata.Text   `xml:"description"` // "Required channel elements"
	Links       []atomlink.Link `xml:"atom:link"`   // profile, "atom:link": rel=self; RFC 5005 §4
	Copyright   *chardata.Text  `xml:"copyright"`   // "Optional channel elements"
	*gfeeds.RssFeed
	Category *category `xml:"category"`
	Image    *image    `xml:"image"` // "<image> sub-element of <channel>"
	history.History

	// Items are encoded apart; the field keeps the embedded struct's out.
	Items []item `xml:"item"`
}

// image is a GIF, JPEG or PNG. Its title and link are the channel's.
type image struct {
	URL   string        `xml:"url"`
	Title chardata.Text `xml:"title"`
	Link  string        `xml:"link"`
}

// item is "Elements of <item>". The embedded struct holds content:encoded,
// author, guid and pubDate.
type item struct {
	XMLName     xml.Name      `xml:"item"`
	Title       chardata.Text `xml:"title"`
	Link        string        `xml:"link,omitempty"`
	Description string        `xml:"description,omitempty"` // HTML; before content:encoded (profile)
	*gfeeds.RssItem
	Updated    string          `xml:"atom:updated,omitempty"` // RFC 4287 §4.2.15
	Creators   []chardata.Text `xml:"dc:creator"`             // profile, "dc:creator": a name without an address
	Language   string          `xml:"dc:language,omitempty"`  // Dublin Core; RSS has none for items
	Categories []category      `xml:"category"`               // "<category> sub-element of <item>"
	Source     *source         `xml:"source"`                 // "<source> sub-element of <item>"
	Enclosure  *enclosure      `xml:"enclosure"`              // profile: at most one
	Links      []atomlink.Link `xml:"atom:link"`              // profile, "atom:link"
	mediarss.Elements
	Group *mediarss.Group `xml:"media:group"` // profile, "enclosure": where the others go
}

type category struct {
	Domain string `xml:"domain,attr"` // identifies the taxonomy
	chardata.Text
}

type source struct {
	URL string `xml:"url,attr"` // required
	chardata.Text
}

// enclosure has three required attributes; a length of zero is an unknown one
// (profile, "enclosure").
type enclosure struct {
	URL    string `xml:"url,attr"`
	Length int64  `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}
