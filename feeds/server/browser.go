package server

import (
	"net/http"
	"strings"

	"feedmill/feeds"
)

// browserFields are what tells people from programs at a feed's address. Each
// answer there varies by them, so that no cache hands one's to the other.
const browserFields = "Sec-Fetch-Dest, Sec-Fetch-Site"

// isNavigation reports whether a browser asks for what it is about to show as the
// page itself (Fetch Metadata §2.1). Whoever asks so for a document is led to its
// page.
func isNavigation(r request) bool { return first(r.Field("Sec-Fetch-Dest")) == "document" }

// isFromHere reports whether a link on our own pages led to a document, which
// means the document.
func isFromHere(r request) bool { return first(r.Field("Sec-Fetch-Site")) == "same-origin" }

// shown is the head of a document that a browser is about to show. Some take the
// media types of feeds for plain text, which no style sheet applies to.
func shown(h *head, mediaType string) *head {
	if h.status != http.StatusOK || !strings.Contains(mediaType, "+xml") {
		return h
	}
	return h.with(one("Content-Type", "application/xml; charset=utf-8"))
}

func first(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// pageOf is the path of the page beside a feed's document, or beside an archive
// document of it; empty for other paths.
func pageOf(path string) string {
	for _, f := range feeds.Formats {
		if folder, ok := strings.CutSuffix(path, "/"+f.Filename()); ok {
			return folder + "/"
		}
	}
	return ""
}
