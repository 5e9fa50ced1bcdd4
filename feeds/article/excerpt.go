package article

import (
	"strings"

	"feedmill/feeds"
)

// excerptSize bounds the text kept for a summary, in bytes.
const excerptSize = 2000

// write adds text that stands before the excerpt marker.
func (w *walker) write(s string) {
	if room := excerptSize - w.text.Len(); !w.more && !w.heading && room > 0 {
		w.text.WriteString(s[:min(len(s), room)])
	}
}

// excerptLength is where a summary made of the text ends, in bytes.
const excerptLength = 320

// excerpt is the text before the "more" marker, else its first paragraph or so.
func (c *content) excerpt() string {
	text := feeds.XMLText(strings.ToValidUTF8(strings.TrimSpace(c.lead), ""))
	if !c.more {
		text, _, _ = strings.Cut(text, "\n")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= excerptLength || c.more {
		return text
	}
	cut := strings.LastIndexByte(text[:excerptLength], ' ')
	if cut < 0 { // a script without spaces
		return strings.ToValidUTF8(text[:excerptLength], "") + "…"
	}
	return text[:cut] + "…"
}
