package site

import (
	"net/url"
	"slices"
	"strings"

	"feedmill/feeds"
)

// routes lists all that a site has, in the order in which it is looked for. In a
// pattern FEED is the folder of a feed: nothing for that of everything, else a
// kind and a slug. KIND is a kind, * any segment, and ** any number of them. One
// that ends in a slash is of pages; /FILE is the page and the documents.
var routes = []route{
	{"/search/", (*Site).search},
	{"/compose/", (*Site).compose},
	{"FEED/events", (*Site).news},

	{"/mix/**/FILE", (*Site).mix},
	{"/top/FILE", (*Site).mix},
	{"/*/*/top/FILE", (*Site).mix},

	{aboutPath, (*Site).about},
	{newestPath, (*Site).newest},
	{opmlPath, (*Site).outline},
	{stylePath, asset("text/css", style, Constant)},
	{scriptPath, asset("text/javascript", script, Constant)},
	{iconPath, asset("image/svg+xml", icon, Asset)},
	{"/favicon.ico", (*Site).favicon},
	{feeds.StylesheetPath, asset("text/css", feedStyle, Asset)},

	{"/KIND/", (*Site).kind},
	{"/KIND/page/*/", (*Site).kind},
	{"FEED/FILE", (*Site).feed},
	{"FEED/archive/*/FILE", (*Site).archive},
}

type route struct {
	pattern string
	find    func(*Site, address) Found // nil: there is nothing
}

// Find returns what is at a path, escaped as it came, when a query is asked of it.
// The proxy in front of the site may have kept the folder that the base URL names.
func (s *Site) Find(path, query string) Found {
	path = CanonicalPath(path)
	found := s.find(path, query)
	if missing, ok := found.(Nothing); ok && len(s.base) > 1 {
		if path+"/" == s.base {
			return s.moved("/")
		}
		if below, ok := strings.CutPrefix(path, s.base); ok {
			found = s.find("/"+below, query)
		}
		if other, ok := found.(Nothing); ok && other == unknown {
			return missing
		}
	}
	return found
}

// unknown is what is said of an address of which nothing else can be said.
var unknown = Nothing{"The address may be mistyped, or nothing was ever published under it."}

func (s *Site) find(path, query string) Found {
	if a, ok := parseAddress(path, query); ok {
		for _, r := range routes {
			if a, ok := a.match(r.pattern); ok {
				if found := r.find(s, a); found != nil {
					return found
				}
				break
			}
		}
	}
	return unknown
}

// moved leads to the address that is the only one for what was asked for.
func (s *Site) moved(to string) Found { return Moved{To: s.link(to), ForGood: true} }

// DocumentAt names the document that a path asks for, also where there is no such
// feed. That of a composed feed which there is not has no slug.
func (s *Site) DocumentAt(path string) (k feeds.Key, f feeds.Format, ok bool) {
	a, ok := parseAddress("/"+strings.TrimPrefix(CanonicalPath(path), s.base), "")
	if f, known := format(a.file); ok && known {
		for _, r := range routes {
			if a, ok := a.match(r.pattern); ok {
				if !strings.HasPrefix(r.pattern, "FEED") {
					return feeds.Key{Kind: feeds.Composed}, f, true
				}
				return a.key, f, true
			}
		}
	}
	return k, f, false
}

// CanonicalPath writes an escaped path as any other that its characters may be
// written as, but for those that need no escape and have one.
func CanonicalPath(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		u := url.URL{Path: plain, RawPath: path}
		return u.EscapedPath()
	}
	return path
}

// address is an escaped path taken apart.
type address struct {
	path     string
	query    string
	segments []string // unescaped, without the file
	file     string   // name of a document, or empty
	slash    bool     // the path ends in one

	key  feeds.Key // of FEED, as it is spelled; of KIND, the kind alone
	rest []string  // what * and ** stand for
}

func parseAddress(path, query string) (a address, ok bool) {
	a = address{path: path, query: query}
	for escaped := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		plain, err := url.PathUnescape(escaped)
		if err != nil {
			return a, false
		}
		a.segments = append(a.segments, plain)
	}
	last := len(a.segments) - 1
	if _, known := format(a.segments[last]); known {
		a.segments, a.file = a.segments[:last], a.segments[last]
	} else if a.segments[last] == "" {
		a.segments, a.slash = a.segments[:last], true
	}
	return a, true
}

// values are what is asked for in the query; bad escapes are left out.
func (a address) values() url.Values {
	values, _ := url.ParseQuery(a.query)
	return values
}

// is reports whether path is another spelling of a.
func (a address) is(path string) bool {
	b, ok := parseAddress(path, "")
	return ok && slices.Equal(a.segments, b.segments) && a.file == b.file && a.slash == b.slash
}

// match fits a into a pattern.
func (a address) match(pattern string) (address, bool) {
	all := a.segments
	take := func() (s string) { s, all = all[0], all[1:]; return s }
	for part := range strings.SplitSeq(strings.TrimPrefix(pattern, "/"), "/") {
		switch {
		case part == "FEED":
			if len(all) > 1 && kindOf(all[0]) != feeds.All && all[1] != "" {
				a.key.Kind, a.key.Slug = kindOf(take()), take()
			}
		case part == "FILE":
			return a, len(all) == 0
		case part == "":
			return a, len(all) == 0 && a.file == ""
		case part == "**":
			a.rest, all = all, nil
		case len(all) == 0:
			return a, false
		case part == "KIND":
			if a.key.Kind = kindOf(take()); a.key.Kind == feeds.All {
				return a, false
			}
		case part == "*":
			a.rest = append(a.rest, take())
		case part != take():
			return a, false
		}
	}
	return a, len(all) == 0 && a.file == "" && !a.slash
}
