package body

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/frontmatter"
	"feedmill/feeds/internal/feedtest"
)

// hostileBody is the body of an article of a shape, as it is read.
func hostileBody(t testing.TB, s feedtest.Shape, size int) Body {
	f, err := new(frontmatter.Tree).Parse(s.Make(size))
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	switch {
	case strings.HasPrefix(s.Name, "liquid"):
		return renderer.Body(WithoutLiquid(f.Body), Markdown, "")
	case strings.HasPrefix(s.Name, "shortcode"):
		return renderer.Body(WithoutShortcodes(f.Body), Markdown, "")
	case s.Ext == ".html":
		return renderer.Body(f.Body, HTML, "")
	case s.Ext == ".txt":
		return renderer.Body(f.Body, Text, "")
	}
	return renderer.Body(f.Body, Markdown, "")
}

// cost renders a body and returns how many bytes that allocates and how many it makes.
func cost(t testing.TB, b Body) (allocated, made int) {
	var before, after runtime.MemStats
	var it feeds.Item
	runtime.ReadMemStats(&before)
	if err := b.Render(t.Context(), &it); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc), len(it.HTML)
}

// What rendering may allocate and make at most, for each byte and for any text.
const (
	mostAllocated, freeAllocated = 2500, 24 << 20
	mostMade                     = maxGrowth + 2 // and what XML can't hold is replaced by more
)

// TestCostInProportion renders hostile texts in two sizes.
func TestCostInProportion(t *testing.T) {
	feedtest.SkipUnderRace(t)
	for _, s := range feedtest.BodyShapes() {
		small, large := hostileBody(t, s, 16<<10), hostileBody(t, s, 64<<10)
		cost(t, small) // what is made once
		a, _ := cost(t, small)
		b, made := cost(t, large)
		if b > 6*a+freeAllocated || b > mostAllocated*len(large.Text)+freeAllocated {
			t.Errorf("%s: allocates %d bytes for 16 KB and %d for 64 KB", s.Name, a, b)
		}
		if made > mostMade*len(large.Text)+freeGrowth {
			t.Errorf("%s: makes %d bytes of %d", s.Name, made, len(large.Text))
		}
	}
}

// FuzzCost looks for texts that cost more than in proportion. It repeats them, so that what
// grows with their square shows.
func FuzzCost(f *testing.F) {
	feedtest.SkipUnderRace(f)
	for _, s := range feedtest.BodyShapes() {
		f.Add(string(hostileBody(f, s, 300).Text))
	}
	f.Fuzz(func(t *testing.T, part string) {
		if part == "" {
			return
		}
		text := bytes.Repeat([]byte(part), 1+(32<<10)/len(part))
		for _, m := range []Markup{HTML, Markdown} {
			b := renderer.Body(text, m, "")
			if a, made := cost(t, b); a > mostAllocated*len(text)+freeAllocated || made > mostMade*len(text)+freeGrowth {
				t.Errorf("%s: %d bytes allocate %d and make %d", m, len(text), a, made)
			}
		}
		b := renderer.Body(text, HTML, "")
		b.Plain(&feeds.Item{})
		WithoutLiquid(text)
		WithoutShortcodes(text)
	})
}

// TestLimits holds where a limit that a text exceeds is said to be.
func TestLimits(t *testing.T) {
	head := strings.Repeat("some text\n\n", 3000)
	for _, c := range []struct {
		m    Markup
		text string
		want string // of the message
		at   int
	}{
		{HTML, head + "<p" + strings.Repeat(" a", 300) + ">", "", -2}, // the same attribute
		{HTML, head + "<p" + manyAttributes(300) + ">x", "256 attributes", len(head)},
		{HTML, head + strings.Repeat("<html a=b>", 100), "64 html and body tags", len(head) + 640},
		{HTML, strings.Repeat("<div>", 600), "512 deep", -1},
		{Markdown, head + strings.Repeat("*a ", 9000), "paragraph or table", len(head)},
		{Markdown, head + "# " + strings.Repeat("*a ", 9000), "heading", len(head)},
		{Markdown, "[a]: /" + strings.Repeat("x", 20000) + "\n\n" + strings.Repeat("[a] ", 500), "16 times", -1},
		{Markdown, strings.Repeat("- ", 400) + "x\n" + strings.Repeat("\n", 9000), "nested too deep", -1},
		{Markdown, strings.Repeat("-\n", 90000), "too many paragraphs", -1},
		{Markdown, head, "", -2},
	} {
		b := renderer.Body([]byte(c.text), c.m, "")
		limit, err := b.Limit(t.Context())
		switch {
		case err != nil:
			t.Error(err)
		case c.at == -2 && limit != nil:
			t.Errorf("%.40s…: %v", c.text[len(c.text)-40:], limit)
		case c.at != -2 && (limit == nil || limit.At != c.at || !strings.Contains(limit.Message, c.want)):
			t.Errorf("%.40s…: %+v, want one at %d that says %q", c.text[len(c.text)-40:], limit, c.at, c.want)
		}
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("b", i) + "=c")
	}
	return b.String()
}

// TestLessMarkup holds that only what exceeds a limit is shown with less markup.
func TestLessMarkup(t *testing.T) {
	html := func(m Markup, text string) string {
		var it feeds.Item
		b := renderer.Body([]byte(text), m, "")
		if err := b.Render(t.Context(), &it); err != nil {
			t.Fatal(err)
		}
		return it.HTML
	}
	got := html(Markdown, "*a*\n\n"+strings.Repeat("*a ", 9000)+"\n\n*b*\n")
	if !strings.HasPrefix(got, "<p><em>a</em></p>\n<p>*a *a") || !strings.HasSuffix(got, "<p><em>b</em></p>\n") {
		t.Errorf("%.60q … %q", got, got[len(got)-40:])
	}
	got = html(HTML, "<p><i>a</i></p>"+strings.Repeat("<p><b title=x>b", 2000)+strings.Repeat("<p><font title=LONG"+strings.Repeat("G", 9000)+">", 4)+strings.Repeat("<p>c", 4000))
	if !strings.HasPrefix(got, "<p><i>a</i></p>") || !strings.Contains(got, "<b title=\"x\">b</b>") || !strings.HasSuffix(got, "<p>c</p>\n") {
		t.Errorf("%.60q … %q", got, got[len(got)-40:])
	}
	if got := html(HTML, strings.Repeat("<p>a</p><html x=y>", 3000)); !strings.HasPrefix(got, "<p>a</p><p>a</p>") {
		t.Errorf("%.60q", got)
	}
}

// TestCanonicalInPlace holds that the text without white space takes memory once, however
// many lines it has.
func TestCanonicalInPlace(t *testing.T) {
	feedtest.SkipUnderRace(t)
	for _, m := range []Markup{HTML, Markdown, Text} {
		b := renderer.Body([]byte(strings.Repeat("a b\n\nc\n", 10_000)), m, "")
		if n := testing.AllocsPerRun(10, func() { b.AppendCanonical(nil) }); n != 1 {
			t.Errorf("%s: %v allocations", m, n)
		}
	}
}
