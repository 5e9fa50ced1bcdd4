package config

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Template is a settings file for the articles in dir with every setting in it:
// filled in where a Jekyll or Hugo site says something, else commented out with
// its default or an example. As it stands it changes nothing.
func Template(dir string) ([]byte, error) {
	l, err := newLoader(dir)
	if err != nil {
		return nil, err
	}
	l.readSite()
	if len(l.problems) > 0 {
		return nil, joined(l.problems)
	}
	t := template{site: siteValues(&l.Site)}
	fmt.Fprintf(&t.Builder, "# Settings of Feedmill for this %s.\n"+
		"# What is commented out shows the default or an example: remove the \"#\" to change it.\n"+
		"# \"feedmill check\" names every mistake.\n", l.Flavor)
	for _, s := range settings {
		t.setting(s)
	}
	return []byte(t.String()), nil
}

// siteValues are the settings that a site has made.
func siteValues(s *Site) map[string]string {
	zone := ""
	if s.TimeZone != time.UTC {
		zone = s.TimeZone.String()
	}
	return map[string]string{
		"site.url": s.URL, "site.title": s.Title, "site.description": s.Description, "site.language": s.Language,
		"site.icon": s.Icon, "site.logo": s.Logo, "site.copyright": s.Copyright, "site.time_zone": zone,
		"site.author.name": s.Author.Name, "site.author.email": s.Author.Email,
		"site.author.url": s.Author.URL, "site.author.avatar": s.Author.Avatar,
	}
}

// template is a settings file in the making. A comment that is a setting has no
// space after the "#".
type template struct {
	strings.Builder
	site  map[string]string
	group []string // where the last setting stood
}

func (t *template) setting(s setting[loader]) {
	path := strings.Split(s.Key, ".")
	name, group := path[len(path)-1], path[:len(path)-1]
	indent := strings.Repeat("  ", len(group))
	t.enter(group)
	fmt.Fprintf(t, "\n%s# %s\n", indent, s.Meaning)
	if v := t.site[s.Key]; v != "" {
		fmt.Fprintf(t, "%s%s: %s\n", indent, name, scalar(v))
		return
	}
	for line := range strings.Lines(name + ":" + example(s)) {
		fmt.Fprintf(t, "%s#%s\n", indent, strings.TrimSuffix(line, "\n"))
	}
}

// enter opens the groups that the next setting is in.
func (t *template) enter(group []string) {
	for i, name := range group {
		if i >= len(t.group) || t.group[i] != name {
			fmt.Fprintf(t, "\n%s%s:\n", strings.Repeat("  ", i), name)
			t.group = t.group[:min(i, len(t.group))]
		}
	}
	t.group = group
}

// example is what stands behind a setting's colon: for those that hold groups
// of settings, one of these.
func example(s setting[loader]) string {
	switch s.Key {
	case "articles.defaults":
		return "\n" + entries(defaultsSettings, "  - ", "    ")
	case "feeds.kinds":
		return "\n  topic:\n" + entries(limitSettings, "    ", "    ")
	case "topics":
		return "\n" + entries(topicSettings, "  - ", "    ")
	}
	return " " + cmp.Or(s.example, s.Default)
}

func entries[T any](table []setting[T], first, rest string) string {
	var b strings.Builder
	indent := first
	for _, s := range table {
		fmt.Fprintf(&b, "%s%s: %s # %s\n", indent, s.Key, cmp.Or(s.example, s.Default), s.Meaning)
		indent = rest
	}
	return b.String()
}

// scalar writes a text as YAML in one line.
func scalar(s string) string {
	n := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	out, err := yaml.Marshal(&n)
	if err != nil || strings.Count(string(out), "\n") > 1 {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSuffix(string(out), "\n")
}
