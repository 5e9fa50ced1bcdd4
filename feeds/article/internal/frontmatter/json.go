package frontmatter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"feedmill/feeds"
)

// parseJSON parses the object that src begins with into t, which is empty, and
// returns what follows.
func parseJSON(t *Tree, src []byte) ([]byte, error) {
	text := string(src[:min(len(src), maxFrontMatter+1)])
	p := &jsonParser{tree: t, text: text, dec: json.NewDecoder(strings.NewReader(text))}
	p.dec.UseNumber()
	if _, err := p.value(0); err != nil {
		line, col := p.next()
		message := err.Error()
		switch ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); {
		case ended && len(text) > maxFrontMatter:
			return nil, tooLong()
		case ended:
			line, col, message = 1, 1, "front matter is never closed: add the } after its last value"
		case !errors.Is(err, errDepth):
			message = "not JSON (" + message + "): check quotes and commas"
		}
		return nil, &feeds.Problem{Line: line, Col: col, Message: message}
	}
	t.finish()
	end := p.dec.InputOffset()
	if end > maxFrontMatter {
		return nil, tooLong()
	}
	body := src[end:]
	if line, rest, _ := bytes.Cut(body, []byte("\n")); len(bytes.TrimSpace(line)) == 0 {
		body = rest
	}
	return body, t.duplicates(0)
}

// jsonParser adds to what the decoder yields the places where it stands.
type jsonParser struct {
	tree   *Tree
	text   string
	dec    *json.Decoder
	offset int // up to which lines and characters have been counted
	line   int // lines before offset
	chars  int // of the line, before offset
}

// next returns the line and column (in characters) of the next token.
func (p *jsonParser) next() (line, col int) {
	offset := int(p.dec.InputOffset())
	for offset < len(p.text)-1 && strings.IndexByte(" \t\n,:", p.text[offset]) >= 0 {
		offset++
	}
	line, col = position(p.text[p.offset:offset])
	if line > 1 {
		p.line, p.chars = p.line+line-1, 0
	}
	p.chars += col - 1
	p.offset = offset
	return p.line + 1, p.chars + 1
}

// maxDepth is deeper than any front matter nests.
const maxDepth = 64

var errDepth = fmt.Errorf("nested too deep: %d levels are the most", maxDepth)

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
