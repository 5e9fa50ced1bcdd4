package watcher

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// rules are what Options.Ignore says, in its order.
type rules []rule

type rule struct {
	glob   string
	keep   bool // "!": what matches is not ignored after all
	folder bool // matches folders only
	name   bool // matches the last name, at any depth
}

// parseIgnore names every faulty pattern.
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
		p = inside + "/**/*" // what is inside, not the folder itself: "!" may keep some of it
	}
	r.glob = p
	return r, p != "" && doublestar.ValidatePattern(p)
}

// ignore says whether the entry rel of a folder that is not ignored is ignored.
func (rs rules) ignore(rel string, dir bool) bool {
	name := path.Base(rel)
	ignored := builtin(name, dir)
	for _, r := range rs {
		if r.keep == ignored && r.match(rel, name, dir) {
			ignored = !r.keep
		}
	}
	return ignored
}

// ignoreBelow says whether the file rel or any folder above it is ignored.
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

// builtin says what is never an article: hidden things, what other programs
// make, and what editors and downloads leave for a moment.
func builtin(name string, dir bool) bool {
	switch {
	case strings.HasPrefix(name, "."):
		return true
	case dir:
		return name == "node_modules" || name == "_site"
	}
	return temporary(name)
}

func temporary(name string) bool {
	switch {
	case name == "4913", // vim tries whether it may write here
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
