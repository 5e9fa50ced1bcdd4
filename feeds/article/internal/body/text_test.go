package body

import (
	"strings"
	"testing"

	"feedmill/feeds"
)

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                             "plain",
		"  two\n lines\t ":                  "two lines",
		"1 < 2 and 3 > 2":                   "1 < 2 and 3 > 2",
		"Vec<T> & Option<Box<T>>":           "Vec<T> & Option<Box<T>>",
		"AT&T, R&D, Q&amp;A":                "AT&T, R&D, Q&A",
		"?a=1&copy=2&lt=3":                  "?a=1&copy=2&lt=3",
		"&notit; &nosuch;":                  "&notit; &nosuch;",
		"<b>bold</b> &lt;i&gt;":             "bold <i>",
		"Use the <b> tag":                   "Use the <b> tag",
		"one<br>two<br/>three":              "one two three",
		"<p>one</p><p>two</p>":              "one two",
		"a<script>x()</script>b":            "ab",
		"&amp;amp;lt;":                      "<",
		"&#8217;&#x2019;&rsquo;":            "’’’",
		"a\x00b\x1fc\u0085d\x7fe&#1;f&#0;g": "a b c d e f\ufffdg",
		"🚀 emoji שלום \u200fRTL\u200e":      "🚀 emoji שלום \u200fRTL\u200e",
		"\xff":                              "\ufffd",
		"":                                  "",
	} {
		if got := PlainText(in); got != want {
			t.Errorf("PlainText(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzPlainText holds that plain text is one clean line.
func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"a < b &amp;lt; c", "<b>x</b>", "&#1;&#xfffe;&#0;", "\u0085\u2028", "<script>x</script>", "&amp;amp;amp;amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := PlainText(s)
		if slow := withoutMarkup(s); slow != got {
			t.Errorf("PlainText(%q) = %q, the long way %q", s, got, slow)
		}
		if slow := strings.Join(strings.Fields(s), " "); tidy(s) && slow != s {
			t.Errorf("%q is tidy, and %q is not", s, slow)
		}
		if got != feeds.XMLText(got) || strings.ContainsAny(got, "\n\r\t\x7f") || got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Errorf("PlainText(%q) = %q", s, got)
		}
	})
}
