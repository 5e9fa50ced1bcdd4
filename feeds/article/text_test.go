package article

import (
	"strings"
	"testing"
	"time"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("word ", 100)
	for _, c := range []struct{ name, body, want string }{
		{"a.md", "One\ntwo *three*.\n\nFour.", "One two three."},
		{"a.md", "# Head\n\n## Sub\n\nText.", "Text."},
		{"a.md", "One.\n\nTwo.\n\n<!--more-->\n\nThree.", "One. Two."},
		{"a.md", "1 < 2 &amp; `a<b>`", "1 < 2 & a<b>"},
		{"a.md", long, strings.Repeat("word ", 63) + "word…"},
		{"a.md", strings.Repeat("語", 200), strings.Repeat("語", 106) + "…"},
		{"a.md", "![alt](/a.png)\n\nText.", "Text."},
		{"a.html", "<style>p{}</style><script>x</script><p>One</p><p>Two</p>", "One"},
		{"a.txt", "One <b>\n\nTwo", "One <b>"},
	} {
		if got := summary(parse(t, Options{SiteURL: "https://e.org"}, c.name, "---\n---\n"+c.body)); got != c.want {
			t.Errorf("%.60q: %q, want %q", c.body, got, c.want)
		}
	}
}

func TestMarkups(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a.md", "a **b**\n\n- [x] done", "<p>a <strong>b</strong></p>\n<ul>\n<li>[x] done</li>\n</ul>\n"},
		{"a.md", "|a|\n|-:|\n|b|", "<table>\n<thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"right\">b</td>\n</tr>\n</tbody>\n</table>\n"},
		{"a.markdown", "<div>*raw*</div>\n\n~~a~~ https://e.org", "<div>*raw*</div>\n<p><del>a</del> <a href=\"https://e.org\">https://e.org</a></p>\n"},
		{"a.md", "## T {#own}", "<h2 id=\"own\">T</h2>\n"},
		{"a.HTM", "<p>a *b*", "<p>a *b*</p>\n"},
		{"a.txt", "a <b>\nb\n\n\nc", "<p>a &lt;b&gt;<br/>\nb</p>\n<p>c</p>\n"},
		{"a.adoc", "a <b>", "<p>a &lt;b&gt;</p>\n"},
	} {
		a := parse(t, Options{Extensions: map[string]string{".adoc": "text"}}, c.name, "---\nexcerpt: x\n---\n"+c.body)
		if got := itemOf(a).HTML; got != c.want {
			t.Errorf("%s %q\n got %q\nwant %q", c.name, c.body, got, c.want)
		}
	}
}

// TestCostlyBodies holds that bodies made to be slow are not: the parsers take
// quadratic time for most of these.
func TestCostlyBodies(t *testing.T) {
	const n = 12000
	for name, body := range map[string]string{
		"a.md": strings.Repeat("*a_ ", n), "b.md": strings.Repeat("[a](", n), "c.md": strings.Repeat(">", n), "d.md": strings.Repeat("- ", n),
		"e.md": strings.Repeat("a|", n) + "\n" + strings.Repeat("-|", n) + "\n" + strings.Repeat("a\n", 1000),
		"f.md": strings.Repeat("[^a]", n) + "\n\n[^a]: x", "g.md": strings.Repeat("<div>", n), "h.md": strings.Repeat("`a", n),
		"a.html": strings.Repeat("<div>", n), "b.html": strings.Repeat("<a href=x>", n), "c.html": strings.Repeat("<b><p>", n), "d.html": strings.Repeat("<table>", n),
	} {
		start := time.Now()
		checkItem(t, itemOf(parse(t, Options{}, name, "---\n---\n"+body)))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s, as in %.20q, took %v", name, body, took)
		}
	}
}

// TestTemplates takes out the templates of the site's own program, and no others.
func TestTemplates(t *testing.T) {
	const text = "a {% x %} {{< y >}} b"
	for _, c := range []struct {
		opt  Options
		want string
	}{{Options{Jekyll: true}, "a   b"}, {Options{Hugo: true}, "a {% x %}  b"}, {Options{}, text}} {
		if got := (&reader{p: NewParser(c.opt)}).body([]byte(text)).Text; string(got) != c.want {
			t.Errorf("%+v: %q", c.opt, got)
		}
	}
}
