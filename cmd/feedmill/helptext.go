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
	mdItem    = regexp.MustCompile(`^(- |\d+\. )`)
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
		case line == "" || line[0] == '#' || strings.HasPrefix(line, "    "):
			t.line(line)
		case line[0] == '|':
			t.row(line)
		default:
			t.words(line)
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

func (t *textSetter) words(line string) {
	if mdItem.MatchString(line) {
		t.flush()
	}
	t.paragraph += line + "\n"
}

func (t *textSetter) row(line string) {
	var cells []string
	for cell := range strings.SplitSeq(strings.Trim(line, "| "), " | ") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	t.table = append(t.table, cells)
}

func (t *textSetter) flush() {
	if t.paragraph != "" {
		indent := strings.Repeat(" ", len(mdItem.FindString(t.paragraph)))
		t.wrapped("", indent, t.paragraph)
	}
	if len(t.table) > 2 {
		t.writeTable(append(t.table[:1:1], t.table[2:]...)) // without the line below the names
	}
	t.paragraph, t.table = "", nil
}

// writeTable writes rows in columns of which the last is wrapped. Where the others
// leave it too little room, each cell gets a line of its own.
func (t *textSetter) writeTable(rows [][]string) {
	wide, indent := make([]int, len(rows[0])), 0
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], cellsOf(cell))
		}
	}
	for _, w := range wide[:len(wide)-1] {
		indent += w + 2
	}
	for _, row := range rows {
		if indent > helpWidth*6/10 {
			t.wrapped("", "", row[0])
			for _, cell := range row[1:] {
				t.wrapped("    ", "    ", cell)
			}
			continue
		}
		first := ""
		for i, cell := range row[:len(row)-1] {
			first += cell + strings.Repeat(" ", wide[i]+2-cellsOf(cell))
		}
		t.wrapped(first, strings.Repeat(" ", indent), row[len(row)-1])
	}
}

// wrapped writes text behind first, and what does not fit into that line behind
// rest.
func (t *textSetter) wrapped(first, rest, text string) {
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && cellsOf(line)+1+cellsOf(word) > helpWidth {
			t.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	if !empty {
		t.WriteString(line + "\n")
	}
}
