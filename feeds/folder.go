package feeds

import (
	"path"
	"strings"
)

// Folder is a folder of articles, and how the addresses of their pages are made.
type Folder struct {
	Dir      string // slash-separated, below the folder of all articles; empty: that itself
	Root     string // folder above Dir that patterns start from, "." for the top; empty: Dir itself
	Anywhere bool   // any folder named like the last part of Dir, at any depth below the rest of it, as Jekyll's _posts
	Name     string // of the collection or section, for patterns and defaults; empty where it has none
	Link     string // pattern of addresses below the site's, as in "/:year/:month/:slug/"; empty: none
}

// Contains reports whether the file at a path lies in f, and in which directory.
func (f Folder) Contains(file string) (dir string, ok bool) {
	switch {
	case f.Dir == "" || strings.HasPrefix(file, f.Dir+"/"):
		return f.Dir, true
	case f.Anywhere:
		rest, base := path.Split(f.Dir)
		if !strings.HasPrefix(file, rest) {
			break
		}
		if i := strings.Index(file[len(rest):], "/"+base+"/"); i >= 0 {
			return file[:len(rest)+i+1+len(base)], true
		}
	}
	return "", false
}

// Above is the path of the folders above dir that are below the fixed part of f,
// which Contains has reported dir for.
func (f Folder) Above(dir string) string {
	rest, base := path.Split(f.Dir)
	return strings.Trim(strings.TrimPrefix(strings.TrimSuffix(dir, base), rest), "/")
}

// Defaults are front matter for articles that do not state it themselves.
type Defaults struct {
	Dir        string // folder or file, slash-separated, or a glob pattern of them; empty: everywhere
	Collection string // only in the [Folder] of this name; empty: in any
	Values     map[string]any
}
