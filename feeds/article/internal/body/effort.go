package body

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gmrenderer "github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Limits on Markdown, far above what texts need. They are counts of steps, for each
// byte of the text and for any text.
const (
	maxReads, freeReads   = 128, 1 << 20    // bytes of lines that are looked at to find blocks
	maxEffort, freeEffort = 200, 20_000_000 // steps to find what is within paragraphs

	blockCost = 1000 // steps for a block or a cell, for the memory that it takes
	markCost  = 250  // likewise for emphasis, a link or a line
)

// effort is goldmark's state of one text, with what is left of the work that the text may
// cost. Goldmark finds blocks line by line, and looks at a line again for each block that is
// open: these are counted by markdownSource. Then it finds in each paragraph by itself
// what is emphasis, a link and so on, which takes time that grows with the square of the
// delimiters in it: that is computed beforehand, and a paragraph that would take too
// long is shown as it stands.
type effort struct {
	parser.Context
	*steps
	inline int    // what is left for paragraphs
	block  int    // what is left for blocks
	limit  *Limit // the first that was exceeded; nil for none

	escapedPipes int // in the text
}

// prepare counts what takes long in a text as a whole: goldmark compares each reference to
// a footnote with all footnotes.
func (e *effort) prepare(src string) {
	if n := strings.Count(src, "[^"); n*n > e.inline {
		panic(stopped{exceeds(strings.Index(src, "[^"), "the text names footnotes too often: %d times", n)})
	}
	e.escapedPipes = strings.Count(src, `\|`)
}

// read is called for each look at a line. It stops goldmark if these are too many.
func (e *effort) read(line []byte) {
	e.step()
	look := 16
	if util.IsBlank(line) { // goldmark keeps something for each block that goes on after it
		look = 64
	}
	if e.block -= look + len(line); e.block < 0 {
		panic(stopped{exceeds(-1, "lists and quotes are nested too deep over too many lines: the limit is %d steps for each byte of the text", maxReads)})
	}
}

// SetOpenedBlocks implements parser.Context. It is called with one more for each block
// that is found.
func (e *effort) SetOpenedBlocks(all []parser.Block) {
	if len(all) > len(e.OpenedBlocks()) && !e.affords(blockCost) {
		panic(stopped{exceeds(-1, "there are too many paragraphs, items and other blocks: the limit is one for each %d bytes of the text, and %d more", blockCost/maxEffort, freeEffort/blockCost)})
	}
	e.Context.SetOpenedBlocks(all)
}

// IsInLinkLabel implements parser.Context. It is called for each word.
func (e *effort) IsInLinkLabel() bool {
	e.step()
	return e.Context.IsInLinkLabel()
}

// affords takes off a cost; false if there is not so much left.
func (e *effort) affords(cost int) bool {
	if cost > e.inline {
		return false
	}
	e.inline -= cost
	return true
}

// markdownSource is a text.Reader that counts what goldmark reads to find blocks.
type markdownSource struct {
	text.Reader
	*effort
}

// PeekLine is what goldmark calls for each block that is open at each line, and more
// often.
func (m markdownSource) PeekLine() ([]byte, text.Segment) {
	line, s := m.Reader.PeekLine()
	m.read(line)
	return line, s
}

// boundedHeading makes headings, but of lines that would take long a paragraph, which
// is then shown as it stands.
type boundedHeading struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (h boundedHeading) Open(parent ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, at := r.PeekLine()
	e := pc.(*effort)
	if !e.affords(inlineCost(line) + attributeCost(line)) {
		e.exceeded(at.Start, "heading")
		return nil, parser.NoChildren
	}
	return h.BlockParser.Open(parent, r, pc)
}

// exceeded remembers the first limit.
func (e *effort) exceeded(at int, what string) {
	if e.limit == nil {
		e.limit = exceeds(at, "the %s has too many marks (such as *, [, ` and {), lines or cells: the limit for the whole text is %d steps for each byte and %d more", what, maxEffort, freeEffort)
	}
}

// laborious replaces paragraphs, and what is to become a heading or a table, that would
// take too long.
type laborious struct{}

// Transform implements parser.ParagraphTransformer.
func (laborious) Transform(p *ast.Paragraph, r text.Reader, pc parser.Context) {
	e, lines := pc.(*effort), p.Lines()
	if lines.Len() == 0 || e.affords(e.cost(lines, r)) {
		return
	}
	e.exceeded(lines.At(0).Start, "paragraph or table")
	plain := &plainParagraph{}
	plain.SetLines(lines)
	plain.SetBlankPreviousLines(p.HasBlankPreviousLines())
	p.Parent().ReplaceChild(p.Parent(), p, plain)
}

// cost bounds the steps that a paragraph takes.
func (e *effort) cost(lines *text.Segments, r text.Reader) int {
	src, n := r.Source(), lines.Len()
	if delimiter := tableDelimiter(lines, src); delimiter > 0 {
		return e.tableCost(lines, src, delimiter)
	}
	all, brackets, last := 0, 0, lines.At(n-1)
	p := src[lines.At(0).Start:last.Stop] // with what begins lines in a quote or a list
	for _, b := range [...]string{"[", "]"} {
		brackets += bytes.Count(p, []byte(b))
	}
	line := markCost
	if next, _ := r.PeekLine(); underline(next) {
		all += attributeCost(last.Value(src))
	} else if bytes.HasPrefix(bytes.TrimSpace(next), []byte(":")) {
		line = blockCost // it is a term that is defined
	}
	return all + inlineCost(p) + brackets*n + n*line
}

// tableDelimiter returns which line makes a table of a paragraph; 0 for none.
func tableDelimiter(lines *text.Segments, src []byte) int {
	for i := 1; i < lines.Len(); i++ {
		s := lines.At(i)
		if line := src[s.Start:s.Stop]; bytes.IndexByte(line, '-') >= 0 && len(bytes.Trim(line, "-|: \t\r\n")) == 0 {
			return i
		}
	}
	return 0
}

// tableCost bounds the steps that a table takes: each row is filled up to the number of
// columns, and each line is a paragraph of its own.
func (e *effort) tableCost(lines *text.Segments, src []byte, delimiter int) int {
	s := lines.At(delimiter)
	columns := cells(src[s.Start:s.Stop])
	all, made := 0, 0
	for i := range lines.Len() {
		s := lines.At(i)
		line := src[s.Start:s.Stop]
		all += inlineCost(line) + bytes.Count(line, []byte(`\|`))*e.escapedPipes
		made += max(columns, cells(line))
	}
	return all + blockCost*made
}

// cells is how many cells a line of a table has.
func cells(line []byte) int {
	line = bytes.TrimSpace(line)
	n := bytes.Count(line, []byte("|")) + 1
	if bytes.HasPrefix(line, []byte("|")) {
		n--
	}
	if bytes.HasSuffix(line, []byte("|")) {
		n--
	}
	return n
}

// inlineCost bounds the steps it takes to find emphasis, links, code and addresses in a
// paragraph.
func inlineCost(p []byte) int {
	var c inlineCounter
	for i := range p {
		c.add(p, i)
	}
	return c.total(len(p))
}

// inlineCounter counts what takes goldmark longer than its own length.
type inlineCounter struct {
	marks      int      // delimiters, each of which is compared with others
	inWord     int      // of them in the word so far, from each of which goldmark looks for the end of the word
	word       int      // the length of the word so far
	words      int      // what the words up to here cost
	nested     int      // brackets that are open
	deepest    int      // the most that were
	angles     int      // addresses in angle brackets, whose end can be that of the line
	run        int      // the length of the run of backticks so far
	runs       [64]bool // the lengths that there are, each of which is looked for up to the end
	longerRuns int      // that are longer
}

func (c *inlineCounter) add(p []byte, i int) {
	b := p[i]
	if b == '`' {
		c.run++
	} else if c.run > 0 {
		c.endRun()
	}
	switch b {
	case ' ', '\t', '\n':
		c.words += c.inWord * c.word
		c.inWord, c.word = 0, 0
		return
	case '[':
		c.nested++
		c.deepest = max(c.deepest, c.nested)
	case ']':
		c.nested = max(0, c.nested-1)
	case '(':
		c.inWord++
	}
	c.word++
	switch b {
	case '*', '_', '~', '`':
		c.inWord++
		if i == 0 || p[i-1] != b {
			c.marks++
		}
	case '[', ']', '<':
		c.inWord++
		c.marks++
		if b == '<' && i > 0 && (p[i-1] == '(' || p[i-1] == ' ') {
			c.angles++
		}
	}
}

func (c *inlineCounter) endRun() {
	if c.run < len(c.runs) {
		c.runs[c.run] = true
	} else {
		c.longerRuns++
	}
	c.run = 0
}

func (c *inlineCounter) total(size int) int {
	c.endRun()
	runs := c.longerRuns - 1
	for _, there := range c.runs[1:] {
		if there {
			runs++
		}
	}
	all := c.marks*(c.marks+markCost) + c.words + c.inWord*c.word + max(0, runs)*size
	if c.deepest > 8 {
		all += c.deepest * size
	}
	return all + c.angles*min(size, c.marks*8)
}

// attributeCost bounds the steps it takes to find the attributes of a heading.
func attributeCost(line []byte) int {
	n := bytes.Count(line, []byte("{"))
	if n == 0 {
		return 0
	}
	for _, b := range [...]string{"=", ".", "#"} {
		n += bytes.Count(line, []byte(b))
	}
	return n * len(line)
}

// underline reports whether a line makes a heading of the one above.
func underline(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 0 && (len(bytes.Trim(line, "=")) == 0 || len(bytes.Trim(line, "-")) == 0)
}

// plainParagraph is a paragraph that is shown as it stands.
type plainParagraph struct{ ast.BaseBlock }

var plainKind = ast.NewNodeKind("PlainParagraph")

// Kind implements ast.Node.
func (*plainParagraph) Kind() ast.NodeKind { return plainKind }

// IsRaw implements ast.Node. It keeps goldmark from looking into the paragraph.
func (*plainParagraph) IsRaw() bool { return true }

// Dump implements ast.Node.
func (p *plainParagraph) Dump(source []byte, level int) { ast.DumpHelper(p, source, level, nil, nil) }

// laboriousRenderer renders plain paragraphs.
type laboriousRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (laboriousRenderer) RegisterFuncs(r gmrenderer.NodeRendererFuncRegisterer) {
	r.Register(plainKind, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString(paragraphs(string(n.Lines().Value(src))))
		}
		return ast.WalkSkipChildren, nil
	})
}
