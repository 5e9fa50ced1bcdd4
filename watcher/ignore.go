package watcher

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// rules are the patterns of Options.Ignore, in their order.
type rules []rule

type rule struct {
	glob   string
	keep   bool // with "!": what matches is not ignored
	folder bool // matches folders only
	name   bool // matches the last name of a path, at any depth
}

// parseIgnore parses patterns. The error names all that are not valid.
func parseIgnore(patterns []string) (rules, error) {
	var rs rules
	var errs []error
	for _, p := range patterns {
		r, ok := parseRule(p)
		if !ok {
			errs = append(errs, fmt.Errorf("ignore pattern %q is not valid", p))
			continue
		}
		rs = append(rs, r)
	}
	return rs, errors.Join(errs...)
}

func parseRule(p string) (r rule, ok bool) {
	p, r.keep = strings.CutPrefix(p, "!")
	p, r.folder = strings.CutSuffix(p, "/")
	p, dot := strings.CutPrefix(p, "./")
	p, slash := strings.CutPrefix(p, "/")
	r.name = !dot && !slash && !strings.Contains(p, "/")
	if inside, ok := strings.CutSuffix(p, "/**"); ok {
		p = inside + "/**/*" // not the folder itself, so that "!" can keep some of what is in it
	}
	r.glob = p
	return r, p != "" && doublestar.ValidatePattern(p)
}

// ignore reports whether the entry rel is ignored, if the folder it is in is not.
func (rs rules) ignore(rel string, dir bool) bool {
	name := path.Base(rel)
	ignored := isBuiltin(name, dir)
	for _, r := range rs {
		if r.keep == ignored && r.match(rel, name, dir) {
			ignored = !r.keep
		}
	}
	return ignored
}

// ignoreBelow reports whether the file rel or a folder in its path is ignored.
func (rs rules) ignoreBelow(rel string) bool {
	for i, c := range rel {
		if c == '/' && rs.ignore(rel[:i], true) {
			return true
		}
	}
	return rs.ignore(rel, false)
}

func (r rule) match(rel, name string, dir bool) bool {
	if r.folder && !dir {
		return false
	}
	if r.name {
		rel = name
	}
	return doublestar.MatchUnvalidated(r.glob, rel)
}

// isBuiltin reports whether an entry is ignored without patterns: hidden ones, folders
// that other programs make, and temporary files.
func isBuiltin(name string, dir bool) bool {
	switch {
	case strings.HasPrefix(name, "."):
		return true
	case dir:
		return name == "node_modules" || name == "_site"
	}
	return isTemporary(name)
}

// isTemporary reports whether a name is that of a temporary file of an editor, a
// download or the system.
func isTemporary(name string) bool {
	switch {
	case name == "4913", // vim tests with it whether it can write to the folder
		name == "Thumbs.db", name == "desktop.ini",
		strings.HasSuffix(name, "~"), strings.HasPrefix(name, "~$"),
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#"),
		strings.HasSuffix(name, "___jb_tmp___"), strings.HasSuffix(name, "___jb_old___"):
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".swp", ".swo", ".swx", ".tmp", ".temp", ".part", ".partial", ".crdownload", ".download":
		return true
	}
	return false
}
