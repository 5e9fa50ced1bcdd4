package body

import (
	"context"
	"errors"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmrenderer "github.com/yuin/goldmark/renderer"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown renders GitHub's dialect with footnotes, but without task lists: "[x]"
// stays, because feeds hold no check boxes. Raw HTML passes, because all output
// is sanitised. What would take long is shown as it stands: see effort.
var markdown = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(), util.Prioritized(laborious{}, 0))...),
	)),
	goldmark.WithExtensions(
		extension.Linkify, extension.Strikethrough, extension.Footnote, extension.DefinitionList,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
	),
	goldmark.WithParserOptions(parser.WithHeadingAttribute()),
	goldmark.WithRendererOptions(gmhtml.WithUnsafe(), gmrenderer.WithNodeRenderers(util.Prioritized(laboriousRenderer{}, 0))),
)

// blockParsers are goldmark's own, but that of headings.
func blockParsers() []util.PrioritizedValue {
	all := parser.DefaultBlockParsers()
	for i, p := range all {
		if string(p.Value.(parser.BlockParser).Trigger()) == "#" {
			all[i].Value = boundedHeading{parser.NewATXHeadingParser(parser.WithHeadingAttribute())}
		}
	}
	return all
}

// renderMarkdown makes HTML of src, or plain paragraphs if that exceeds a limit, which
// it returns; nil for none. It stops when ctx has ended.
func renderMarkdown(ctx context.Context, src string) (string, *Limit) {
	in, out := []byte(src), newOutput(ctx, len(src))
	e := &effort{Context: parser.NewContext(), steps: out.steps, inline: maxEffort*len(src) + freeEffort, block: maxReads*len(src) + freeReads}
	err := stoppable(func() {
		e.prepare(src)
		doc := markdown.Parser().Parse(markdownSource{text.NewReader(in), e}, parser.WithContext(e))
		markdown.Renderer().Render(out, in, doc) // which never fails, as out does not
	})
	if limit, ok := errors.AsType[*Limit](err); ok {
		return paragraphs(src), limit
	} else if err != nil {
		panic(stopped{err})
	}
	return out.text.String(), e.limit
}

var topHeading = regexp.MustCompile(`^# +[^\n]{1,500}`)

// Heading returns the text of the heading that a Markdown text begins with; "" if
// it does not.
func Heading(text []byte) string {
	h := string(topHeading.Find(text))
	if h == "" {
		return ""
	}
	html, _ := renderMarkdown(context.Background(), h) // it is short
	return PlainText(stripTags(html))
}
