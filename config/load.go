package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	_ "time/tzdata" // time zones by name, on machines that have no database of them
	"unicode"
	"unicode/utf8"

	"feedmill/feeds"
)

// FileName is the settings file looked for in the folder of articles.
const FileName = "feedmill.yaml"

// Names are what settings can refer to. The packages that give them a meaning know
// them.
type Names struct {
	Fields       []string // of front matter
	Placeholders []string // of link patterns, without their colon
}

// Load reads the settings for the articles in dir from file, or from
// dir/feedmill.yaml, where it exists, if file is empty. The error joins one
// [feeds.Problem] for each mistake. It is ErrUnread if a file or folder could not be
// read, which may pass without a change of the files. A folder that is not there is no error by itself,
// as it can be back a moment later: see Config.Missing.
func Load(dir, file string, known Names) (*Config, error) {
	l, err := newLoader(dir)
	if err != nil {
		return nil, unread{err}
	}
	l.known = known
	l.readSite()
	l.readFile(file)
	l.readTopicData()
	l.finish()
	if len(l.problems) > 0 {
		return nil, l.failed()
	}
	return &l.Config, nil
}

// ErrUnread is in the error of Load if something could not be read.
var ErrUnread = errors.New("settings cannot be read")

// unread is an error that is ErrUnread, and otherwise the problems in it.
type unread struct{ error }

func (u unread) Unwrap() []error   { return []error{u.error} }
func (u unread) Is(err error) bool { return err == ErrUnread }

// loader is a Config that is being read, and the problems found in it so far.
type loader struct {
	Config
	dir        string // of the articles, as the user named it
	jekyllData string // a Jekyll site's folder of data; empty: none
	known      Names
	topics     []placedTopic
	ownTopics  firsts           // those of feedmill.yaml, by folded name and by slugKey; nil until asked for
	problems   []*feeds.Problem // the first maxProblems
	unread     bool             // a file that is there could not be read
	more       int              // problems beyond those
	bytes      int              // of all files so far
	watched    map[string]bool  // Files
}

func newLoader(dir string) (*loader, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &feeds.Problem{Path: dir, Message: "no such folder: name the folder that holds the articles"}
	case err != nil:
		return nil, &feeds.Problem{Path: dir, Message: "the folder cannot be read: " + reason(err)}
	case !info.IsDir():
		return nil, &feeds.Problem{Path: dir, Message: "a file, not a folder: name the folder that holds the articles"}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find folder %s: %w", dir, err)
	}
	l := &loader{dir: dir, Config: Config{Dir: abs, Collections: []feeds.Folder{{}}}}
	l.setDefaults()
	return l, nil
}

// readSite reads the configuration of a Jekyll or Hugo site, if the folder is one.
func (l *loader) readSite() {
	if !l.readJekyll() {
		l.readHugo()
	}
}

func (l *loader) readFile(file string) {
	if file == "" {
		file = filepath.Join(l.dir, FileName)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			l.watch(file)
			return
		}
	}
	s := l.open(file, false)
	if s == nil {
		l.report(&feeds.Problem{Path: filepath.ToSlash(file), Message: `no such file: create it with "feedmill init" or correct the name`})
		return
	}
	l.File = file
	if root, ok := s.parse(); ok {
		readGroup(root, settings, l)
	}
}

// open reads a settings file; nil if there is none. In a lenient one, values of the
// wrong type count as absent.
func (l *loader) open(path string, lenient bool) *source {
	l.watch(path)
	text, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s := &source{path: filepath.ToSlash(path), lenient: lenient, report: l.report, skip: l.skip, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if err != nil {
		l.unread = true
		s.unreadable = "cannot be read: " + reason(err)
	} else if l.bytes += len(text); l.bytes > maxAllFiles {
		s.unreadable = fmt.Sprintf("cannot be read: with it, all files of settings and topics are larger than %d MiB together: remove what is not needed", maxAllFiles>>20)
	}
	return s
}

// openFirst opens the first of several files in the folder that exists.
func (l *loader) openFirst(names ...string) *source {
	for _, name := range names {
		if s := l.open(filepath.Join(l.dir, filepath.FromSlash(name)), true); s != nil {
			return s
		}
	}
	return nil
}

// watch adds path to the files that the settings depend on.
func (l *loader) watch(path string) {
	abs, err := filepath.Abs(path)
	if err == nil && !l.watched[abs] {
		put(&l.watched, abs, true)
		l.Files = append(l.Files, abs)
	}
}

func (l *loader) report(p *feeds.Problem) { l.problems = append(l.problems, p) }

// Complete joins the problems in Missing; nil if there are none.
func (c *Config) Complete() error { return feeds.JoinProblems(c.Missing) }

// finish derives what no file states, and checks topics against each other.
func (l *loader) finish() {
	l.Site.Title = cmp.Or(l.Site.Title, titleOf(l.Dir))
	if u, err := url.Parse(l.Site.HomeURL); err == nil && l.Site.ID == "" {
		l.Site.ID = strings.TrimSuffix(u.Host+u.Path, "/")
	}
	for i, c := range l.Collections {
		if c.Link == "" && l.Site.HomeURL != "" {
			l.Collections[i].Link = "/:path/"
		}
	}
	slices.SortStableFunc(l.Collections, func(a, b feeds.Folder) int { return len(b.Dir) - len(a.Dir) })
	if rel, err := filepath.Rel(l.Dir, l.State); err == nil && filepath.IsLocal(rel) {
		l.Articles.Ignore = append(l.Articles.Ignore, "/"+filepath.ToSlash(rel)+"/")
	}
	l.finishTopics()
}

// titleOf makes the name of a folder readable: "release-notes" is "Release notes".
func titleOf(dir string) string {
	words := strings.FieldsFunc(filepath.Base(dir), func(r rune) bool {
		return r == '-' || r == '_' || unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
	title := strings.Trim(strings.ToValidUTF8(strings.Join(words, " "), ""), " /.")
	if title == "" {
		return "Articles"
	}
	first, n := utf8.DecodeRuneInString(title)
	return string(unicode.ToTitle(first)) + title[n:]
}

// reason is the system's message for an error, without operation and path.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return err.Error()
}
