package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"

	"feedmill/feeds"
)

// Limits of settings, so that no file costs more than a second or 100 MB, whatever it
// holds. A file that exceeds one is a problem, and nothing of it is used.
const (
	maxFile     = 1 << 20  // bytes of a file
	maxValues   = 100_000  // keys and values in a file, those that YAML aliases and merge keys repeat counted again
	maxWritten  = 2 << 20  // bytes of all texts in a file, those that YAML aliases and merge keys repeat counted again
	maxDepth    = 100      // levels of lists and groups within each other
	maxEntries  = 1_000    // of a list or group that every article is compared with
	maxText     = 16_384   // bytes of a single value
	maxDefaults = 10_000   // values in all front matter for articles that do not state it
	maxName     = 1_000    // bytes of a pattern, or of the name of a host, language or time zone
	maxProblems = 100      // that are described; others are counted
	maxAllFiles = 16 << 20 // bytes of all files together

	maxDefaultBytes = 64 << 10 // of texts in all front matter for articles that do not state it
)

// MaxTopicFiles bounds the files in a Jekyll site's folder of topics.
const MaxTopicFiles = 10_000

// readFile reads a whole file of at most maxFile bytes. It refuses pipes and devices,
// because reading one may never end, and no signal would stop it.
func readFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // to open a pipe can take for ever, too
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, errors.New("it is a pipe or device")
	case info.Size() > maxFile && !info.IsDir():
		return nil, errTooLarge
	}
	text := bytes.NewBuffer(make([]byte, 0, min(info.Size(), maxFile)+bytes.MinRead))
	if _, err = text.ReadFrom(io.LimitReader(f, maxFile+1)); err == nil && text.Len() > maxFile {
		err = errTooLarge
	}
	return text.Bytes(), err
}

var errTooLarge = errors.New("it is larger than 1 MiB, the limit for settings: remove what is not needed, or name another file")

// crowded finds where a text holds more values than maxValues, without making them: a
// value needs a line of its own or one of the signs that separate values. It returns
// line 0 if there is no such place.
func crowded(text []byte) (line int) {
	line = 1
	signs := 0
	for i, c := range text {
		switch c {
		case '\n':
			line++
			signs++
		case ',', '[', '{', '=', '?':
			signs++
		case ':':
			if !bytes.HasPrefix(text[i:], []byte("://")) {
				signs++
			}
		case '-':
			if i+1 < len(text) && text[i+1] <= ' ' {
				signs++
			}
		}
		if signs > maxValues {
			return line
		}
	}
	return 0
}

// shortened leaves out the middle of a text that is longer than n bytes, which is at
// least 100.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	head, tail := n*2/3, len(s)-n/3
	for !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + "…" + s[tail:]
}

// sentence is fmt.Sprintf with long texts shortened.
func sentence(format string, args ...any) string {
	short := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(string); ok {
			a = shortened(s, 200)
		}
		short[i] = a
	}
	return shortened(fmt.Sprintf(format, short...), 600)
}

// few are all entries of a list or group v that every article is compared with. Too
// many are reported, and then there are none.
func few[E any](v value, all []E) []E {
	if len(all) > maxEntries {
		v.fail("has %d entries, and the limit is %d: combine or remove some", len(all), maxEntries)
		return nil
	}
	return all
}

// fits is an error where a text is longer than a name may be.
func fits(s string) error {
	if len(s) > maxName {
		return fmt.Errorf("is longer than %d bytes: shorten it", maxName)
	}
	return nil
}

const (
	// maxAlternatives bounds the ways in which the alternatives of a pattern, as in
	// {a,b}, can be combined, if those are more than are written: each is tried.
	maxAlternatives = 20
	// maxBraces bounds the groups of alternatives in a pattern.
	maxBraces = 10
)

// simple is an error where it would take long to compare paths with a glob pattern.
func simple(pattern string) error {
	if err := fits(pattern); err != nil {
		return err
	}
	if groups, ways := alternatives(pattern); groups > maxBraces || ways > max(maxAlternatives, 1+strings.Count(pattern, ",")) {
		return fmt.Errorf("has more than %d combinations of alternatives, or %d groups of them, in braces: write several patterns instead", maxAlternatives, maxBraces)
	}
	return nil
}

// alternatives counts the groups in braces of a glob pattern, also those within others
// and those that are not closed, and the patterns without braces that it stands for. It
// counts no further than just beyond what any pattern may have.
func alternatives(pattern string) (groups, ways int) {
	type group struct{ before, this int } // ways in the alternatives before the last comma, and in the one after it
	open := []group{{0, 1}}
	end := func() int {
		g := open[len(open)-1]
		return min(g.before+g.this, maxName+1)
	}
	shut := func() {
		n := end()
		open = open[:len(open)-1]
		g := &open[len(open)-1]
		g.this = min(g.this*n, maxName+1)
	}
	for i := 0; i < len(pattern) && groups <= maxBraces; i++ {
		inside := len(open) > 1
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '[':
			i = classEnd(pattern, i)
		case c == '{':
			groups++
			open = append(open, group{0, 1})
		case c == ',' && inside:
			open[len(open)-1] = group{end(), 1}
		case c == '}' && inside:
			shut()
		}
	}
	for len(open) > 1 {
		shut()
	}
	return groups, end()
}

// classEnd finds the bracket that ends the class of characters that begins at i.
func classEnd(pattern string, i int) int {
	for i++; i < len(pattern) && pattern[i] != ']'; i++ {
		if pattern[i] == '\\' {
			i++
		}
	}
	return i
}

// skip counts a problem that comes after too many to be described. It reports whether
// the problem is such a one.
func (l *loader) skip() bool {
	if len(l.problems) < maxProblems {
		return false
	}
	l.more++
	return true
}

// failed joins the problems, and says how many were left out.
func (l *loader) failed() error {
	err := feeds.JoinProblems(append(l.problems, l.Missing...))
	if l.more > 0 {
		err = errors.Join(err, &feeds.Problem{Message: fmt.Sprintf("and %d more problems in the settings: mend these first", l.more)})
	}
	if l.unread {
		return unread{err}
	}
	return err
}

// patterns are the texts of a list of patterns; none where they are too many. Those
// that it would take long to compare paths with are reported.
func patterns(v value) (all []string) {
	for _, item := range few(v, v.items()) {
		if p := item.text(); p == "" {
		} else if err := simple(p); err != nil {
			item.fail("%s", err)
		} else {
			all = append(all, p)
		}
	}
	return all
}
