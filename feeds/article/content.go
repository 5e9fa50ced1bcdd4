package article

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	"feedmill/feeds"
)

// body is what an item's content is made of.
type body struct {
	p        *Parser
	text     []byte // not to be changed
	markup   Markup
	featured string // an HTML snippet to stand first, often a player
}

// render fills in what an item has of the body.
func (b *body) render(it *feeds.Item) {
	c := b.clean(it.URL)
	if it.Summary == "" {
		it.Summary = c.excerpt()
	}
	content := c.html()
	if content == "" && it.Summary != "" {
		content = "<p>" + html.EscapeString(it.Summary) + "</p>\n"
	}
	it.HTML = feeds.XMLText(b.lead(it, c.hasImage) + content + relatedList(it.Related))
}

// clean parses the body into safe content.
func (b *body) clean(page string) *content {
	src := string(b.text)
	switch b.markup {
	case Text:
		src = paragraphs(src)
	case Markdown:
		src = renderMarkdown(src)
	}
	return b.p.sanitise.clean(src, page)
}

// paragraphs makes HTML of plain text.
func paragraphs(text string) string {
	var out strings.Builder
	for para := range strings.SplitSeq(text, "\n\n") {
		if para = strings.Trim(para, "\n"); para != "" {
			out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>\n") + "</p>\n")
		}
	}
	return out.String()
}

// lead is what stands above the text: the player where the settings allow its
// host, else a picture that links to the video; other featured content as it
// is; and a picture if there is none yet.
func (b *body) lead(it *feeds.Item, hasImage bool) string {
	src := player(b.featured)
	if embed := b.p.sanitise.embed(src); embed != "" {
		return embed + "\n"
	}
	if link := b.video(it, src); link != "" && (src != "" || it.Video != nil) {
		return link
	}
	featured := ""
	if b.featured != "" && src == "" {
		c := b.p.sanitise.clean(b.featured, it.URL)
		featured, hasImage = c.html(), hasImage || c.hasImage
	}
	if len(it.Images) > 0 && !hasImage {
		return figure(it.Images[0]) + featured
	}
	return featured
}

// video links to the page to watch the video on; src is its player's address.
func (b *body) video(it *feeds.Item, src string) string {
	page, picture := it.URL, ""
	if u, err := b.p.urls.web(src); err == nil {
		var watch string
		watch, picture = watchPage(u)
		page = cmp.Or(page, watch)
	}
	if len(it.Images) > 0 {
		picture = it.Images[0].URL
	}
	return videoLink(page, picture, it.Title)
}

func videoLink(page, picture, title string) string {
	if page == "" {
		return ""
	}
	inner := "Watch the video"
	if picture != "" {
		inner = fmt.Sprintf(`<img src="%s" alt="%s">`, html.EscapeString(picture), html.EscapeString("Watch the video: "+title))
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
