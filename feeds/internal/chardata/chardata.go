// Package chardata writes plain text into XML elements the way the RSS Advisory
// Board's profile asks ("Character Data"): & and < as hexadecimal references,
// which readers that decode once and readers that decode twice both show right.
package chardata

import (
	"strings"

	"feedmill/feeds"
)

// Text is an element's plain text. A nil *Text leaves the element out.
type Text struct {
	XML string `xml:",innerxml"`
}

// New escapes s, without the characters that XML forbids.
func New(s string) Text { return Text{escape.Replace(feeds.XMLText(s))} }

// Optional is New, or nil for text that is empty.
func Optional(s string) *Text {
	if t := New(s); t.XML != "" {
		return &t
	}
	return nil
}

// A bare carriage return would reach the reader as a line feed (XML 1.0 §2.11).
var escape = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;", "\r", "&#xD;")

// CDATA holds markup as it is, which takes less room and less time than
// references do. Carriage returns reach the reader as line feeds.
func CDATA(s string) Text {
	return Text{"<![CDATA[" + strings.ReplaceAll(feeds.XMLText(s), "]]>", "]]]]><![CDATA[>") + "]]>"}
}
