package config

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"feedmill/feeds"

	"github.com/bmatcuk/doublestar/v4"
)

// defaultsSettings are the keys of an entry of articles.defaults.
var defaultsSettings = []setting[feeds.Defaults]{
	{Setting{Key: "path", Example: "news", Meaning: "Folder of the articles. Without it: all articles."},
		field[feeds.Defaults]{read: func(v value, d *feeds.Defaults) { d.Dir, _ = v.pattern() }}},
	{Setting{Key: "values", Default: "{}", Example: "{category: news}", Meaning: "Front matter as in an article."},
		field[feeds.Defaults]{read: func(v value, d *feeds.Defaults) { d.Values = v.data() }}},
}

func readDefaults(v value, l *loader) {
	for _, item := range few(v, v.items()) {
		var d feeds.Defaults
		if readGroup(item, defaultsSettings, &d); len(d.Values) > 0 {
			l.Articles.Defaults = append(l.Articles.Defaults, d)
		}
	}
	l.limitDefaults(v)
}

// limitDefaults reports defaults that are too large for every article to be read with
// them, and drops them.
func (l *loader) limitDefaults(v value) {
	var e extent
	for _, d := range l.Articles.Defaults {
		of := extentOf(d.Values)
		e.values, e.bytes = e.values+of.values, e.bytes+of.bytes
	}
	if e.values > maxDefaults || e.bytes > maxDefaultBytes {
		v.fail("has more than %d values or %d KiB of text, which every article would be read with: remove some", maxDefaults, maxDefaultBytes>>10)
		l.Articles.Defaults = nil
	}
}

// folder is a path below the folder of articles, slash-separated, empty for the
// folder itself.
func (v value) folder() (dir string, ok bool) {
	s := v.text()
	dir = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(s, `\`, "/")), "/")
	if s == "" || filepath.IsAbs(s) || !filepath.IsLocal(filepath.FromSlash(path.Clean(s))) {
		v.problem("%q is not a folder inside the folder of articles: write it as in news/2024", s)
		return "", false
	}
	return dir, true
}

// pattern is a folder, or a pattern of folders and files.
func (v value) pattern() (dir string, ok bool) {
	if dir, ok = v.folder(); ok {
		if err := simple(dir); err != nil {
			v.fail("%s", err)
			return "", false
		}
	}
	return dir, ok
}

// existing is a folder that must exist; one that does not is reported as missing.
func (l *loader) existing(v value) (dir string, ok bool) {
	if dir, ok = v.folder(); !ok {
		return "", false
	}
	if len(l.Missing) < maxProblems && !l.hasFolder(dir) {
		l.Missing = append(l.Missing, v.wrong("there is no folder %q in the folder of articles: create it or correct the name", dir))
	}
	return dir, true
}

// readFolders replaces the collections of the site by the folders that the setting
// names. Each keeps the name and pattern of the collection that it is in.
func readFolders(v value, l *loader) {
	var chosen []feeds.Folder
	for _, item := range few(v, v.items()) {
		dir, ok := l.existing(item)
		switch {
		case !ok:
		case slices.ContainsFunc(chosen, func(c feeds.Folder) bool { return c.Dir == dir }):
			item.problem("%q appears twice: keep one of them", dir)
		default:
			chosen = append(chosen, l.collection(dir))
		}
	}
	if len(chosen) > 0 {
		l.Collections = chosen
	}
}

// collection is the one whose folder is dir, or else a new one with the name and
// pattern of the innermost that holds dir.
func (l *loader) collection(dir string) feeds.Folder {
	var best feeds.Folder
	for _, c := range l.Collections {
		if c.Dir == dir {
			return c
		}
		if _, in := c.Contains(dir + "/"); in && len(c.Dir) >= len(best.Dir) {
			best = c
		}
	}
	if best.Root = cmp.Or(best.Root, best.Dir, "."); best.Anywhere {
		best.Root = ""
	}
	return feeds.Folder{Dir: dir, Root: best.Root, Name: best.Name, Link: best.Link}
}

// ignorePattern is a pattern as in a .gitignore.
func ignorePattern(s string) (string, error) {
	if p := strings.Trim(strings.TrimPrefix(s, "!"), "/"); p == "" || !doublestar.ValidatePattern(p) {
		return "", fmt.Errorf("%q is not a glob pattern: write it as in *.draft.md or /archive/", s)
	}
	return s, simple(s)
}

func readExtensions(v value, l *loader) {
	for _, e := range few(v, v.entries()) {
		ext := "." + strings.ToLower(strings.TrimPrefix(e.name, "."))
		if ext == "." || strings.ContainsAny(ext[1:], `./\`) {
			e.key.problem("%q is not the ending of a file: write it as in .mdx", e.name)
		} else if markup, ok := checked(e.value, oneOf("markdown", "html", "text")); ok {
			put(&l.Articles.Extensions, ext, markup)
		}
	}
}

func readFields(v value, l *loader) {
	for _, e := range few(v, v.entries()) {
		if field, ok := checked(e.value, oneOf(l.known.Fields...)); ok {
			put(&l.Articles.Fields, e.name, field)
		}
	}
}
