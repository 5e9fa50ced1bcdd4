package article

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// parseJSON parses the object at the head of text and returns what follows it.
func parseJSON(text string) (*yaml.Node, string, error) {
	p := &jsonParser{text: text, dec: json.NewDecoder(strings.NewReader(text))}
	p.dec.UseNumber()
	root, err := p.value(0)
	if err != nil {
		line, col := p.next()
		message := err.Error()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			line, col, message = 1, 1, "front matter is never closed: add the } after its last value"
		case !errors.Is(err, errDepth):
			message = "not JSON (" + message + "): check quotes and commas"
		}
		return nil, "", &feeds.Problem{Line: line, Col: col, Message: message}
	}
	body := text[p.dec.InputOffset():]
	if line, rest, _ := strings.Cut(body, "\n"); strings.TrimSpace(line) == "" {
		body = rest
	}
	return root, body, duplicates(root, true)
}

type jsonParser struct {
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

func (p *jsonParser) value(depth int) (*yaml.Node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}
	n.Line, n.Column = p.next()
	token, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		n.Kind = yaml.SequenceNode
		if t == '{' {
			n.Kind = yaml.MappingNode
		}
		for p.dec.More() {
			c, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		_, err = p.dec.Token()
	case string:
		n.Value = t
	case json.Number:
		n.Value = t.String()
	case bool:
		n.Value = strconv.FormatBool(t)
	case nil:
		n.Tag = "!!null"
	}
	return n, err
}
