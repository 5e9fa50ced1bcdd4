package config

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// fields are what a key of the front matter can be read as.
var fields = []string{
	"title", "name", "excerpt", "publishedDateTime", "updatedDateTime", "expiryDate", "publishDate",
	"webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl", "permalink", "slug", "type", "category", "categories",
	"topics", "tags", "provider", "author", "authors", "image", "images", "featuredContent", "related",
	"published", "removed", "draft", "quality", "heat", "id", "language", "enclosure",
}

// defaultsSettings are the keys of an entry of articles.defaults.
var defaultsSettings = []setting[Defaults]{
	{Setting{"path", "", "Folder of the articles. Without it: all articles."}, "news",
		func(v value, d *Defaults) { d.Dir, _ = v.folder() }},
	{Setting{"values", "{}", "Front matter as in an article."}, "{category: news}",
		func(v value, d *Defaults) { d.Values = v.data() }},
}

func readDefaults(v value) []Defaults {
	var all []Defaults
	for _, item := range v.items() {
		var d Defaults
		readGroup(item, defaultsSettings, &d)
		if len(d.Values) > 0 {
			all = append(all, d)
		}
	}
	return all
}

// folder is a path below the folder of articles, slash-separated, empty for the
// folder itself.
func (v value) folder() (dir string, ok bool) {
	s := v.text()
	dir = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(s, `\`, "/")), "/")
	if s == "" || filepath.IsAbs(s) || !filepath.IsLocal(filepath.FromSlash(path.Clean(s))) {
		v.problem("%q is not a folder below that of the articles: write it as in news/2024", s)
		return "", false
	}
	return dir, true
}

// existing is a folder that is to be there.
func (l *loader) existing(v value) (dir string, ok bool) {
	if dir, ok = v.folder(); !ok {
		return "", false
	}
	if info, err := os.Stat(filepath.Join(l.Dir, filepath.FromSlash(dir))); err != nil || !info.IsDir() {
		l.missing(v.wrong("no folder %q below that of the articles: create it or correct the name", dir))
	}
	return dir, true
}

// readFolders replaces the folders found by those named, which keep the name and
// pattern of the one found that holds them.
func readFolders(v value, l *loader) {
	var chosen []Collection
	for _, item := range v.items() {
		dir, ok := l.existing(item)
		switch {
		case !ok:
		case slices.ContainsFunc(chosen, func(c Collection) bool { return c.Dir == dir }):
			item.problem("%q appears twice: keep one of them", dir)
		default:
			chosen = append(chosen, l.collection(dir))
		}
	}
	if len(chosen) > 0 {
		l.Collections = chosen
	}
}

// collection is that of a folder itself, else one like the innermost that holds it.
func (l *loader) collection(dir string) Collection {
	var best Collection
	for _, c := range l.Collections {
		if c.Dir == dir {
			return c
		}
		if c.holds(dir) && len(c.Dir) >= len(best.Dir) {
			best = c
		}
	}
	if best.Root = cmp.Or(best.Root, best.Dir, "."); best.Anywhere {
		best.Root = ""
	}
	return Collection{Dir: dir, Root: best.Root, Name: best.Name, Link: best.Link}
}

func (c Collection) holds(dir string) bool {
	return c.Dir == "" || strings.HasPrefix(dir+"/", c.Dir+"/") || c.Anywhere && strings.Contains("/"+dir+"/", "/"+c.Dir+"/")
}

// globs are patterns like those of a .gitignore.
func globs(v value) []string {
	var good []string
	for _, item := range v.items() {
		switch p := strings.Trim(strings.TrimPrefix(item.text(), "!"), "/"); {
		case item.null():
		case p == "" || !doublestar.ValidatePattern(p):
			item.problem("%q is not a glob pattern: write it as in *.draft.md or /archive/", item.text())
		default:
			good = append(good, item.text())
		}
	}
	return good
}

func readExtensions(v value, l *loader) {
	for _, e := range v.entries() {
		ext := "." + strings.ToLower(strings.TrimPrefix(e.name, "."))
		if ext == "." || strings.ContainsAny(ext[1:], `./\`) {
			e.key.problem("%q is not the ending of a file: write it as in .mdx", e.name)
		} else if markup, ok := checked(e.value, oneOf("markdown", "html", "text")); ok {
			put(&l.Articles.Extensions, ext, markup)
		}
	}
}

func readFields(v value, l *loader) {
	for _, e := range v.entries() {
		if field, ok := checked(e.value, oneOf(fields...)); ok {
			put(&l.Articles.Fields, e.name, field)
		}
	}
}

func readEmbedHosts(v value, l *loader) {
	for _, item := range v.items() {
		if host, ok := checked(item, hostName); ok {
			l.Articles.EmbedHosts = append(l.Articles.EmbedHosts, host)
		}
	}
}
