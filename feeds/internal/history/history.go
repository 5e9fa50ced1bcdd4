// Package history writes the marks of RFC 5005, which Atom and RSS share.
package history

import "feedmill/feeds"

// Namespace is that of the marks, with the prefix fh.
const Namespace = "http://purl.org/syndication/history/1.0"

// History marks a document. Nothing is written for one without marks.
type History struct {
	Namespace string    `xml:"xmlns:fh,attr,omitempty"`
	Complete  *struct{} `xml:"fh:complete"` // RFC 5005 §2
	Archive   *struct{} `xml:"fh:archive"`  // RFC 5005 §4
}

// Of is what there is to say of f.
func Of(f *feeds.Feed) (h History) {
	if f.Complete {
		h.Namespace, h.Complete = Namespace, new(struct{})
	}
	if f.Period != "" {
		h.Namespace, h.Archive = Namespace, new(struct{})
	}
	return h
}
