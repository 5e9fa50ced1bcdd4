package chardata

import (
	"encoding/xml"
	"testing"

	"feedmill/feeds"
)

type document struct {
	Title Text  `xml:"title"`
	Note  *Text `xml:"note"`
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"AT&T <3 > 2":  `<document><title>AT&#x26;T &#x3C;3 &#x3E; 2</title></document>`,
		"&amp;":        `<document><title>&#x26;amp;</title></document>`,
		"a\x00\ufffeb": `<document><title>ab</title></document>`,
		"a\r\nb":       "<document><title>a&#xD;\nb</title></document>",
	} {
		got, err := xml.Marshal(document{Title: New(in), Note: Optional("\x01")})
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v, want %s", in, got, err, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("]]> & <b> \r\n\t \u202e 👩‍🚀 \xff")
	f.Fuzz(func(t *testing.T, in string) {
		doc, err := xml.Marshal(document{Title: New(in)})
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			Title string `xml:"title"`
		}
		if err := xml.Unmarshal(doc, &back); err != nil {
			t.Fatalf("%q: %v in %s", in, err, doc)
		}
		if want := feeds.XMLText(in); back.Title != want {
			t.Fatalf("%q reads back as %q", want, back.Title)
		}
	})
}
