package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

// addresses is where each of some topics' slugs leads: "c-sharp=C#", "old>new",
// "gone!", "unknown?".
func addresses(c *Catalog, slugs ...string) string {
	var all []string
	for _, slug := range slugs {
		k := feeds.Key{Kind: feeds.Topic, Slug: slug}
		i := slices.IndexFunc(c.Feeds(), func(s *Feed) bool { return s.Key() == k })
		to, led := c.Aliases()[k]
		switch {
		case i >= 0:
			slug += "=" + c.Feeds()[i].Name()
		case led:
			slug += ">" + to.Slug
		case c.Retired()[k] != "":
			slug += "!"
		default:
			slug += "?"
		}
		all = append(all, slug)
	}
	return strings.Join(all, " ")
}

// TestPin plays generations of settings and articles over one memory of names.
func TestPin(t *testing.T) {
	suffix := func(name string) string { return feeds.Slugs([]string{feeds.Fold(name)}, true)[feeds.Fold(name)] }
	sharp, old := suffix("C Sharp"), suffix("Old")
	var names []feeds.Name
	for _, step := range []struct {
		what     string
		settings []feeds.KnownTopic
		topics   string
		slugs    []string
		want     string
	}{
		{"first come", nil, `"C#", Old`, []string{"c-sharp", sharp, "old"}, "c-sharp=C# " + sharp + "? old=Old"},
		{"a rival with the better claim", nil, `"C#", C Sharp`, []string{"c-sharp", sharp, "old"}, "c-sharp=C# " + sharp + "=C Sharp old!"},
		{"the first has gone", nil, `C Sharp`, []string{"c-sharp", sharp}, "c-sharp! " + sharp + "=C Sharp"},
		{"and comes back", nil, `"C#"`, []string{"c-sharp", sharp}, "c-sharp=C# " + sharp + "!"},
		{"known without articles", []feeds.KnownTopic{{Name: "Old"}}, `"C#"`, []string{"old"}, "old=Old"},
		{"given another slug", []feeds.KnownTopic{{Name: "Old", Slug: "ancient"}}, `Old`, []string{"old", "ancient"}, "old>ancient ancient=Old"},
		{"and the first one again", nil, `Old`, []string{"old", "ancient"}, "old=Old ancient>old"},
		{"renamed", []feeds.KnownTopic{{Name: "New", Aliases: []string{"Old"}}}, `New`, []string{"new", "old", "ancient"}, "new=New old>new ancient>new"},
		{"renamed with its slug", []feeds.KnownTopic{{Name: "Newest", Slug: "old"}}, `Newest`, []string{"old", "new", "ancient"}, "old=Newest new! ancient!"},
		{"the name without its slug", []feeds.KnownTopic{{Name: "Newest", Slug: "old"}}, `Old`, []string{"old", "ancient", old}, "old=Newest ancient=Old " + old + "?"},
	} {
		c := New(Options{SiteID: "example.org", Topics: step.settings, Names: names})
		c.Advance(time.Now())
		c.Put(parse(t, "a.md", "title: x\ntopics: ["+step.topics+"]"))
		for _, s := range c.Touched() {
			if c.Pin(s) {
				names = serve(names, s)
			}
			if c.Pin(s) {
				t.Errorf("%s: %s is pinned twice", step.what, s.Key().Path())
			}
		}
		if got := addresses(c, step.slugs...); got != step.want {
			t.Errorf("%s:\n got %s\nwant %s", step.what, got, step.want)
		}
	}
}

// serve is what the ledger makes of a feed that is served.
func serve(names []feeds.Name, s *Feed) []feeds.Name {
	for i, n := range names {
		if n.Kind == s.Kind() {
			names[i].Slugs = slices.DeleteFunc(slices.Clone(n.Slugs), func(slug string) bool { return slug == s.Key().Slug })
		}
	}
	for i, n := range names {
		if n.Kind == s.Kind() && n.Fold == s.Fold() {
			names[i].Slugs = append(names[i].Slugs, s.Key().Slug)
			return names
		}
	}
	return append(names, feeds.Name{Kind: s.Kind(), Fold: s.Fold(), Slugs: []string{s.Key().Slug}})
}

// Within one process, too, a name keeps the slug under which it was served.
func TestPinHolds(t *testing.T) {
	c := New(Options{SiteID: "example.org"})
	c.Advance(time.Now())
	round := func(path, topics, want string) {
		t.Helper()
		if topics == "" {
			c.Remove(path)
		} else {
			c.Put(parse(t, path, "title: x\ntopics: ["+topics+"]"))
		}
		for _, s := range c.Touched() {
			c.Pin(s)
		}
		if got := addresses(c, "c-sharp"); got != want {
			t.Errorf("%s with %s: %s, want %s", path, topics, got, want)
		}
	}
	round("a.md", `"C#"`, "c-sharp=C#")
	round("b.md", `C Sharp`, "c-sharp=C#")
	round("a.md", ``, "c-sharp!")
	round("b.md", ``, "c-sharp!")
	round("b.md", `C Sharp`, "c-sharp!")
	round("a.md", `"C#"`, "c-sharp=C#")
}
