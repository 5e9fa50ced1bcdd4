package main

import (
	"regexp"
	"strings"
)

// helpWidth is how many columns of a terminal a printed topic takes, but for code.
const helpWidth = 100

var (
	mdComment = regexp.MustCompile(`(?s)<!--.*?-->\n+`)
	mdTopic   = regexp.MustCompile(`\[([^\]]*)\]\((\w+)\.md[^)]*\)`)
	mdLink    = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)
	mdItem    = regexp.MustCompile(`^ *(- |\d+\. |)`)
)

// plainText sets a page of the reference for a terminal: its Markdown is wrapped
// and otherwise printed as it is, but for tables, which get columns, and for links,
// which name the topic that they lead to.
func plainText(markdown string) string {
	markdown = strings.TrimSpace(mdComment.ReplaceAllString(markdown, "")) + "\n"
	markdown = mdTopic.ReplaceAllString(markdown, "$1 (help $2)")
	markdown = mdLink.ReplaceAllString(markdown, "$1")
	var t textSetter
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		fence := strings.HasPrefix(line, "```")
		switch {
		case fence:
			t.flush()
			fenced = !fenced
		case fenced:
			t.line(strings.TrimRight("    "+line, " "))
		case line == "" || line[0] == '#' || t.paragraph == "" && strings.HasPrefix(line, "    "):
			t.line(line)
		case line[0] == '|':
			t.row(line)
		default:
			if mdItem.FindStringSubmatch(line)[1] != "" {
				t.flush()
			}
			t.paragraph += line + "\n"
		}
	}
	t.flush()
	return t.String()
}

// textSetter collects the lines of a paragraph, a list item or a table, and writes
// them once it is complete.
type textSetter struct {
	strings.Builder
	paragraph string
	table     [][]string
}

// line ends what came before and writes a line as it is.
func (t *textSetter) line(s string) {
	t.flush()
	t.WriteString(s + "\n")
}

func (t *textSetter) row(line string) {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	t.table = append(t.table, cells)
}

func (t *textSetter) flush() {
	if t.paragraph != "" {
		mark := mdItem.FindString(t.paragraph)
		for _, line := range wrapped(t.paragraph[len(mark):], helpWidth-len(mark)) {
			t.WriteString(mark + line + "\n")
			mark = strings.Repeat(" ", len(mark))
		}
	}
	if len(t.table) > 2 {
		t.writeTable(append(t.table[:1:1], t.table[2:]...)) // without the line below the names
	}
	t.paragraph, t.table = "", nil
}

// writeTable writes rows in columns, within which texts are wrapped.
func (t *textSetter) writeTable(rows [][]string) {
	wide := columnWidths(rows)
	for _, row := range rows {
		cells, lines := make([][]string, len(row)), 0
		for i, cell := range row {
			cells[i] = wrapped(cell, wide[i])
			lines = max(lines, len(cells[i]))
		}
		for n := range lines {
			var line strings.Builder
			for i, cell := range cells {
				text := ""
				if n < len(cell) {
					text = cell[n]
				}
				line.WriteString(text + strings.Repeat(" ", max(0, wide[i]-cellsOf(text))+2))
			}
			t.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
	}
}

// columnWidths are those of the longest texts, but the widest columns are made
// narrower until all fit into helpWidth, or no word has room any more.
func columnWidths(rows [][]string) []int {
	wide, least := make([]int, len(rows[0])), make([]int, len(rows[0]))
	total := -2
	for i := range wide {
		for _, row := range rows {
			wide[i] = max(wide[i], cellsOf(row[i]))
			for word := range strings.FieldsSeq(row[i]) {
				least[i] = max(least[i], cellsOf(word))
			}
		}
		total += wide[i] + 2
	}
	for ; total > helpWidth; total-- {
		widest := -1
		for i := range wide {
			if wide[i] > least[i] && (widest < 0 || wide[i] > wide[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		wide[widest]--
	}
	return wide
}

// wrapped are the lines of a text in a column of some width.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case cellsOf(line)+1+cellsOf(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
