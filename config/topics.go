package config

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// placedTopic is a topic and where it was read.
type placedTopic struct {
	Topic
	at, slugAt, parentAt value
}

// topicSettings are the keys of an entry of topics.
var topicSettings = append([]setting[placedTopic]{
	{Setting{"name", "", "The topic exactly as readers are to see it. Required."}, "Go",
		text(func(t *placedTopic) *string { return &t.Name }, prose)},
	{Setting{"slug", "", "Its part of the address, /topics/SLUG/. Without it: made of the name."}, "go",
		func(v value, t *placedTopic) { t.Slug, t.slugAt = v.text(), v }},
	{Setting{"title", "", "Title of its feed. Without it: the name."}, "The Go programming language",
		text(func(t *placedTopic) *string { return &t.Title }, prose)},
	{Setting{"description", "", "What it is about, in a sentence."}, "Releases, talks and articles",
		text(func(t *placedTopic) *string { return &t.Description }, prose)},
	{Setting{"parent", "", "Name of the topic it belongs to."}, "Programming",
		func(v value, t *placedTopic) { t.Parent, t.parentAt = v.text(), v }},
	{Setting{"aliases", "[]", "Other names of the same topic."}, "[Golang]",
		func(v value, t *placedTopic) { t.Aliases = v.texts() }},
}, topicLimits()...)

func topicLimits() []setting[placedTopic] {
	var all []setting[placedTopic]
	for _, s := range limitSettings {
		all = append(all, setting[placedTopic]{s.Setting, s.example, lift(func(t *placedTopic) *Override { return &t.Override }, s.read)})
	}
	return all
}

func readTopics(v value, l *loader) {
	for _, item := range v.items() {
		t := placedTopic{at: item}
		readGroup(item, topicSettings, &t)
		if t.Name == "" && item.resolved().Kind == yaml.MappingNode {
			item.problem("a topic needs a name: add one")
		}
		if t.Name != "" {
			l.topics = append(l.topics, t)
		}
	}
}

// readTopicData reads what a Jekyll site keeps of its topics in its data: one
// file each in topics/, or topics.yml with all.
func (l *loader) readTopicData() {
	if l.jekyllData == "" {
		return
	}
	dir := filepath.Join(l.dir, filepath.FromSlash(l.jekyllData), "topics")
	l.watch(dir)
	var files []string
	for _, ext := range []string{".yaml", ".yml", ".json"} {
		found, _ := filepath.Glob(filepath.Join(quoteGlob(dir), "*"+ext))
		files = append(files, found...)
	}
	slices.Sort(files)
	for _, ext := range []string{".yml", ".yaml", ".json"} {
		files = append(files, dir+ext)
	}
	for _, file := range files {
		s := l.open(file, true)
		if s == nil {
			continue
		}
		if root, ok := s.tree(); ok {
			l.addTopicData(root, "")
		}
	}
}

// addTopicData adds a topic, a list of them or a mapping of slugs to them.
func (l *loader) addTopicData(v value, slug string) {
	n := v.resolved()
	switch {
	case v.null():
	case n.Kind == yaml.ScalarNode:
		l.mergeTopic(placedTopic{Topic: Topic{Name: v.text(), Slug: slug}, at: v, slugAt: v})
	case n.Kind == yaml.SequenceNode:
		for _, item := range v.items() {
			if item.resolved().Kind != yaml.SequenceNode {
				l.addTopicData(item, "")
			}
		}
	case isTopic(v):
		l.mergeTopic(topicData(v, slug))
	case slug == "":
		for _, e := range v.entries() {
			if e.value.null() || e.value.resolved().Kind != yaml.SequenceNode {
				l.addTopicData(e.value, e.name)
			}
		}
	}
}

func isTopic(v value) bool {
	return firstText(v.get("name"), v.get("title"), v.get("_id"), v.get("slug")) != ""
}

func firstText(all ...value) string {
	for _, v := range all {
		if !v.null() && v.resolved().Kind == yaml.ScalarNode && v.text() != "" {
			return v.text()
		}
	}
	return ""
}

func topicData(v value, slug string) placedTopic {
	t := placedTopic{at: v, slugAt: v.get("_id"), parentAt: v.get("parent")}
	if t.slugAt.null() {
		t.slugAt = v.get("slug")
	}
	if t.Slug = t.slugAt.text(); t.Slug == "" {
		t.Slug, t.slugAt = slug, v
	}
	t.Name = firstText(v.get("name"), v.get("title"), t.slugAt)
	if title := v.get("title").text(); title != t.Name {
		t.Title = title
	}
	t.Description, _ = prose(v.get("description").text())
	t.Parent = t.parentAt.text()
	t.Aliases = v.get("aliases").texts()
	if short := v.get("shortname").text(); short != "" {
		t.Aliases = append(t.Aliases, short)
	}
	return t
}

// mergeTopic adds a topic of the site, or to one of the settings what these do
// not say.
func (l *loader) mergeTopic(t placedTopic) {
	if t.Name == "" {
		return
	}
	i := slices.IndexFunc(l.topics, func(own placedTopic) bool {
		return !own.at.src.lenient && (feeds.Fold(own.Name) == feeds.Fold(t.Name) || own.Slug != "" && own.Slug == t.Slug)
	})
	if i < 0 {
		l.topics = append(l.topics, t)
		return
	}
	own := &l.topics[i]
	if own.Slug == "" {
		own.Slug, own.slugAt = t.Slug, t.slugAt
	}
	if own.Parent == "" {
		own.Parent, own.parentAt = t.Parent, t.parentAt
	}
	for mine, theirs := range map[*string]string{&own.Title: t.Title, &own.Description: t.Description} {
		if *mine == "" {
			*mine = theirs
		}
	}
	own.Aliases = append(own.Aliases, t.Aliases...)
}

// finishTopics checks topics against each other.
func (l *loader) finishTopics() {
	owners := map[string]int{}
	for i := range l.topics {
		t := &l.topics[i]
		t.Aliases = l.claimNames(i, owners)
		if err := checkSlug(t.Slug); err != nil && t.Slug != "" {
			t.slugAt.fail("%s", err)
		}
	}
	l.claimAddresses()
	for i := range l.topics {
		l.findParent(&l.topics[i])
	}
	l.findCycles()
	for _, t := range l.topics {
		l.Topics = append(l.Topics, t.Topic)
	}
}

// claimNames notes the names of a topic and returns its aliases without those
// that only repeat another of its names.
func (l *loader) claimNames(i int, owners map[string]int) (aliases []string) {
	t := &l.topics[i]
	for n, name := range append([]string{t.Name}, t.Aliases...) {
		fold := feeds.Fold(name)
		other, taken := owners[fold]
		switch {
		case !taken && n > 0:
			aliases = append(aliases, name)
			fallthrough
		case !taken:
			owners[fold] = i
		case other != i:
			t.at.fail("%q already names the topic in %s: one name can mean one topic only", name, l.topics[other].at.place())
		}
	}
	return aliases
}

// claimAddresses sees that a slug which is stated leads to one topic only; those
// made of names are told apart later.
func (l *loader) claimAddresses() {
	stated := map[string]int{}
	for i, t := range l.topics {
		if other, taken := stated[t.Slug]; taken && t.Slug != "" {
			t.slugAt.fail("%q is also the slug of the topic %q: give each its own", t.Slug, l.topics[other].Name)
			continue
		}
		stated[t.Slug] = i
	}
	for i, t := range l.topics {
		others := t.Aliases
		if t.Slug == "" {
			others = append([]string{t.Name}, others...)
		}
		for _, name := range others {
			if other, taken := stated[feeds.Slug(name)]; taken && other != i {
				t.at.fail("%q has the address of the topic %q, whose slug is %q: give that another slug", name, l.topics[other].Name, l.topics[other].Slug)
			}
		}
	}
}

// findParent makes the parent, which may be named by slug or alias, its Name.
func (l *loader) findParent(t *placedTopic) {
	if t.Parent == "" {
		return
	}
	var known []string
	for i := range l.topics {
		if l.topics[i].answersTo(t.Parent) {
			t.Parent = l.topics[i].Name
			return
		}
		known = append(known, l.topics[i].Name)
	}
	t.parentAt.fail("no topic is named %q%s", t.Parent, didYouMean(t.Parent, known))
}

// findCycles reports each circle of parents once, at its first topic.
func (l *loader) findCycles() {
	index := map[string]int{}
	for i, t := range l.topics {
		index[t.Name] = i
	}
	for i, t := range l.topics {
		way := []string{t.Name}
		for at, ok := index[t.Parent]; ok && at >= i && len(way) <= len(l.topics); at, ok = index[l.topics[at].Parent] {
			way = append(way, l.topics[at].Name)
			if at == i {
				t.parentAt.fail("goes round in a circle: %s", strings.Join(way, " → "))
				break
			}
		}
	}
}

// answersTo reports whether the topic goes by this name, alias or slug.
func (t *Topic) answersTo(name string) bool {
	fold := feeds.Fold(name)
	return t.Slug != "" && t.Slug == name || feeds.Fold(t.Name) == fold ||
		slices.ContainsFunc(t.Aliases, func(a string) bool { return feeds.Fold(a) == fold })
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

// place is where a value stands, for messages elsewhere.
func (v value) place() string {
	name := path.Base(filepath.ToSlash(v.src.path))
	if v.node.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s, line %d", name, v.node.Line)
}

// quoteGlob makes the special characters of a path stand for themselves.
func quoteGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
