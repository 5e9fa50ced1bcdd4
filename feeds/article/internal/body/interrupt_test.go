package body

import (
	"context"
	"errors"
	"strings"
	"testing"

	"feedmill/feeds"
)

// countdown is a context that ends when it has been asked a number of times.
type countdown struct {
	context.Context
	left int
	end  context.CancelCauseFunc
}

var errEnough = errors.New("enough")

func (c *countdown) Err() error {
	if c.left--; c.left == 0 {
		c.end(errEnough)
	}
	return c.Context.Err()
}

// TestInterrupted ends rendering at each place where it asks its context: it returns
// the cause and leaves the item alone, or makes the same item as ever.
func TestInterrupted(t *testing.T) {
	text := strings.Repeat("# A *b*\n\nc <b>d</b> [e](/f)\n\n> - g\n\n", 200)
	for _, m := range []Markup{Markdown, HTML, Text} {
		b := renderer.Body([]byte(text), m, "<p>featured</p>")
		var want feeds.Item
		if err := b.Render(t.Context(), &want); err != nil {
			t.Fatal(err)
		}
		interrupted := 0
		for n := 1; ; n++ {
			parent, end := context.WithCancelCause(t.Context())
			ctx := &countdown{parent, n, end}
			var it feeds.Item
			err := b.Render(ctx, &it)
			end(nil)
			if err == nil {
				if it.HTML != want.HTML || it.Summary != want.Summary {
					t.Errorf("%s: another item after %d checks", m, n)
				}
				break
			}
			if interrupted++; !errors.Is(err, errEnough) || it.HTML != "" || it.Summary != "" {
				t.Fatalf("%s: %v, item %+v", m, err, it)
			}
		}
		if interrupted < 8 {
			t.Errorf("%s: can be interrupted at %d places", m, interrupted)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		m                   Markup
		text, html, summary string
	}{
		{Text, "a < b\n\nc\nd", "<p>a &lt; b</p>\n<p>c<br>\nd</p>\n", "a < b"},
		{Markdown, "# A\n\nsome *text*", "<p># A</p>\n<p>some *text*</p>\n", "# A"},
		{HTML, "<h1>A</h1><script>x</script><p>b &lt; <b>c</b></p>", "<p>A</p>\n<p>b &lt; c</p>\n", "A"},
		{HTML, "", "", ""},
	} {
		var it feeds.Item
		b := renderer.Body([]byte(c.text), c.m, "")
		b.Plain(&it)
		if it.HTML != c.html || it.Summary != c.summary {
			t.Errorf("%s %q gives %q, excerpt %q", c.m, c.text, it.HTML, it.Summary)
		}
	}
}
