package config

import (
	"cmp"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// Template is a settings file for the articles in dir with every setting in it:
// filled in where a Jekyll or Hugo site says something, else commented out with
// its default or an example. As it stands it changes nothing.
func Template(dir string) ([]byte, error) {
	l, err := newLoader(dir)
	if err != nil {
		return nil, err
	}
	before := *l
	l.readSite()
	if len(l.problems) > 0 {
		return nil, feeds.JoinProblems(l.problems)
	}
	t := template{}
	fmt.Fprintf(&t.Builder, "# Settings of Feedmill for this %s.\n"+
		"# What is commented out shows the default or an example: remove the \"#\" to change it.\n"+
		"# \"feedmill check\" names every mistake.\n", l.Flavor)
	for _, s := range settings {
		made := ""
		if strings.HasPrefix(s.Key, "site.") && s.show(l) != s.show(&before) {
			made = s.show(l)
		}
		t.setting(s, made)
	}
	return []byte(t.String()), nil
}

// template is a settings file in the making. A comment that is a setting has no
// space after the "#".
type template struct {
	strings.Builder
	group []string // where the last setting stood
}

// setting writes one with the value that the site has made, which is empty for none.
func (t *template) setting(s setting[loader], made string) {
	path := strings.Split(s.Key, ".")
	name, group := path[len(path)-1], path[:len(path)-1]
	indent := strings.Repeat("  ", len(group))
	t.enter(group)
	fmt.Fprintf(t, "\n%s# %s\n", indent, s.words())
	if made != "" {
		fmt.Fprintf(t, "%s%s: %s\n", indent, name, scalar(made))
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

// example is what stands behind a setting's colon: for one that holds entries, one
// of these.
func example(s setting[loader]) string {
	if len(s.below) == 0 {
		return " " + cmp.Or(s.Example, s.Default)
	}
	var b strings.Builder
	indent := "\n  - "
	if s.path != "[]" {
		indent = "\n  topic:\n    "
	}
	for _, below := range s.below {
		fmt.Fprintf(&b, "%s%s: %s # %s", indent, below.Key, cmp.Or(below.Example, below.Default), below.Meaning)
		indent = "\n    "
	}
	return b.String() + "\n"
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
