package atomext

import "feedmill/feeds"

const historyNamespace = "http://purl.org/syndication/history/1.0"

// History holds the elements of RFC 5005 that say how much of a feed a document
// has, to be embedded in the feed's element. The zero History writes nothing.
type History struct {
	Namespace string    `xml:"xmlns:fh,attr,omitempty"`
	Complete  *struct{} `xml:"fh:complete"` // §2: the document has all items
	Archive   *struct{} `xml:"fh:archive"`  // §4: the document has the items of a period
}

// NewHistory returns the elements of f.
func NewHistory(f *feeds.Feed) (h History) {
	if f.Complete {
		h.Namespace, h.Complete = historyNamespace, new(struct{})
	}
	if f.Period != "" {
		h.Namespace, h.Archive = historyNamespace, new(struct{})
	}
	return h
}
