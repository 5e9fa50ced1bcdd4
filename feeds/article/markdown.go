package article

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmhtml "github.com/yuin/goldmark/renderer/html"
)

// markdown renders GitHub's dialect with footnotes; raw HTML passes, because
// all output is sanitised.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithHeadingAttribute()),
	goldmark.WithRendererOptions(gmhtml.WithUnsafe()),
)

// renderMarkdown makes HTML of text. Text that would take goldmark very long,
// as no article does, becomes plain paragraphs.
func renderMarkdown(text string) string {
	var out bytes.Buffer
	if costly(text) || markdown.Convert([]byte(text), &out) != nil {
		return paragraphs(text)
	}
	return out.String()
}

// maxCost is about a second of goldmark's time: it takes quadratic time for
// delimiters in one paragraph, and makes a cell for each column in each row of
// a table.
const maxCost = 5e8

// deepLine begins with far more block quotes or lists than anybody nests.
var deepLine = regexp.MustCompile(`(?m)^[ \t>*+.)0-9-]{1000}`)

func costly(text string) bool {
	if deepLine.MatchString(text) {
		return true
	}
	cost, delimiters, lines, columns := 0, 0, 0, 0
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
