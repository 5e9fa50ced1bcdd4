package body

import (
	"context"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// markdown renders GitHub's dialect with footnotes, but without task lists: "[x]"
// stays, because feeds hold no check boxes. Raw HTML passes, because all output
// is sanitised.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.Linkify, extension.Strikethrough, extension.Footnote, extension.DefinitionList,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
	),
	goldmark.WithParserOptions(parser.WithHeadingAttribute()),
	goldmark.WithRendererOptions(gmhtml.WithUnsafe()),
)

// renderMarkdown makes HTML of src. Text that would take goldmark very long, which
// no real article does, becomes plain paragraphs. It stops when ctx has ended.
func renderMarkdown(ctx context.Context, src string) string {
	if costly(src) {
		return paragraphs(src)
	}
	in, out := []byte(src), newOutput(ctx)
	doc := markdown.Parser().Parse(markdownSource{text.NewReader(in), out.steps})
	if markdown.Renderer().Render(out, in, doc) != nil {
		return paragraphs(src)
	}
	return out.text.String()
}

// maxCost stands for a second or two of goldmark's time. That grows with the square
// of the delimiters in one paragraph, with the square of the footnotes, and with
// a table's columns for each of its rows, however short.
const maxCost = 5e8

// deepLine finds a line that begins with far more block quotes or lists than
// anybody nests.
var deepLine = regexp.MustCompile(`(?m)^[ \t>*+.)0-9-]{1000}`)

// costly reports whether goldmark would take longer than maxCost for text.
func costly(text string) bool {
	if deepLine.MatchString(text) {
		return true
	}
	footnotes := strings.Count(text, "[^")
	cost, delimiters, lines, columns := footnotes*footnotes, 0, 0, 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			delimiters, lines, columns = 0, 0, 0
			continue
		}
		cost -= delimiters*delimiters + 100*lines*columns
		lines++
		columns = max(columns, strings.Count(line, "|"))
		for i := range len(line) {
			if strings.IndexByte("*_[]~<`", line[i]) >= 0 {
				delimiters++
			}
		}
		if cost += delimiters*delimiters + 100*lines*columns; cost > maxCost {
			return true
		}
	}
	return false
}

var topHeading = regexp.MustCompile(`^# +[^\n]{1,500}`)

// Heading returns the text of the heading that a Markdown text begins with; "" if
// it does not.
func Heading(text []byte) string {
	h := string(topHeading.Find(text))
	if h == "" {
		return ""
	}
	return PlainText(stripTags(renderMarkdown(context.Background(), h))) // it is short
}
