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
		content, lead := c.html(ctx), b.lead(ctx, it, c.hasImage)
		b.set(it, lead, content, c.excerpt)
	})
}

// Plain sets what Render sets, to the text without any markup. It takes a small time
// that grows with the length of the text, whatever that is. It reads the item's
// images and related articles.
func (b *Body) Plain(it *feeds.Item) {
	text := string(b.Text)
	if b.Markup == HTML {
		text = textOf(text)
	}
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
func (b *Body) clean(ctx context.Context, page string) *content {
	src := string(b.Text)
	switch b.Markup {
	case Text:
		src = paragraphs(src)
	case Markdown:
		src = renderMarkdown(ctx, src)
	}
	return b.renderer.clean(ctx, src, page)
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
		c := b.renderer.clean(ctx, b.Featured, it.URL)
		featured, hasImage = c.html(ctx), hasImage || c.hasImage
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
