package config

import (
	"fmt"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// placedTopic is a topic and the values that it was read from, for messages.
type placedTopic struct {
	Topic
	at, slugAt, parentAt value
}

// topicSettings are the keys of an entry of topics.
var topicSettings = append([]setting[placedTopic]{
	{Setting{Key: "name", Example: "Go", Meaning: "The topic exactly as readers are to see it. Required."},
		text(func(t *placedTopic) *string { return &t.Name }, prose)},
	{Setting{Key: "slug", Example: "go", Meaning: "Its part of the address, /topics/SLUG/. Without it: made of the name."},
		field[placedTopic]{read: func(v value, t *placedTopic) { t.Slug, t.slugAt = v.text(), v }}},
	{Setting{Key: "title", Example: "The Go programming language", Meaning: "Title of its feed. Without it: the name and the title of the site."},
		text(func(t *placedTopic) *string { return &t.Title }, prose)},
	{Setting{Key: "description", Example: "Releases, talks and articles", Meaning: "What it is about, in a sentence."},
		text(func(t *placedTopic) *string { return &t.Description }, prose)},
	{Setting{Key: "parent", Example: "Programming", Meaning: "Name of the topic it belongs to."},
		field[placedTopic]{read: func(v value, t *placedTopic) { t.Parent, t.parentAt = v.text(), v }}},
	{Setting{Key: "aliases", Default: "[]", Example: "[Golang]", Meaning: "Other names of the same topic."},
		field[placedTopic]{read: func(v value, t *placedTopic) { t.Aliases = v.texts() }}},
}, topicLimits()...)

// topicLimits are limitSettings as keys of a topic.
func topicLimits() []setting[placedTopic] {
	var all []setting[placedTopic]
	for _, s := range limitSettings {
		all = append(all, setting[placedTopic]{s.Setting, field[placedTopic]{read: func(v value, t *placedTopic) { s.read(v, &t.Override) }}})
	}
	return all
}

func readTopics(v value, l *loader) {
	for _, item := range v.items() {
		t := placedTopic{at: item}
		readGroup(item, topicSettings, &t)
		name := item.get("name").resolved()
		switch {
		case t.Name != "":
			l.topics = append(l.topics, t)
		case item.null(), item.resolved().Kind == yaml.MappingNode && (name == nil || name.Kind == yaml.ScalarNode):
			item.problem("a topic needs a name: add one")
		}
	}
}

// finishTopics checks topics against each other.
func (l *loader) finishTopics() {
	l.names = map[string]int{}
	for i := range l.topics {
		t := &l.topics[i]
		t.Aliases = l.claimNames(i)
		if err := checkSlug(t.Slug); err != nil && t.Slug != "" {
			t.slugAt.fail("%s", err)
		}
	}
	l.claimAddresses()
	known := make([]string, 0, min(len(l.topics), maxEntries))
	for _, t := range l.topics[:cap(known)] {
		known = append(known, t.Name)
	}
	for i := range l.topics {
		l.findParent(&l.topics[i], known)
	}
	l.findCycles()
	for _, t := range l.topics {
		l.Topics = append(l.Topics, t.Topic)
	}
}

// claimNames records the names of a topic in l.names, and returns its aliases without
// those that repeat another of its names.
func (l *loader) claimNames(i int) (aliases []string) {
	t := &l.topics[i]
	for n, name := range append([]string{t.Name}, t.Aliases...) {
		fold := feeds.Fold(name)
		other, taken := l.names[fold]
		switch {
		case !taken && n > 0:
			aliases = append(aliases, name)
			fallthrough
		case !taken:
			l.names[fold] = i
		case other != i:
			t.at.fail("%q already names the topic in %s: one name can mean one topic only", name, l.topics[other].at.place())
		}
	}
	return aliases
}

// claimAddresses makes sure that each slug in the settings belongs to one topic.
// Slugs made of names are made unique later, by the catalog.
func (l *loader) claimAddresses() {
	for i, t := range l.topics {
		other, taken := l.names[slugKey(t.Slug)]
		switch {
		case t.Slug == "":
		case taken:
			t.slugAt.fail("%q is also the slug of the topic %q: give each its own", t.Slug, l.topics[other].Name)
		default:
			l.names[slugKey(t.Slug)] = i
		}
	}
	for i, t := range l.topics {
		others := t.Aliases
		if t.Slug == "" {
			others = append([]string{t.Name}, others...)
		}
		for _, name := range others {
			if other, taken := l.names[slugKey(feeds.Slug(name))]; taken && other != i {
				t.at.fail("%q has the address of the topic %q, whose slug is %q: give that another slug", name, l.topics[other].Name, l.topics[other].Slug)
			}
		}
	}
}

// findParent replaces the parent, which may be given as a slug or alias, by its Name.
// known are names to suggest instead of a misspelt one.
func (l *loader) findParent(t *placedTopic, known []string) {
	if t.Parent == "" {
		return
	}
	if i, ok := l.find(t.Parent); ok {
		t.Parent = l.topics[i].Name
		return
	}
	t.parentAt.fail("no topic is named %q%s", t.Parent, didYouMean(t.Parent, known))
}

// findCycles reports topics that are their own ancestors: each cycle once, at its
// first topic.
func (l *loader) findCycles() {
	index := map[string]int{}
	for i, t := range l.topics {
		index[t.Name] = i
	}
	seen := make([]int, len(l.topics)) // by which search; 0: none yet
	for i := range l.topics {
		at, ok := i, true
		for ok && seen[at] == 0 {
			seen[at] = i + 1
			at, ok = index[l.topics[at].Parent]
		}
		if ok && seen[at] == i+1 {
			l.reportCycle(at, index)
		}
	}
}

// reportCycle reports the cycle that the topic at an index is in.
func (l *loader) reportCycle(at int, index map[string]int) {
	first := at
	for i := index[l.topics[at].Parent]; i != at; i = index[l.topics[i].Parent] {
		first = min(first, i)
	}
	way := []string{l.topics[first].Name}
	for i := index[l.topics[first].Parent]; ; i = index[l.topics[i].Parent] {
		if len(way) == 10 && i != first {
			way = append(way, "…")
			break
		}
		if way = append(way, shortened(l.topics[i].Name, 100)); i == first {
			break
		}
	}
	l.topics[first].parentAt.fail("the parents form a circle: %s", strings.Join(way, " → "))
}

func checkSlug(s string) error {
	bad := func(r rune) bool {
		return strings.ContainsRune(`/?#%\`, r) || unicode.IsSpace(r) || !unicode.IsPrint(r)
	}
	if strings.ContainsFunc(s, bad) || s == "." || s == ".." {
		return fmt.Errorf("%q cannot be part of an address: use letters, digits and hyphens, as in %q", s, feeds.Slug(s))
	}
	return nil
}
