package frontmatter

import "strings"

// maxTOMLCost is the most that TOML may cost, 4 MiB. That of usual front matter is a few
// times its length.
const maxTOMLCost = 64 * maxFrontMatter

// tomlCost goes through TOML in the order of the decoder and counts what that does with
// keys: for each part of a key, and for each bracket, it looks up and joins all parts
// of the keys around it. It is not sure to understand what the decoder does not.
type tomlCost struct {
	text  string
	at    int
	table tomlName   // that the last line in brackets names
	open  []tomlOpen // the brackets of values
	key   tomlName   // the last one read, of which the value is read
	cost  int
	deep  bool // keys or brackets nest deeper than maxDepth
}

// tomlName is the size of a key.
type tomlName struct{ parts, bytes int }

// tomlOpen is an open bracket: '[' of a list or '{' of keys.
type tomlOpen struct {
	bracket byte
	around  tomlName // the key that it is the value of, below those around
}

// read counts the cost of text and stops where there is too much of it.
func (c *tomlCost) read(text string) {
	c.text = text
	for c.at < len(text) && c.cost <= maxTOMLCost && !c.deep {
		c.line()
	}
}

// line reads a line in brackets or a key and its value, or skips one byte.
func (c *tomlCost) line() {
	switch b := c.text[c.at]; b {
	case ' ', '\t', '\n', '\r':
		c.at++
	case '#':
		c.skipLine()
	case '[':
		for c.at++; c.at < len(c.text) && c.text[c.at] == '['; c.at++ {
		}
		c.table = c.name(']')
		c.count(tomlName{}, c.table)
		c.skipLine()
	default:
		c.assignment()
		c.value()
	}
}

// assignment reads a key and the sign behind it.
func (c *tomlCost) assignment() {
	around := c.table
	if n := len(c.open); n > 0 {
		around = c.open[n-1].around
	}
	key := c.name('=')
	c.count(around, key)
	c.key = around.and(key)
}

func (n tomlName) and(m tomlName) tomlName { return tomlName{n.parts + m.parts, n.bytes + m.bytes} }

// count adds what each part of a name costs below the name around it.
func (c *tomlCost) count(around, name tomlName) {
	all := around.and(name)
	c.cost += name.parts * (16*all.parts + all.bytes)
	c.deep = c.deep || all.parts+len(c.open) > maxDepth
}

// name reads a dotted key, and end behind it. It stops at the end of the line.
func (c *tomlCost) name(end byte) tomlName {
	n := tomlName{parts: 1}
	for start := c.at; c.at < len(c.text); {
		switch b := c.text[c.at]; b {
		case end:
			n.bytes = c.at - start
			c.at++
			return n
		case '\n':
			n.bytes = c.at - start
			return n
		case '.':
			n.parts++
			c.at++
		case '"', '\'':
			c.quoted(b)
		default:
			c.at++
		}
	}
	return n
}

// value reads a value up to the end of its line, or of the line of its last bracket.
func (c *tomlCost) value() {
	for c.at < len(c.text) && c.cost <= maxTOMLCost && !c.deep {
		switch b := c.text[c.at]; b {
		case '\n':
			c.at++
			if len(c.open) == 0 {
				return
			}
		case '#':
			c.skipLine()
		case '"', '\'':
			c.quoted(b)
		case '[', '{':
			c.at++
			c.open = append(c.open, tomlOpen{b, c.key})
			c.count(c.key, tomlName{parts: 1})
			c.member(b == '{')
		case ']', '}':
			c.at++
			if n := len(c.open); n > 0 {
				c.key = c.open[n-1].around
				c.open = c.open[:n-1]
			}
		case ',':
			c.at++
			n := len(c.open)
			c.member(n > 0 && c.open[n-1].bracket == '{')
		default:
			c.at++
		}
	}
}

// member reads the key that comes next between the brackets of keys, if one does.
func (c *tomlCost) member(keys bool) {
	for keys && c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\t', '\n', '\r':
			c.at++
		case '#':
			c.skipLine()
		case '}', ',':
			return
		default:
			c.assignment()
			return
		}
	}
}

func (c *tomlCost) skipLine() {
	if n := strings.IndexByte(c.text[c.at:], '\n'); n >= 0 {
		c.at += n
		return
	}
	c.at = len(c.text)
}

// quoted skips a text in quotes q, of one line or, in three quotes, of several.
func (c *tomlCost) quoted(q byte) {
	fence := string([]byte{q, q, q})
	if !strings.HasPrefix(c.text[c.at:], fence) {
		fence = fence[:1]
	}
	for c.at += len(fence); c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; {
		case b == '\n' && len(fence) == 1:
			return
		case b == '\\' && q == '"':
			c.at++
		case strings.HasPrefix(c.text[c.at:], fence):
			c.at += len(fence)
			for range len(fence) - 1 { // of five quotes the first two belong to the text
				if c.at < len(c.text) && c.text[c.at] == q {
					c.at++
				}
			}
			return
		}
	}
}
