package site

import (
	"net/url"
	"slices"
	"strings"

	"feedmill/feeds"
)

// routes lists all that a site has at its addresses: the first pattern that fits
// decides. FEED stands for the folder of a feed, which is none for the feed of
// everything and else a kind and a slug, KIND for a kind of feed, * for any segment
// and ** for any number of them. FILE stands for the name of a document, or for
// nothing: the page.
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
	{stylePath, asset(stylePath, "text/css", style, Constant)},
	{scriptPath, asset(scriptPath, "text/javascript", script, Constant)},
	{iconPath, asset(iconPath, "image/svg+xml", icon, Asset)},
	{"/favicon.ico", func(s *Site, _ address) Found { return s.moved(iconPath) }}, // where browsers look if no page names it
	{feeds.StylesheetPath, asset(feeds.StylesheetPath, "text/css", feedStyle, Asset)},

	{"/KIND/", (*Site).kind},
	{"/KIND/page/*/", (*Site).kind},
	{"FEED/FILE", (*Site).feed},
	{"FEED/archive/*/FILE", (*Site).archive},
}

type route struct {
	pattern string
	find    func(*Site, address) Found // nil: there is nothing. Find leads to the Path of a resource
}

// Find returns what is at a path, escaped as it came, when a query is asked of it.
// A proxy in front of the site may have left the folder of the base URL in the path.
func (s *Site) Find(path, query string) Found {
	found := Nothing{"The address may be mistyped, or nothing was ever published under it."}
	a, ok := parseAddress(path, query)
	for tries := 0; ok && tries < 2; a, ok = a.below(s.folder) {
		tries++
		for _, r := range routes {
			a, ok := a.match(r.pattern)
			if !ok {
				continue
			}
			switch what := r.find(s, a).(type) {
			case nil:
			case Nothing:
				found = what
			case *Resource:
				if path, _, _ := strings.Cut(what.Path, "?"); !a.is(path) {
					return s.moved(path)
				}
				return what
			default:
				return what
			}
			break
		}
	}
	return found
}

// moved leads to the address that is the only one for what was asked for.
func (s *Site) moved(to string) Found { return Moved{To: s.link(to), ForGood: true} }

// DocumentAt names the document that a path asks for, also where there is no such
// feed. That of a composed feed which there is not has no slug.
func (s *Site) DocumentAt(path string) (k feeds.Key, f feeds.Format, ok bool) {
	a, ok := parseAddress(path, "")
	if below, isBelow := a.below(s.folder); isBelow {
		a = below
	}
	f, isDocument := format(a.file)
	if !ok || !isDocument {
		return k, f, false
	}
	for _, r := range routes {
		if a, ok := a.match(r.pattern); ok {
			if !strings.HasPrefix(r.pattern, "FEED") {
				a.key = feeds.Key{Kind: feeds.Composed}
			}
			return a.key, f, true
		}
	}
	return k, f, false
}

// address is an escaped path taken apart.
type address struct {
	query    string
	segments []string // unescaped, without the file
	file     string   // name of a document, or empty
	slash    bool     // the path ends in one

	key  feeds.Key // what FEED stands for, or KIND, which has no slug
	rest []string  // what * and ** stand for
}

func parseAddress(path, query string) (a address, ok bool) {
	a = address{query: query}
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

// below is the address below a folder, if it is.
func (a address) below(folder []string) (address, bool) {
	if len(folder) == 0 || len(a.segments) < len(folder) || !slices.Equal(a.segments[:len(folder)], folder) {
		return a, false
	}
	a.segments = a.segments[len(folder):]
	return a, true
}

// is reports whether path is another spelling of a.
func (a address) is(path string) bool {
	b, ok := parseAddress(path, "")
	return ok && slices.Equal(a.segments, b.segments) && a.file == b.file && a.slash == b.slash
}

// match fits the address into a pattern of routes.
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
