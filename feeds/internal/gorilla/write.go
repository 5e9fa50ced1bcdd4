package gorilla

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"
	"sync"

	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// WriteXML writes an XML document that names a style sheet and ends in a line feed.
// root is the document without items. The items of f, each as encode returns it,
// are inserted before end, which is how root ends when it is encoded: the closing
// tags, each behind a line feed and its indentation.
func WriteXML(w io.Writer, f *feeds.Feed, format feeds.Format, root any, end string, encode func(*feeds.Item) any) error {
	frame, err := xml.MarshalIndent(root, "", "  ")
	if err != nil {
		return err
	}
	start, ok := bytes.CutSuffix(frame, []byte(end))
	if !ok {
		return fmt.Errorf("%s without items does not end in %q", format, end)
	}
	if _, err := fmt.Fprintf(w, "%s%s%s", xml.Header, stylesheet(f.Site), start); err != nil {
		return err
	}
	indent := strings.Repeat("  ", strings.Count(end, "\n"))
	for _, it := range f.Items {
		if _, err := io.WriteString(w, "\n"+indent); err != nil {
			return err
		}
		if err := it.WriteFragment(w, format, func() ([]byte, error) { return element(format, encode(it), indent) }); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, end+"\n")
	return err
}

// stylesheet is a processing instruction that makes a browser show the document
// with a style sheet (Associating Style Sheets with XML documents 1.0).
func stylesheet(site *feeds.Site) string {
	return `<?xml-stylesheet type="text/css" href="` + html.EscapeString(uri.Escape(site.URL(feeds.StylesheetPath))) + "\"?>\n"
}

// encoder is used for many items, because its buffers are larger than most items.
type encoder struct {
	*xml.Encoder
	to bytes.Buffer
}

var encoders [len(feeds.Formats)]sync.Pool

// element encodes v. Lines but the first begin with indent, which must be the same
// for all calls with one format.
func element(format feeds.Format, v any, indent string) ([]byte, error) {
	e, ok := encoders[format].Get().(*encoder)
	if !ok {
		e = &encoder{}
		e.Encoder = xml.NewEncoder(&e.to)
		e.Indent(indent, "  ")
	}
	e.to.Reset()
	if err := e.Encode(v); err != nil {
		return nil, err // the encoder cannot be used again
	}
	encoded := bytes.Clone(bytes.TrimSpace(e.to.Bytes())) // each but the first begins with a line feed
	encoders[format].Put(e)
	return encoded, nil
}
