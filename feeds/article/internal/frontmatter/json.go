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

// parseJSON parses the object that src begins with into t, which is empty, and
// returns what follows.
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
	return body, t.duplicates(0)
}

// jsonParser adds to what the decoder yields the places where it stands.
type jsonParser struct {
	tree      *Tree
	text      string
	dec       *json.Decoder
	offset    int // up to which lines have been counted
	line      int // lines before offset
	lineStart int // offset at which the line of offset begins
}

// next returns the line and column (in characters) of the next token.
func (p *jsonParser) next() (line, col int) {
	offset := int(p.dec.InputOffset())
	for offset < len(p.text)-1 && strings.IndexByte(" \t\n,:", p.text[offset]) >= 0 {
		offset++
	}
	if n := strings.Count(p.text[p.offset:offset], "\n"); n > 0 {
		p.line += n
		p.lineStart = strings.LastIndexByte(p.text[:offset], '\n') + 1
	}
	p.offset = offset
	_, col = position(p.text[p.lineStart:offset])
	return p.line + 1, col
}

// maxDepth is deeper than any front matter nests.
const maxDepth = 64

var errDepth = errors.New("nested too deep")

// value adds the next value to the tree and returns its node.
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

// children adds the values of the object or array n and reads its end.
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
