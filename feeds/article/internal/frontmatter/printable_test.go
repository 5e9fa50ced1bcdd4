package frontmatter

import (
	"bytes"
	"testing"
	"unicode/utf8"
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
	for r := range rune(utf8.MaxRune + 1) {
		text := []byte("12345é678" + string(r) + "9")
		if utf8.ValidRune(r) && printable(text) == unprintable(r) {
			t.Errorf("%U: not %v", r, !unprintable(r))
		}
	}
	for _, text := range []string{"1234567\xc3", "\xc2", "\xe2\x80", "é\xff", "\xef\xbf", "\xed\xa0\x80"} {
		if printable([]byte(text)) {
			t.Errorf("%q passes", text)
		}
	}
}
