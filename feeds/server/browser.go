package server

import (
	"net/http"
	"strings"

	"feedmill/feeds"
)

// browserFields are what tells people from programs at a feed's address. Each
// answer there varies by them, so that no cache hands one's to the other.
const browserFields = "Sec-Fetch-Dest, Sec-Fetch-Site"

// leadsToPage reports whether somebody is to be shown the page of the document
// at path: a browser that is about to show it as the page itself (Fetch Metadata
// §2.1), unless a link on our own pages led there, which means the document.
func leadsToPage(path string, h http.Header) bool {
	return h.Get("Sec-Fetch-Dest") == "document" && h.Get("Sec-Fetch-Site") != "same-origin" && pageOf(path) != ""
}

// pageOf is the path of the page beside a feed's document, empty for other paths.
func pageOf(path string) string {
	for _, f := range feeds.Formats {
		if folder, ok := strings.CutSuffix(path, "/"+f.Filename()); ok {
			feed, _, _ := strings.Cut(folder, "/archive/") // whose page is the feed's
			return feed + "/"
		}
	}
	return ""
}
