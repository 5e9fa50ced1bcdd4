package builder

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// scanner checks that a document is well-formed XML 1.0, as far as feeds need
// it: UTF-8, no document type, no comments, no processing instructions but the
// two at the head. It is many times faster than encoding/xml, which is why it exists.
type scanner struct {
	rest  []byte
	open  [][]byte // names of the elements around rest
	names [][]byte // of the attributes of one tag
	at    []byte

	// text is told of the text of an element without children and, with an
	// "@" before the name, of each attribute's value; both as they stand. It
	// must not keep the slices.
	text func(parent, name, value []byte)
}

var errXML = errors.New("not well-formed")

func wellFormed(doc []byte, text func(parent, name, value []byte)) error {
	s := &scanner{rest: doc, text: text}
	if err := legal(doc); err != nil {
		return err
	}
	for _, target := range [...]string{"<?xml ", "<?xml-stylesheet "} {
		if bytes.HasPrefix(s.rest, []byte(target)) {
			if _, err := s.until("?>"); err != nil {
				return err
			}
		}
		s.rest = bytes.TrimLeft(s.rest, " \t\r\n")
	}
	if len(s.rest) == 0 || s.rest[0] != '<' {
		return fmt.Errorf("%w: no element at its head", errXML)
	}
	for {
		if err := s.element(); err != nil {
			return err
		}
		if len(s.open) == 0 {
			break
		}
	}
	if len(bytes.TrimLeft(s.rest, " \t\r\n")) > 0 {
		return fmt.Errorf("%w: something stands behind its end", errXML)
	}
	return nil
}

// legal is XML 1.0 §2.2 for UTF-8.
func legal(doc []byte) error {
	for _, c := range doc {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return fmt.Errorf("%w: forbidden character U+%04X", errXML, c)
		}
	}
	if !utf8.Valid(doc) || bytes.Contains(doc, []byte("\uFFFE")) || bytes.Contains(doc, []byte("\uFFFF")) {
		return fmt.Errorf("%w: not the UTF-8 that XML allows", errXML)
	}
	return nil
}

// until takes everything before end, which it steps over.
func (s *scanner) until(end string) ([]byte, error) {
	before, after, ok := bytes.Cut(s.rest, []byte(end))
	if !ok {
		return nil, fmt.Errorf("%w: %q is missing", errXML, end)
	}
	s.rest = after
	return before, nil
}

// element takes one tag or CDATA section and the text behind it.
func (s *scanner) element() error {
	switch {
	case bytes.HasPrefix(s.rest, []byte("<![CDATA[")) && len(s.open) > 0:
		if _, err := s.until("]]>"); err != nil {
			return err
		}
		_, err := s.chars()
		return err
	case bytes.HasPrefix(s.rest, []byte("</")):
		name, err := s.until(">")
		if err != nil {
			return err
		}
		last := len(s.open) - 1
		if name = bytes.TrimRight(name[2:], " \t\r\n"); last < 0 || !bytes.Equal(name, s.open[last]) {
			return fmt.Errorf("%w: </%s> closes nothing", errXML, name)
		}
		s.open = s.open[:last]
		return s.behind()
	}
	return s.start()
}

// behind takes the text behind an end.
func (s *scanner) behind() error {
	if len(s.open) == 0 {
		return nil
	}
	_, err := s.chars()
	return err
}

func (s *scanner) start() error {
	s.rest = s.rest[1:]
	name := s.name()
	if len(name) == 0 {
		return fmt.Errorf("%w: a tag without a name", errXML)
	}
	if err := s.attributes(name); err != nil {
		return err
	}
	if bytes.HasPrefix(s.rest, []byte("/>")) {
		s.rest = s.rest[2:]
		return s.behind()
	}
	if len(s.rest) == 0 || s.rest[0] != '>' {
		return fmt.Errorf("%w: <%s is never closed", errXML, name)
	}
	s.rest = s.rest[1:]
	var parent []byte
	if len(s.open) > 0 {
		parent = s.open[len(s.open)-1]
	}
	s.open = append(s.open, name)
	value, err := s.chars()
	if err == nil && bytes.HasPrefix(s.rest, []byte("</")) {
		s.text(parent, name, value)
	}
	return err
}

func (s *scanner) attributes(element []byte) error {
	s.names = s.names[:0]
	for {
		trimmed := bytes.TrimLeft(s.rest, " \t\r\n")
		spaced := len(trimmed) < len(s.rest)
		s.rest = trimmed
		name := s.name()
		if len(name) == 0 {
			return nil
		}
		if !spaced || slices.ContainsFunc(s.names, func(n []byte) bool { return bytes.Equal(n, name) }) || !bytes.HasPrefix(s.rest, []byte(`="`)) {
			return fmt.Errorf("%w: attribute %s of <%s>", errXML, name, element)
		}
		s.names = append(s.names, name)
		s.rest = s.rest[2:]
		value, err := s.until(`"`)
		if err == nil && bytes.IndexByte(value, '<') >= 0 {
			err = fmt.Errorf("%w: < in attribute %s", errXML, name)
		}
		if err == nil {
			err = references(value)
		}
		if err != nil {
			return err
		}
		s.at = append(append(s.at[:0], '@'), name...)
		s.text(element, s.at, value)
	}
}

// name takes the ASCII name at the head of rest; empty if there is none.
func (s *scanner) name() []byte {
	i := 0
	for i < len(s.rest) && nameByte(s.rest[i], i == 0) {
		i++
	}
	name := s.rest[:i]
	s.rest = s.rest[i:]
	return name
}

func nameByte(c byte, first bool) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || !first && (c == ':' || c == '-' || c == '.' || '0' <= c && c <= '9')
}

// chars takes text up to the next tag.
func (s *scanner) chars() ([]byte, error) {
	i := bytes.IndexByte(s.rest, '<')
	if i < 0 {
		return nil, fmt.Errorf("%w: <%s> is never closed", errXML, s.open[len(s.open)-1])
	}
	text := s.rest[:i]
	s.rest = s.rest[i:]
	if bytes.Contains(text, []byte("]]>")) {
		return nil, fmt.Errorf("%w: ]]> in text", errXML)
	}
	return text, references(text)
}

// references are XML 1.0 §4.1: those to characters, and the five that need no
// document type.
func references(text []byte) error {
	for {
		_, after, found := bytes.Cut(text, []byte("&"))
		if !found {
			return nil
		}
		name, _, found := bytes.Cut(after[:min(len(after), 12)], []byte(";"))
		if !found || !reference(string(name)) {
			return fmt.Errorf("%w: & that begins no reference", errXML)
		}
		text = after[len(name)+1:]
	}
}

func reference(name string) bool {
	switch name {
	case "amp", "lt", "gt", "quot", "apos":
		return true
	}
	if len(name) < 2 || name[0] != '#' {
		return false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return err == nil && (n == '\t' || n == '\n' || n == '\r' || n >= ' ' && n < 0xD800 || n > 0xDFFF && n < 0xFFFE || n > 0xFFFF && n <= 0x10FFFF)
}
