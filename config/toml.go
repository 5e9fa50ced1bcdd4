package config

import "bytes"

// tomlScan looks through TOML before it is read, because the time to read a key grows
// with the square of its parts, and each key is read with those of its table before it.
type tomlScan struct {
	text      []byte
	at        int
	depth     int // of brackets
	key       extent
	header    extent // of the table that keys belong to
	inHeader  bool
	cost      int  // parts of keys so far, counted as often as they are copied
	beginning bool // of a line
}

// costlyTOML finds where a text exceeds the limits of settings, and says which; line 0
// if it does not. It need not be valid TOML.
func costlyTOML(text []byte) (line int, what string) {
	s := &tomlScan{text: text, beginning: true}
	for s.at < len(text) && what == "" {
		what = s.step()
	}
	if what != "" {
		line, _ = position(text, s.at)
	}
	return line, what
}

// step takes in the next byte, text or comment.
func (s *tomlScan) step() (exceeds string) {
	c := s.text[s.at]
	begins := s.beginning
	s.beginning = c == '\n' || begins && (c == ' ' || c == '\t' || c == '\r')
	switch c {
	case '"', '\'':
		n := quotedTOML(s.text[s.at:])
		s.at += n
		s.key.bytes += n
		return s.check()
	case '#':
		if n := bytes.IndexByte(s.text[s.at:], '\n'); n >= 0 {
			s.at += n
		} else {
			s.at = len(s.text)
		}
		return ""
	case '[', '{':
		s.inHeader = begins && s.depth == 0 || s.inHeader
		s.depth++
		s.key = extent{}
	case ']', '}':
		if s.depth = max(0, s.depth-1); s.inHeader && s.depth == 0 {
			s.inHeader = false
			s.header = s.key
			s.count()
		}
	case '=':
		s.count()
		s.key = extent{}
	case ',', '\n':
		s.key = extent{}
	case '.':
		s.key.values++
		s.key.bytes++
	default:
		s.key.bytes++
	}
	exceeds = s.check()
	s.at++
	return exceeds
}

// count adds what it takes to read the key that has just ended.
func (s *tomlScan) count() {
	before, parts := s.header.values+s.depth, s.key.values+1
	s.cost += parts*(before+parts+(s.header.bytes+s.key.bytes)/32)/2 + 1
}

func (s *tomlScan) check() (exceeds string) {
	switch {
	case s.depth > maxDepth, s.key.values > maxDepth:
		return errDeep.Error()
	case s.cost > maxValues:
		return "more keys, or parts of keys, come before this than can be read: remove what is not needed"
	}
	return ""
}

// quotedTOML is the length of the text that begins with a quotation mark.
func quotedTOML(text []byte) int {
	mark := text[:1]
	if long := bytes.Repeat(mark, 3); bytes.HasPrefix(text, long) {
		mark = long
	}
	for i := len(mark); i < len(text); i++ {
		switch {
		case text[i] == '\\' && mark[0] == '"':
			i++
		case bytes.HasPrefix(text[i:], mark):
			return i + len(mark)
		case text[i] == '\n' && len(mark) == 1: // not valid
			return i
		}
	}
	return len(text)
}
