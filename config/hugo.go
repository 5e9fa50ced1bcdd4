package config

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"feedmill/feeds"

	"gopkg.in/yaml.v3"
)

// hugoSite is the settings of a Hugo site, from one or several files.
type hugoSite []value

// get finds a value in the first file that has it.
func (h hugoSite) get(keys ...string) value {
	for _, root := range h {
		if v := root.get(keys...); !v.null() {
			return v
		}
	}
	return value{}
}

// readHugo reads the configuration of a Hugo site, if the folder is one.
func (l *loader) readHugo() {
	sources := l.hugoSources()
	if len(sources) == 0 {
		return
	}
	l.Flavor = Hugo
	var h hugoSite
	for _, s := range sources {
		root, ok := s.parse()
		if name := strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path)); ok && name != "hugo" && name != "config" {
			// the file holds one group, and its name is that group's key
			root.node = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: name}, root.node}}
		}
		if ok {
			h = append(h, root)
		}
	}
	l.hugoSite(h)
	l.hugoCollections(h)
	for _, p := range patterns(h.get("ignoreFiles")) {
		if glob, ok := globOf(p); ok {
			l.Articles.Ignore = append(l.Articles.Ignore, glob)
		}
	}
	for _, dir := range []string{cmp.Or(cleanDir(h.get("publishDir").text()), "public"), cmp.Or(cleanDir(h.get("resourceDir").text()), "resources")} {
		l.Articles.Ignore = append(l.Articles.Ignore, "/"+dir+"/")
	}
}

// hugoSources opens the configuration files in Hugo's order; none if the folder is no
// Hugo site.
func (l *loader) hugoSources() []*source {
	var found []*source
	for _, dir := range []string{"", "config/_default/"} {
		candidates := variants(dir + "hugo")
		if l.hasFolder("content") || l.hasFolder("themes") {
			candidates = append(candidates, variants(dir+"config")...)
		}
		if s := l.openFirst(candidates...); s != nil {
			found = append(found, s)
		}
	}
	if len(found) > 0 {
		for _, group := range []string{"params", "languages", "permalinks"} {
			if s := l.openFirst(variants("config/_default/" + group)...); s != nil {
				found = append(found, s)
			}
		}
	}
	return found
}

func variants(name string) []string {
	return []string{name + ".toml", name + ".yaml", name + ".yml", name + ".json"}
}

func (l *loader) hasFolder(name string) bool {
	info, err := os.Stat(filepath.Join(l.Dir, filepath.FromSlash(name)))
	return err == nil && info.IsDir()
}

func (l *loader) hugoSite(h hugoSite) {
	site := &l.Site
	language := h.get("defaultContentLanguage")
	local := func(key string) value { return h.get("languages", cmp.Or(language.text(), "en"), key) }
	set(&site.HomeURL, AbsoluteURL, local("baseURL"), h.get("baseURL"))
	set(&site.Title, prose, local("title"), h.get("title"))
	set(&site.Description, prose, local("description"), h.get("params", "description"), h.get("description"))
	set(&site.Language, languageTag, local("locale"), local("languageCode"), h.get("locale"), h.get("languageCode"), language)
	set(&site.Copyright, prose, local("copyright"), h.get("copyright"))
	l.setAuthor(h.get("author"))
	l.setAuthor(h.get("params", "author"))
	set(&site.Icon, l.reference, h.get("params", "icon"), h.get("params", "favicon"))
	set(&site.Logo, l.reference, h.get("params", "logo"))
	l.setTimeZone(h.get("timeZone"))
}

// hugoCollections finds the folder of content, and the sections in it that have a
// pattern of their own.
func (l *loader) hugoCollections(h hugoSite) {
	content := cmp.Or(cleanDir(h.get("contentDir").text()), "content")
	link, prefix := "/:sections/:slugorfilename/", ""
	if h.get("uglyURLs").flag() {
		link = "/:sections/:slugorfilename.html"
	}
	if h.get("defaultContentLanguageInSubdir").flag() {
		prefix = "/" + strings.ToLower(cmp.Or(h.get("defaultContentLanguage").text(), "en"))
	}
	l.Collections = []feeds.Folder{{Dir: content, Link: prefix + link}}
	for _, v := range []value{h.get("permalinks"), h.get("permalinks", "page")} {
		for _, e := range few(v, v.entries()) {
			dir := cleanDir(e.name)
			if dir != "" && !e.value.null() && e.value.resolved().Kind == yaml.ScalarNode {
				l.setLink(path.Join(content, dir), prefix+"/"+strings.TrimPrefix(e.value.text(), "/"))
			}
		}
	}
	for i, c := range l.Collections {
		section, _, _ := strings.Cut(strings.TrimPrefix(c.Dir, content+"/"), "/")
		if c.Dir != content {
			l.Collections[i].Name = section
		}
	}
}

// plainRegexp matches regular expressions that a glob pattern can express.
var plainRegexp = regexp.MustCompile(`^((?:[\w/@~ -]|\\[./-]|\.\*)+)(\$)?$`)

// globOf turns a regular expression for paths into a glob pattern, where it can.
func globOf(expr string) (glob string, ok bool) {
	m := plainRegexp.FindStringSubmatch(expr)
	if m == nil {
		return "", false
	}
	glob = strings.NewReplacer(`\.`, ".", `\/`, "/", `\-`, "-", ".*", "*").Replace(m[1])
	if !strings.HasPrefix(glob, "/") {
		glob = "*" + glob
	}
	if m[2] == "" {
		glob += "*"
	}
	if strings.Contains(glob, "/") {
		glob = "/**/" + strings.TrimPrefix(glob, "/")
	}
	return glob, true
}
