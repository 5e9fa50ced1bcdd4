package frontmatter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"feedmill/feeds"
)

// parseJSON parses the object at the head of src into t, which is empty, and
// returns what follows it.
func parseJSON(t *Tree, src []byte) ([]byte, error) {
	text := string(src)
	p := &jsonParser{tree: t, text: text, dec: json.NewDecoder(strings.NewReader(text))}
	p.dec.UseNumber()
	if _, err := p.value(0); err != nil {
		line, col := p.next()
		message := err.Error()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			line, col, message = 1, 1, "front matter is never closed: add the } after its last value"
		case !errors.Is(err, errDepth):
			message = "not JSON (" + message + "): check quotes and commas"
		}
		return nil, &feeds.Problem{Line: line, Col: col, Message: message}
	}
	t.finish()
	body := src[p.dec.InputOffset():]
	if line, rest, _ := bytes.Cut(body, []byte("\n")); len(bytes.TrimSpace(line)) == 0 {
		body = rest
	}
	return body, t.duplicates()
}

type jsonParser struct {
	tree *Tree
	text string
	dec  *json.Decoder
	seen int // offset up to which lines are counted
	line int // lines before seen
	bol  int // offset of the line that seen stands in
}

// next is the line and column (in characters) of the token to come.
func (p *jsonParser) next() (line, col int) {
	offset := int(p.dec.InputOffset())
	for offset < len(p.text)-1 && strings.IndexByte(" \t\n,:", p.text[offset]) >= 0 {
		offset++
	}
	if n := strings.Count(p.text[p.seen:offset], "\n"); n > 0 {
		p.line += n
		p.bol = strings.LastIndexByte(p.text[:offset], '\n') + 1
	}
	p.seen = offset
	_, col = position(p.text[p.bol:offset])
	return p.line + 1, col
}

// maxDepth is deeper than front matter nests.
const maxDepth = 64

var errDepth = errors.New("nested too deep")

func (p *jsonParser) value(depth int) (int32, error) {
	if depth > maxDepth {
		return 0, errDepth
	}
	line, col := p.next()
	n := p.tree.add(node{line: int32(line), col: int32(col)})
	token, err := p.dec.Token()
	if err != nil {
		return n, err
	}
	at := &p.tree.nodes[n]
	switch t := token.(type) {
	case json.Delim:
		at.kind = sequenceNode
		if t == '{' {
			at.kind = mappingNode
		}
		err = p.children(n, depth)
	case string:
		p.tree.setText(n, t)
	case json.Number:
		p.tree.setText(n, t.String())
	case bool:
		p.tree.setText(n, strconv.FormatBool(t))
	case nil:
		at.null = true
	}
	return n, err
}

// children reads what is below n, and the end of it.
func (p *jsonParser) children(n int32, depth int) error {
	last := int32(0)
	for p.dec.More() {
		c, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		p.tree.link(n, last, c)
		last = c
	}
	_, err := p.dec.Token()
	return err
}
