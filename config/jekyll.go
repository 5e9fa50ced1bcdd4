package config

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"feedmill/feeds"

	"gopkg.in/yaml.v3"
)

// readJekyll reads the configuration of a Jekyll site; false if the folder is none.
func (l *loader) readJekyll() bool {
	s := l.openFirst("_config.yml", "_config.yaml")
	if s == nil {
		return false
	}
	l.Flavor = Jekyll
	root, _ := s.parse()
	l.jekyllSite(root)
	l.jekyllCollections(root)
	l.jekyllDefaults(root)
	for _, p := range append(patterns(root.get("exclude")), jekyllExcludes...) {
		l.Articles.Ignore = append(l.Articles.Ignore, "/"+strings.TrimPrefix(p, "/"))
	}
	if out := cleanDir(root.get("destination").text()); out != "" && !strings.HasPrefix(out, "..") {
		l.Articles.Ignore = append(l.Articles.Ignore, "/"+out+"/")
	}
	l.jekyllData = cmp.Or(cleanDir(root.get("data_dir").text()), "_data")
	return true
}

// jekyllExcludes are what Jekyll itself always excludes.
var jekyllExcludes = []string{
	"Gemfile", "Gemfile.lock", "gemfiles/", "node_modules/", "vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/",
}

func (l *loader) jekyllSite(root value) {
	site := &l.Site
	set(&site.HomeURL, prose, root.get("url"))
	if site.HomeURL != "" {
		site.HomeURL, _ = AbsoluteURL(strings.TrimRight(site.HomeURL, "/") + "/" + strings.Trim(root.get("baseurl").text(), "/"))
	}
	set(&site.Title, prose, root.get("title"), root.get("name"))
	set(&site.Description, prose, root.get("description"), root.get("tagline"))
	set(&site.Language, languageTag, root.get("lang"), root.get("locale"))
	set(&site.Copyright, prose, root.get("copyright"))
	l.setAuthor(root.get("author"))
	set(&site.Icon, l.reference, root.get("icon"))
	set(&site.Logo, l.reference, root.get("logo"))
	l.setTimeZone(root.get("timezone"))
}

// set stores the first of several texts that is neither absent nor wrong.
func set(to *string, check func(string) (string, error), all ...value) {
	for _, v := range all {
		if s, ok := checked(v, check); ok {
			*to = s
			return
		}
	}
}

// setTimeZone stores a time zone. An unknown one is reported in a lenient file too:
// dates would be wrong, and nobody would notice.
func (l *loader) setTimeZone(v value) {
	if name := v.text(); name != "" {
		zone, err := timeZone.parse(name)
		if err != nil {
			v.fail("%s", err)
			return
		}
		l.Site.TimeZone = zone
	}
}

// setAuthor stores an author, given as a name or as a group of settings.
func (l *loader) setAuthor(v value) {
	if v.null() {
		return
	}
	a := &l.Site.Author
	if v.resolved().Kind != yaml.MappingNode {
		set(&a.Name, prose, v)
		return
	}
	set(&a.Name, prose, v.get("name"))
	set(&a.Email, email, v.get("email"))
	set(&a.URL, l.reference, v.get("url"), v.get("uri"))
	set(&a.Avatar, l.reference, v.get("avatar"), v.get("picture"))
}

// permalinks are Jekyll's names for patterns.
var permalinks = map[string]string{
	"date":     "/:categories/:year/:month/:day/:title:output_ext",
	"pretty":   "/:categories/:year/:month/:day/:title/",
	"ordinal":  "/:categories/:year/:y_day/:title:output_ext",
	"weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
	"none":     "/:categories/:title:output_ext",
}

func permalink(style string) string { return cmp.Or(permalinks[style], style) }

// jekyllCollections finds the posts, and the collections that the site publishes: those
// of a list have no settings, so Jekyll publishes none of them.
func (l *loader) jekyllCollections(root value) {
	style := cmp.Or(root.get("permalink").text(), "date")
	base := cleanDir(root.get("collections_dir").text())
	posts := permalink(style)
	var others []feeds.Folder
	collections := root.get("collections")
	for _, c := range few(collections, collections.entries()) {
		own := permalink(c.value.get("permalink").text())
		switch {
		case c.name == "posts":
			posts = cmp.Or(own, posts)
		case c.name != "drafts" && c.value.get("output").flag():
			link := cmp.Or(own, collectionLink(style))
			others = append(others, feeds.Folder{Dir: path.Join(base, "_"+c.name), Name: c.name, Link: link})
		}
	}
	l.Collections = append(others, feeds.Folder{Dir: path.Join(base, "_posts"), Anywhere: true, Name: "posts", Link: posts})
}

// collectionLink is the pattern of a collection that has none of its own: it ends like
// the pattern of the posts.
func collectionLink(style string) string {
	switch p := permalink(style); {
	case strings.HasSuffix(p, "/"):
		return "/:collection/:path/"
	case strings.HasSuffix(p, ":output_ext") && style != "weekdate":
		return "/:collection/:path:output_ext"
	}
	return "/:collection/:path"
}

// jekyllDefaults reads front matter defaults. In Jekyll the longer path
// wins, then the entry with a type; here the later entry.
func (l *loader) jekyllDefaults(root value) {
	base := cleanDir(root.get("collections_dir").text())
	defaults := root.get("defaults")
	for _, item := range few(defaults, defaults.items()) {
		scope := item.get("scope")
		d := feeds.Defaults{Dir: cleanDir(scope.get("path").text()), Collection: scope.get("type").text(), Values: item.get("values").data()}
		if d.Dir != "" {
			d.Dir = path.Join(base, d.Dir)
		}
		if err := simple(d.Dir); err != nil {
			scope.fail("%s", err)
		} else if len(d.Values) > 0 {
			l.Articles.Defaults = append(l.Articles.Defaults, d)
		}
	}
	l.limitDefaults(defaults)
	slices.SortStableFunc(l.Articles.Defaults, func(a, b feeds.Defaults) int {
		return cmp.Or(cmp.Compare(len(a.Dir), len(b.Dir)), cmp.Compare(min(len(a.Collection), 1), min(len(b.Collection), 1)))
	})
}

// cleanDir is a folder of a site as a path without slashes around it.
func cleanDir(s string) string { return strings.TrimPrefix(path.Clean("/"+s), "/") }
