package builder

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// sight is what a reader can see of a file, and in which feeds.
type sight struct {
	text  string
	feeds []string // none if it is hidden
}

// look reads a file without any code of ours.
func look(t *testing.T, content string) (s sight) {
	_, rest, _ := strings.Cut(strings.ReplaceAll(content, "\r\n", "\n"), "---\n")
	front, body, _ := strings.Cut(rest, "\n---")
	var all struct {
		Topics             []string
		Category, Type     string
		Provider           struct{ Name string }
		Published, Removed *bool
	}
	shown := map[string]any{}
	for _, to := range []any{&all, &shown} {
		if err := yaml.Unmarshal([]byte(front), to); err != nil {
			t.Fatal(err)
		}
	}
	if (all.Published == nil || *all.Published) && (all.Removed == nil || !*all.Removed) {
		s.feeds = append(s.feeds, feedName(feeds.All, ""))
		for _, name := range all.Topics {
			s.feeds = append(s.feeds, feedName(feeds.Topic, name))
		}
		for kind, name := range map[feeds.Kind]string{feeds.Category: all.Category, feeds.Type: all.Type, feeds.Provider: all.Provider.Name} {
			if name != "" {
				s.feeds = append(s.feeds, feedName(kind, name))
			}
		}
	}
	for key := range shown {
		if !slices.Contains([]string{
			"title", "name", "excerpt", "publishedDateTime", "updatedDateTime", "originalUrl", "webUrl", "ampWebUrl", "cdnAmpWebUrl", "type", "category",
			"topics", "images", "provider", "related", "featuredContent", "published", "removed",
		}, key) {
			delete(shown, key)
		}
	}
	if images, ok := shown["images"].([]any); ok {
		for _, i := range images {
			delete(i.(map[string]any), "isCached")
		}
	}
	text, err := yaml.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	s.text = string(text) + strings.TrimSpace(body)
	return s
}

// differs names the feeds that are others once a file is seen in another way.
func (s sight) differs(o sight) []string {
	if s.text == o.text {
		return nil
	}
	all := slices.Concat(s.feeds, o.feeds)
	slices.Sort(all)
	return slices.Compact(all)
}

func feedName(k feeds.Kind, name string) string { return fmt.Sprint(k, " ", strings.ToLower(name)) }

// touched names the feeds that are others, have come or have gone.
func touched(before, after *document.Snapshot) (names []string) {
	old, of := revisionsOf(before), revisionsOf(after)
	for name, r := range of {
		if old[name] != r {
			names = append(names, name)
		}
		delete(old, name)
	}
	names = slices.AppendSeq(names, maps.Keys(old))
	slices.Sort(names)
	return names
}

func revisionsOf(s *document.Snapshot) map[string]*document.Revision {
	all := map[string]*document.Revision{}
	for _, l := range s.Listings {
		name := l.Name
		if l.Key.Kind == feeds.All { // which has the site's
			name = ""
		}
		all[feedName(l.Key.Kind, name)] = l.Revision
	}
	return all
}

// tagsOf is the tag and the date of every document, archives included.
func tagsOf(t *testing.T, b *Builder) map[string]string {
	all := map[string]string{}
	of := func(path func(feeds.Format) string, r *document.Revision) {
		for _, f := range feeds.Formats {
			d, err := r.Document(f)
			if err != nil {
				t.Fatal(err)
			}
			all[path(f)] = d.Tag + " " + d.LastModified.String()
		}
	}
	for _, l := range b.Snapshot().Listings {
		of(l.Key.DocumentPath, l.Revision)
		for a := range l.Archive.From("") {
			of(func(f feeds.Format) string { return l.Key.ArchivePath(a.Name, f) }, a.Revision)
		}
	}
	return all
}

// ourHistory is a history as the corpus has it, in small.
func ourHistory() (all []change) {
	const (
		story  = "title: A story\nexcerpt: In short\npublishedDateTime: 2021-03-01T10:00:00Z\ntopics:\n  - Power Apps\ncategory: news\ntype: article\nprovider:\n  name: Reuters\nwebUrl: /story\n"
		course = "title: A course\npublishedDateTime: 2021-02-01T10:00:00Z\ntopics:\n  - Power Apps\n  - Power BI\ntype: course\nimages:\n  - url: /a.png\n    isCached: true\n"
		person = "name: A person\ntopics:\n  - Power BI\ntype: profile\n"
	)
	file := func(front, body string) string { return "---\n" + front + "---\n" + body + "\n" }
	write := func(path, content string) {
		all = append(all, change{Op: "write", Path: path, Content: content, Time: 1_620_000_000 + 600*int64(len(all))})
	}
	write("story.md", file(story, "Text"))
	write("story.md", file(story+"heat: 1\nquality: 2\n", "Text"))
	write("course.md", file(course, ""))
	write("course.md", file(strings.Replace(course, "true", "false", 1)+"ratings: 7\nsecured: abc\n", ""))
	write("person.md", file(person, ""))
	write("person.md", file(person+"members: 12\n", "\n"))
	write("story.md", strings.ReplaceAll(file(story, "Text"), "\n", "\r\n"))
	write("story.md", file(strings.Replace(story, "A story", "\"A story\"", 1), "Text\n\n"))
	write("story.md", file(strings.Replace(story, "A story", "Another title", 1), "Text"))
	write("story.md", file(strings.Replace(story, "A story", "Another title", 1), "Another text"))
	write("draft.md", file(story+"published: false\n", "Draft"))
	write("draft.md", file(story+"published: false\nheat: 3\n", "Draft"))
	write("draft.md", file(strings.Replace(story, "/story", "/draft", 1), "No draft any more"))
	write("course.md", file(strings.Replace(course, "Power BI", "Copilot", 1), ""))
	write("course.md", file(strings.Replace(course, "  - Power Apps\n  - Power BI", "  - Power BI\n  - Power Apps", 1), ""))
	write("course.md", file(strings.Replace(course, "/a.png", "/b.png", 1), ""))
	write("course.md", file("heat: 5\n"+strings.Replace(course, "/a.png", "/b.png", 1), ""))
	write("story.md", file(story+"removed: true\n", "Text"))
	write("story.md", file(story+"removed: true\nheat: 9\n", "Text"))
	all = append(all, change{Op: "remove", Path: "person.md", Time: 1_630_000_000})
	write("person.md", file(person, ""))
	write("story.md", file(story, "Text"))
	return all
}
