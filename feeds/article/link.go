package article

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"feedmill/feeds"
)

// links sets the address of the article's page: the first one that the file
// states, else one made of a pattern. An original address that is the same goes.
func (r *reader) links(slug string) {
	it, permalink := r.item, ""
	if it.URL == "" {
		permalink = r.raw(r.permalink)
		it.URL = cmp.Or(r.stated(permalink), it.OriginalURL)
	}
	r.a.Link = strings.Clone(r.p.site.Own(it.URL))
	if it.URL == "" {
		it.URL = r.fromPattern(permalink, slug)
	}
	if it.OriginalURL == it.URL {
		it.OriginalURL = ""
	}
}

// stated is the address that a permalink gives, if it is no pattern.
func (r *reader) stated(permalink string) string {
	s := strings.TrimSpace(permalink)
	switch {
	case s == "" || placeholder.MatchString(s) && !strings.Contains(s, "://"):
		return ""
	case strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//"):
		return r.p.site.Below(s)
	}
	return r.web(r.permalink)
}

// fromPattern is the address that the permalink gives, if it is a pattern, else
// the pattern of the article's folder.
func (r *reader) fromPattern(permalink, slug string) string {
	dir, folder, _ := r.p.folder(r.path)
	pattern := folder.Link
	if placeholder.MatchString(permalink) {
		pattern = permalink
	}
	if pattern == "" {
		return ""
	}
	return r.p.site.Below(expand(pattern, r.place(dir, folder, slug).named))
}

// addAMP adds another form of the page.
func (r *reader) addAMP(v value, title string) {
	if u := r.web(v); u != "" {
		r.item.AMP = append(r.item.AMP, feeds.Link{URL: u, Title: title})
	}
}

// folder returns the folder that name lies in, the longest first, and its
// directory as it is spelled in name.
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

var placeholder = regexp.MustCompile(`:[a-z_]+`)

// expand fills in a pattern; a name that is not known for this article (a date
// where there is none) makes the result empty.
func expand(pattern string, named func(name string) (string, bool)) string {
	var out strings.Builder
	out.Grow(1 + 2*len(pattern))
	out.WriteByte('/')
	for {
		before, rest, found := strings.Cut(pattern, ":")
		out.WriteString(before)
		if !found {
			break
		}
		end := 0
		for end < len(rest) && (rest[end] == '_' || rest[end] >= 'a' && rest[end] <= 'z') {
			end++
		}
		v, ok := ":", end == 0 // no name
		for ; !ok; end-- {     // :title_x is :title and _x
			if end == 0 {
				return ""
			}
			if v, ok = named(rest[:end]); ok {
				break
			}
		}
		out.WriteString(v)
		pattern = rest[end:]
	}
	s := out.String()
	slash := strings.HasSuffix(s, "/")
	s = path.Clean(s)
	if slash && s != "/" {
		s += "/"
	}
	return s
}
