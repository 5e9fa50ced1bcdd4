package article

import (
	"path"
	"strings"
)

// Folder is a place where articles lie, and how their pages are addressed.
type Folder struct {
	Dir      string // slash-separated, relative; "" is the whole tree
	Root     string // folder above Dir that link patterns start from, "." for the top; "" is Dir itself
	Anywhere bool   // any folder named like the last part of Dir, at any depth below the rest of it, as Jekyll's _posts
	Name     string // collection or section, for link patterns and defaults
	Link     string // pattern such as /:year/:month/:slug/; "" for none
}

// folder returns the folder that the file at name lies in, that with the longest
// path if there are several, and its directory as it is spelled in name.
func (p *Parser) folder(name string) (dir string, f Folder, ok bool) {
	length := -1
	for _, c := range p.opt.Folders {
		d, in := c.contains(name)
		if in && len(d) > length {
			dir, f, ok, length = d, c, true, len(d)
		}
	}
	return dir, f, ok
}

// contains reports whether the file at name lies in f, and in which directory.
func (f Folder) contains(name string) (dir string, ok bool) {
	switch {
	case f.Dir == "" || strings.HasPrefix(name, f.Dir+"/"):
		return f.Dir, true
	case f.Anywhere:
		rest, base := path.Split(f.Dir)
		if !strings.HasPrefix(name, rest) {
			break
		}
		if i := strings.Index(name[len(rest):], "/"+base+"/"); i >= 0 {
			return name[:len(rest)+i+1+len(base)], true
		}
	}
	return "", false
}
