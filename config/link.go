package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"feedmill/feeds"

	"gopkg.in/yaml.v3"
)

// readLink reads one pattern for all folders, or one for each of several.
func readLink(v value, l *loader) {
	if l.Site.HomeURL == "" {
		v.problem("needs site.url too: the addresses that it makes are below that")
	}
	if v.resolved().Kind != yaml.MappingNode {
		if link, ok := checked(v, l.linkPattern); ok {
			for i := range l.Collections {
				l.Collections[i].Link = link
			}
		}
		return
	}
	for _, e := range few(v, v.entries()) {
		dir, ok := l.existing(value{src: v.src, node: e.key.node, field: v.field})
		link, good := checked(e.value, l.linkPattern)
		if ok && good {
			l.setLink(dir, link)
		}
	}
}

// setLink gives the articles of a folder their own pattern.
func (l *loader) setLink(dir, link string) {
	c := l.collection(dir)
	c.Link = link
	l.Collections = slices.DeleteFunc(l.Collections, func(old feeds.Folder) bool { return old.Dir == dir })
	l.Collections = append(l.Collections, c)
}

var placeholder = regexp.MustCompile(`:([a-z_]+)`)

func (l *loader) linkPattern(s string) (string, error) {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return "", fmt.Errorf(`%q is not a pattern below site.url: write it as in "/:year/:month/:slug/"`, s)
	}
	if err := fits(s); err != nil {
		return "", err
	}
	found := placeholder.FindAllStringSubmatch(s, -1)
	if len(found) == 0 {
		return "", errors.New("every article would have this same address: use a placeholder, such as :slug or :path")
	}
	for _, m := range found {
		known := func(t string) bool { return m[1] == t || strings.HasPrefix(m[1], t+"_") }
		if !slices.ContainsFunc(l.known.Placeholders, known) {
			return "", fmt.Errorf("unknown placeholder %q%s", m[0], didYouMean(m[1], l.known.Placeholders))
		}
	}
	return s, nil
}
