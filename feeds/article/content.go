package article

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmhtml "github.com/yuin/goldmark/renderer/html"

	"feedmill/feeds"
)

// body is what an item's content is made of.
type body struct {
	p        *Parser
	text     string
	markup   Markup
	featured string // an HTML snippet to stand first, often a player
}

// markdown renders GitHub's dialect with footnotes; raw HTML passes, because
// all output is sanitised.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	goldmark.WithRendererOptions(gmhtml.WithUnsafe()),
)

// item renders the article.
func (a *Article) item() *feeds.Item {
	it := a.base
	c := a.body.clean(&it)
	if it.Summary == "" {
		it.Summary = c.excerpt()
	}
	content := c.html()
	if strings.TrimSpace(content) == "" && it.Summary != "" {
		content = "<p>" + html.EscapeString(it.Summary) + "</p>\n"
	}
	it.HTML = feeds.XMLText(a.body.lead(&it, c) + content + relatedList(it.Related))
	return &it
}

// clean parses the body into safe content.
func (b *body) clean(it *feeds.Item) *content {
	src := b.html()
	if b.featured != "" && player(b.featured) == "" {
		src = b.featured + "\n" + src
	}
	return b.p.sanitise.clean(src, it.URL)
}

func (b *body) html() string {
	switch b.markup {
	case Text:
		return paragraphs(b.text)
	case HTML:
		return b.text
	}
	var out bytes.Buffer
	if err := markdown.Convert([]byte(b.text), &out); err != nil {
		return paragraphs(b.text)
	}
	return out.String()
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
// host, else a picture that links to the video, else a picture if the text has
// none.
func (b *body) lead(it *feeds.Item, c *content) string {
	src := player(b.featured)
	if embed := b.p.sanitise.embed(src); embed != "" {
		return embed + "\n"
	}
	if src != "" || it.Video != nil {
		page, picture := it.URL, ""
		if u, err := b.p.urls.web(src); src != "" && err == nil {
			var watch string
			if watch, picture = watchPage(u); page == "" {
				page = watch
			}
		}
		if len(it.Images) > 0 {
			picture = it.Images[0].URL
		}
		return videoLink(page, picture, it.Title)
	}
	if len(it.Images) > 0 && !c.hasImage {
		return figure(it.Images[0])
	}
	return ""
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
