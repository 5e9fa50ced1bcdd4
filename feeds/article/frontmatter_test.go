package article

import (
	"bytes"
	"os"
	"testing"
)

// TestPrintable tries each byte at each place of a word.
func TestPrintable(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			text := bytes.Repeat([]byte("~ "), 10)
			text[at] = byte(c)
			if want := c >= ' ' && c < 0x7f || c == '\n' || c == '\t'; printable(text) != want {
				t.Errorf("0x%02x at %d: not %v", c, at, want)
			}
		}
	}
	for text, want := range map[string]bool{"": true, "12345\u00e9678": true, "1234567\u0085": false, "1234567\u2028": false, "1234567\ufffd": true, "1234567\xc3": false, "\n\n\n\n\n\n\n\n\x1f": false} {
		if printable([]byte(text)) != want {
			t.Errorf("%q: not %v", text, want)
		}
	}
}

// TestParseAllocations bounds what reading an article of the usual form costs.
func TestParseAllocations(t *testing.T) {
	src, err := os.ReadFile("testdata/articles/typical.md")
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(Options{SiteURL: "https://example.org/"})
	n := testing.AllocsPerRun(100, func() {
		if _, err := p.Parse("typical.md", src); err != nil {
			t.Fatal(err)
		}
	})
	if n > 50 { // some more where the race detector empties pools
		t.Errorf("%v allocations", n)
	}
}
