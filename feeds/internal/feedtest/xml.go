package feedtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// DecodeXML encodes f as XML, which must be well-formed, and returns what the document
// holds.
func DecodeXML[T any](t testing.TB, encode document.Encoder, f *feeds.Feed) (decoded T) {
	t.Helper()
	doc := Bytes(t, encode, f)
	WellFormed(t, doc)
	if err := xml.Unmarshal(doc, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// WellFormed fails the test unless doc is a well-formed XML document, no element has
// an attribute twice (which encoding/xml accepts) and all addresses are ASCII.
func WellFormed(t testing.TB, doc []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		if element, ok := token.(xml.StartElement); ok {
			checkAttributes(t, element)
		}
	}
}

func checkAttributes(t testing.TB, e xml.StartElement) {
	t.Helper()
	seen := make(map[xml.Name]bool)
	for _, a := range e.Attr {
		if seen[a.Name] {
			t.Fatalf("attribute %s of %s is there twice", a.Name.Local, e.Name.Local)
		}
		seen[a.Name] = true
		switch a.Name.Local {
		case "href", "url", "scheme", "domain":
			if strings.ContainsFunc(a.Value, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Fatalf("%s of %s is %q", a.Name.Local, e.Name.Local, a.Value)
			}
		}
	}
}
