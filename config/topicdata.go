package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
)

// readTopicData reads the topics in the data folder of a Jekyll site: one file for each
// in topics/, or topics.yml with all of them.
func (l *loader) readTopicData() {
	if l.jekyllData == "" {
		return
	}
	dir := filepath.Join(l.dir, filepath.FromSlash(l.jekyllData), "topics")
	l.watch(dir)
	names, err := topicFiles(dir)
	if err != nil {
		l.unread = true
		l.report(&feeds.Problem{Path: filepath.ToSlash(dir), Message: reason(err)})
	}
	for _, file := range append(names, dir+".yml", dir+".yaml", dir+".json") {
		s := l.open(file, true)
		if s == nil {
			continue
		}
		if root, ok := s.tree(); ok {
			l.addTopicData(root, "")
		}
	}
}

// topicFiles lists the files of topics in a folder, sorted; none where there is no such
// folder, as on most sites.
func topicFiles(dir string) (files []string, err error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe may be there, and to open one can take for ever
	if err == nil {
		defer f.Close()
	}
	var entries []fs.DirEntry
	if err == nil {
		entries, err = f.ReadDir(MaxTopicFiles + 1)
	}
	if err != nil && err != io.EOF && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("the folder of topics cannot be read: %s", reason(err))
	}
	if len(entries) > MaxTopicFiles {
		return nil, fmt.Errorf("holds more than %d files: put several topics into one", MaxTopicFiles)
	}
	for _, e := range entries {
		if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(e.Name())) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(files)
	return files, nil
}

// addTopicData adds a topic, a list of them or a mapping of slugs to them.
func (l *loader) addTopicData(v value, slug string) {
	n := v.resolved()
	switch {
	case v.null():
	case n.Kind == yaml.ScalarNode:
		l.mergeTopic(placedTopic{Topic: Topic{KnownTopic: feeds.KnownTopic{Name: v.text(), Slug: slug}}, at: v, slugAt: v})
	case n.Kind == yaml.SequenceNode:
		for _, item := range v.items() {
			if item.resolved().Kind != yaml.SequenceNode {
				l.addTopicData(item, "")
			}
		}
	case firstText(v.get("name"), v.get("title"), v.get("_id"), v.get("slug")) != "":
		l.mergeTopic(topicData(v, slug))
	case slug == "":
		for _, e := range v.entries() {
			if e.value.null() || e.value.resolved().Kind != yaml.SequenceNode {
				l.addTopicData(e.value, e.name)
			}
		}
	}
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

// mergeTopic adds a topic of the site. Where feedmill.yaml has the same topic, it adds
// what is not stated there.
func (l *loader) mergeTopic(t placedTopic) {
	if t.Name == "" {
		return
	}
	i, ok := l.ownTopic(t)
	if !ok {
		l.topics = append(l.topics, t)
		return
	}
	own := &l.topics[i]
	if own.Slug == "" {
		own.Slug, own.slugAt = t.Slug, t.slugAt
		l.ownTopics.add(slugKey(own.Slug), i)
	}
	if own.Parent == "" {
		own.Parent, own.parentAt = t.Parent, t.parentAt
	}
	own.Title, own.Description = cmp.Or(own.Title, t.Title), cmp.Or(own.Description, t.Description)
	own.Aliases = append(own.Aliases, t.Aliases...)
}

// ownTopic finds a topic of the site among those of feedmill.yaml, by name or slug.
func (l *loader) ownTopic(t placedTopic) (i int, ok bool) {
	if l.ownTopics == nil {
		l.ownTopics = firsts{}
		for i, own := range l.topics { // no others have been added yet
			l.ownTopics.add(feeds.Fold(own.Name), i)
			l.ownTopics.add(slugKey(own.Slug), i)
		}
	}
	i, ok = l.ownTopics[feeds.Fold(t.Name)]
	if j, same := l.ownTopics[slugKey(t.Slug)]; same && t.Slug != "" && (!ok || j < i) {
		return j, true
	}
	return i, ok
}

// firsts has the lowest index of each key.
type firsts map[string]int

func (f firsts) add(key string, i int) {
	if old, known := f[key]; !known || i < old {
		f[key] = i
	}
}
