// Package body makes an item's content of an article's text: it renders Markdown
// and plain text, makes HTML safe and its addresses absolute, and takes the
// excerpt.
package body

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"strings"

	"feedmill/feeds"
)

// Markup is the language that a text is written in.
type Markup string

// The languages that a text can be written in.
const (
	Markdown Markup = "markdown"
	HTML     Markup = "html"
	Text     Markup = "text"
)

// Body is what an item's content is made of. It is not changed once it is made.
type Body struct {
	Text     []byte
	Markup   Markup
	Featured string // an HTML snippet to stand above the text, often a player
	renderer *Renderer
}

// Body makes a Body that r renders.
func (r *Renderer) Body(text []byte, m Markup, featured string) Body {
	return Body{text, m, featured, r}
}

// Render sets it.HTML, and it.Summary if there is none yet. It reads the item's
// URL, title, images, related articles and video, which must be set. What it makes
// depends on these and the text only, never on time: if ctx ends before it is done, it
// leaves the item as it is and returns the cause of that, which is its only error.
func (b *Body) Render(ctx context.Context, it *feeds.Item) error {
	return stoppable(func() {
		c := b.clean(ctx, it.URL)
		b.set(it, b.lead(ctx, it, c.hasImage), c.html, c.excerpt)
	})
}

// Limit returns the limit that the text exceeds, so that Render shows it with less
// markup; nil for none. Like Render it stops when ctx has ended. It costs as much.
func (b *Body) Limit(ctx context.Context) (limit *Limit, err error) {
	err = stoppable(func() { limit = b.clean(ctx, "").limit })
	return limit, err
}

// Plain sets what Render sets, to the text without any markup. It takes a small time
// that grows with the length of the text, whatever that is. It reads the item's
// images and related articles.
func (b *Body) Plain(it *feeds.Item) {
	text := b.plain()
	lead := ""
	if len(it.Images) > 0 {
		lead = figure(it.Images[0])
	}
	b.set(it, lead, paragraphs(text), func() string {
		return excerpt(strings.TrimLeft(text, "\n"), false)
	})
}

// set puts together an item's content of what stands above the text, the text, and
// the related articles; and takes the excerpt if the item has none.
func (b *Body) set(it *feeds.Item, lead, content string, excerpt func() string) {
	if it.Summary == "" {
		it.Summary = excerpt()
	}
	if content == "" && it.Summary != "" {
		content = "<p>" + html.EscapeString(it.Summary) + "</p>\n"
	}
	it.HTML = feeds.XMLText(lead + content + relatedList(it.Related))
}

// clean parses the text into safe content; page is the item's URL. It stops when ctx
// has ended.
func (b *Body) clean(ctx context.Context, page string) content {
	src := string(b.Text)
	var limit *Limit
	switch b.Markup {
	case Text:
		src = paragraphs(src)
	case Markdown:
		src, limit = renderMarkdown(ctx, src)
	}
	c := b.renderer.clean(ctx, src, page, len(b.Text), func() string { return paragraphs(b.plain()) })
	if c.limit != nil && b.Markup != HTML {
		c.limit.At = -1 // it is that of the HTML made of it
	}
	c.limit = cmp.Or(limit, c.limit)
	return c
}

// plain returns the text of HTML, and any other as it stands.
func (b *Body) plain() string {
	if b.Markup == HTML {
		return textOf(string(b.Text))
	}
	return string(b.Text)
}

// paragraphs makes HTML of plain text, whose paragraphs stand between blank lines.
func paragraphs(text string) string {
	var out strings.Builder
	for para := range strings.SplitSeq(text, "\n\n") {
		if para = strings.Trim(para, "\n"); para != "" {
			out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>\n") + "</p>\n")
		}
	}
	return out.String()
}

// lead returns what stands above the text: a player whose host the settings
// allow; else a picture that links to the video; else the item's first picture,
// if the text has none, and featured content that is no player.
func (b *Body) lead(ctx context.Context, it *feeds.Item, hasImage bool) string {
	src := player(ctx, b.Featured)
	if embed := b.renderer.embed(src); embed != "" {
		return embed + "\n"
	}
	if link := b.video(it, src); link != "" && (src != "" || it.Video != nil) {
		return link
	}
	featured := ""
	if b.Featured != "" && src == "" {
		c := b.renderer.clean(ctx, b.Featured, it.URL, len(b.Featured), func() string { return paragraphs(textOf(b.Featured)) })
		featured, hasImage = c.html, hasImage || c.hasImage
	}
	if len(it.Images) > 0 && !hasImage {
		return figure(it.Images[0]) + featured
	}
	return featured
}

// video returns a link to the page to watch the video on, with a picture if there
// is one; src is the player's address, "" if there is none.
func (b *Body) video(it *feeds.Item, src string) string {
	page, picture := it.URL, ""
	if u, err := b.renderer.site.Web(src); err == nil {
		var watch string
		watch, picture = WatchPage(u)
		page = cmp.Or(page, watch)
	}
	if len(it.Images) > 0 {
		picture = it.Images[0].URL
	}
	if page == "" {
		return ""
	}
	inner := "Watch the video"
	if picture != "" {
		inner = fmt.Sprintf(`<img src="%s" alt="%s">`, html.EscapeString(picture), html.EscapeString("Watch the video: "+it.Title))
	}
	return fmt.Sprintf("<p><a href=\"%s\">%s</a></p>\n", html.EscapeString(page), inner)
}

func figure(i feeds.Image) string {
	size := ""
	if i.Width > 0 && i.Height > 0 {
		size = fmt.Sprintf(` width="%d" height="%d"`, i.Width, i.Height)
	}
	img := fmt.Sprintf(`<img src="%s" alt="%s"%s>`, html.EscapeString(i.URL), html.EscapeString(i.Title), size)
	if i.Credit == "" {
		return "<p>" + img + "</p>\n"
	}
	return "<figure>" + img + "<figcaption>" + html.EscapeString(i.Credit) + "</figcaption></figure>\n"
}

func relatedList(related []feeds.Related) string {
	if len(related) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<h3>Related</h3>\n<ul>\n")
	for _, r := range related {
		provider := ""
		if r.Provider != "" {
			provider = " (" + html.EscapeString(r.Provider) + ")"
		}
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a>%s</li>\n", html.EscapeString(r.URL), html.EscapeString(r.Title), provider)
	}
	b.WriteString("</ul>\n")
	return b.String()
}
