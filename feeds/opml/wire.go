package opml

import "encoding/xml"

// Sections in quotes are those of the OPML 2.0 specification.

// root is "What is an <opml>?" and "What is a <head>?".
type root struct {
	XMLName  xml.Name `xml:"opml"`
	Version  string   `xml:"version,attr"`
	Title    string   `xml:"head>title"`
	Modified string   `xml:"head>dateModified,omitempty"` // RFC 822
	Owner    string   `xml:"head>ownerName,omitempty"`
	Body     body     `xml:"body"`
}

// body is "What is a <body>?".
type body struct {
	Outlines []outline `xml:"outline"`
}

// outline is "What is an <outline>?": a feed as in "Subscription lists", or a folder
// of feeds.
type outline struct {
	Text        string    `xml:"text,attr"`            // required
	Title       string    `xml:"title,attr,omitempty"` // of a feed, equal to Text: readers show one of the two
	Type        string    `xml:"type,attr,omitempty"`  // "rss"; empty for a folder
	XMLURL      string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL     string    `xml:"htmlUrl,attr,omitempty"`
	Description string    `xml:"description,attr,omitempty"`
	Outlines    []outline `xml:"outline"`
}
