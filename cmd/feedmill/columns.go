package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// columns writes text in columns. Nothing in its cells can steer a terminal.
type columns struct {
	w     io.Writer
	color bool
	rows  [][]string
	right bool // all columns but the first are numbers
	named bool // the first row has their names
}

// The colours of a terminal.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// isColourful reports whether w is a terminal whose user wants colours
// (https://no-color.org).
func isColourful(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// progress shows on a terminal how many files have been read, and nothing
// anywhere else. finish clears the line.
func progress(w io.Writer) (show func(files int), finish func()) {
	if !isTerminal(w) {
		return nil, func() {}
	}
	return func(files int) { fmt.Fprintf(w, "\rreading articles: %d", files) }, func() { fmt.Fprint(w, "\r\x1b[K") }
}

// line adds a row.
func (c *columns) line(cells ...any) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = strings.Map(harmless, fmt.Sprint(cell))
	}
	c.rows = append(c.rows, row)
}

// title ends a part and begins another, below a line in a colour.
func (c *columns) title(color, text string) {
	c.flush()
	fmt.Fprintf(c.w, "\n%s\n", c.paint(color, strings.Map(harmless, text)))
}

// table is the same with names for columns of numbers.
func (c *columns) table(names ...any) {
	c.flush()
	fmt.Fprintln(c.w)
	c.right, c.named = true, true
	c.line(names...)
}

func (c *columns) paint(color, text string) string {
	if !c.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// flush writes the rows.
func (c *columns) flush() {
	var wide []int
	for _, row := range c.rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], cellsOf(cell))
		}
	}
	for n, row := range c.rows {
		var b strings.Builder
		for i, cell := range row {
			room := strings.Repeat(" ", wide[i]-cellsOf(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if n == 0 && c.named {
				cell = c.paint(bold, cell)
			}
			if c.right && i > 0 {
				b.WriteString(room + cell)
			} else {
				b.WriteString(cell + room)
			}
		}
		fmt.Fprintln(c.w, strings.TrimRight(b.String(), " "))
	}
	c.rows, c.right, c.named = nil, false, false
}

// cellsOf is how many columns of a terminal a text takes.
func cellsOf(text string) (n int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// shortened cuts a text that takes more columns than there are.
func shortened(text string, most int) string {
	if cellsOf(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += cellsOf(string(r)); n >= most {
			return text[:i] + "…"
		}
	}
	return text
}

func harmless(r rune) rune {
	if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
		return '�'
	}
	return r
}
