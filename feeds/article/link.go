package article

import (
	"path"
	"regexp"
	"strings"
	"unicode"

	"feedmill/feeds"
)

// links fills in the addresses of an item and of its other forms.
func (r *reader) links(it *feeds.Item, a *draft, slug string) {
	original := r.web(r.get(originalURLField))
	it.URL = r.web(r.get(webURLField))
	if it.URL == "" {
		it.URL = r.permalink()
	}
	if it.URL == "" {
		it.URL = original
	}
	if a.Link = strings.Clone(r.p.site.Own(it.URL)); it.URL == "" {
		it.URL = r.pattern(a, slug)
	}
	if original != it.URL {
		it.OriginalURL = original
	}
	for _, amp := range []struct {
		field field
		title string
	}{{ampWebURLField, "AMP"}, {cdnAmpWebURLField, "AMP (cached)"}} {
		if u := r.web(r.get(amp.field)); u != "" {
			it.AMP = append(it.AMP, feeds.Link{URL: u, Title: amp.title})
		}
	}
}

// permalink is an address that the article states itself.
func (r *reader) permalink() string {
	v := r.get(permalinkField)
	s := strings.TrimSpace(r.raw(v))
	switch {
	case s == "" || placeholder.MatchString(s) && !strings.Contains(s, "://"):
		return ""
	case strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//"):
		return r.p.site.Below(s)
	}
	return r.web(v)
}

// pattern is the address that the site's way of naming pages gives.
func (r *reader) pattern(a *draft, slug string) string {
	dir, folder, _ := r.p.folder(r.path)
	pattern := folder.Link
	if s := r.raw(r.get(permalinkField)); placeholder.MatchString(s) {
		pattern = s
	}
	if pattern == "" {
		return ""
	}
	if s := r.text(r.get(slugField)); s != "" {
		slug = s
	}
	return r.p.site.Below(expand(pattern, r.place(dir, folder, a, slug).named))
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

// above is the path of folders above a folder that may be anywhere.
func (f Folder) above(dir string) string {
	rest, base := path.Split(f.Dir)
	return strings.Trim(strings.TrimPrefix(strings.TrimSuffix(dir, base), rest), "/")
}

// categoryPath joins the categories in lower case, as Jekyll does.
func categoryPath(a *draft) string {
	var parts []string
	for _, t := range a.Member {
		if t.Kind == feeds.Category {
			parts = append(parts, strings.ToLower(t.Name))
		}
	}
	return strings.Join(parts, "/")
}

// jekyllTitle is a file's slug with a hyphen for what Jekyll lets stand in no
// address.
func jekyllTitle(s string) string {
	parts := strings.FieldsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && !strings.ContainsRune("._~!$&'()+,;=@", c)
	})
	return strings.Join(parts, "-")
}

// hugo makes a path of a name by Hugo's rules: lower case, hyphens for spaces,
// other punctuation left out.
func hugo(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case unicode.IsLetter(c), unicode.IsDigit(c), unicode.IsMark(c), strings.ContainsRune("/._-+~#@", c):
			return c
		}
		return -1
	}, strings.ToLower(s))
}

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
