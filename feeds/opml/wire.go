package opml

import "encoding/xml"

// The sections quoted are those of the OPML 2.0 specification.

// opmlDocument is "What is an <opml>?" with "What is a <head>?".
type opmlDocument struct {
	XMLName  xml.Name `xml:"opml"`
	Version  string   `xml:"version,attr"`
	Title    string   `xml:"head>title"`
	Modified string   `xml:"head>dateModified,omitempty"` // RFC 822
	Owner    string   `xml:"head>ownerName,omitempty"`
	Body     body     `xml:"body"`
}

type body struct {
	Outlines []outline `xml:"outline"`
}

// outline is "Subscription lists", or a folder of such.
type outline struct {
	Text        string    `xml:"text,attr"`            // required
	Title       string    `xml:"title,attr,omitempty"` // of a feed, as text: readers differ in which they show
	Type        string    `xml:"type,attr,omitempty"`  // "rss"; none for a folder
	XMLURL      string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL     string    `xml:"htmlUrl,attr,omitempty"`
	Description string    `xml:"description,attr,omitempty"`
	Outlines    []outline `xml:"outline"`
}
