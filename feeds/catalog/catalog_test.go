package catalog

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
)

var parser = article.NewParser(article.Options{SiteID: "example.org"})

func parse(t testing.TB, path, front string) *article.Article {
	t.Helper()
	a, err := parser.Parse(path, []byte("---\n"+front+"\n---\n"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// picture is everything a catalog shows.
func picture(c *Catalog) string {
	c.Touched()
	var b strings.Builder
	for _, s := range c.Feeds() {
		fmt.Fprintf(&b, "%s %q %v:", s.Key().Path(), s.Name(), s.Spellings())
		for a := range s.Articles().All() {
			fmt.Fprintf(&b, " %s=%s", a.Path, a.ID())
		}
		b.WriteByte('\n')
	}
	for _, p := range c.Conflicts() {
		b.WriteString(p.Error() + "\n")
	}
	return b.String()
}

// TestAnyHistory plays random changes: however a catalog came to hold its
// articles, it shows what one that is filled at once shows.
func TestAnyHistory(t *testing.T) {
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	names := []string{"C", "C#", "c sharp", "C Sharp", "C++", "c++", "Go", "go", "日本語", "cpp"}
	ids := []string{"", "", "", "urn:x:1", "urn:x:2", "same"}
	opt := Options{SiteID: "example.org", Topics: []feeds.KnownTopic{{Name: "C++", Slug: "cpp"}}}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		c, now, held := New(opt), day, map[string]*article.Article{}
		for range 120 {
			path := fmt.Sprintf("%d.md", r.IntN(12))
			switch r.IntN(6) {
			case 0:
				c.Remove(path)
				delete(held, path)
			case 1:
				now = now.Add(time.Duration(r.IntN(48)) * time.Hour)
				c.Advance(now)
			default:
				front := fmt.Sprintf("title: T%d\ntopics: [%q, %q]\n", r.IntN(3), names[r.IntN(len(names))], names[r.IntN(len(names))])
				if r.IntN(5) > 0 {
					front += "date: " + day.Add(time.Duration(r.IntN(30*24))*time.Hour).Format(time.RFC3339) + "\n"
				}
				if r.IntN(4) == 0 {
					front += "expiryDate: " + day.Add(time.Duration(r.IntN(60*24))*time.Hour).Format(time.RFC3339) + "\n"
				}
				if id := ids[r.IntN(len(ids))]; id != "" {
					front += "id: " + id + "\n"
				}
				if r.IntN(8) == 0 {
					front += "draft: true\n"
				}
				a := parse(t, path, front)
				c.Put(a)
				held[path] = a
			}
			if r.IntN(3) == 0 {
				c.Touched()
			}
		}
		c.Advance(now)
		fresh := New(opt)
		fresh.Advance(now)
		fresh.Fill(slices.Collect(maps.Values(held)))
		if got, want := picture(c), picture(fresh); got != want {
			t.Fatalf("seed %d:\n--- got\n%s--- want\n%s", seed, got, want)
		}
	}
}

// TestOrder is total: equal dates go by path, undated articles come last.
func TestOrder(t *testing.T) {
	c := New(Options{})
	c.Advance(time.Now())
	for _, a := range []string{"c.md 2024-01-01", "a.md 2024-01-01", "z.md 2024-01-02", "b.md", "aa.md"} {
		path, date, _ := strings.Cut(a, " ")
		c.Put(parse(t, path, "title: x\ndate: "+date))
	}
	var got []string
	c.Touched()
	for a := range c.Feeds()[0].Articles().All() {
		got = append(got, a.Path)
	}
	if want := []string{"z.md", "a.md", "c.md", "aa.md", "b.md"}; !slices.Equal(got, want) {
		t.Errorf("order is %v, want %v", got, want)
	}
}

// TestTouched names the article's own feeds and no others.
func TestTouched(t *testing.T) {
	c := New(Options{})
	c.Advance(time.Now())
	for i := range 100 {
		c.Put(parse(t, fmt.Sprintf("%d.md", i), fmt.Sprintf("title: x\ndate: 2024-01-01\ntags: [t%d]\ntype: article", i%10)))
	}
	c.Touched()
	if !c.Put(parse(t, "5.md", "title: y\ndate: 2024-01-01\ntags: [t5]\ntype: video")) {
		t.Error("a visible change counts for nothing")
	}
	var touched []string
	for _, s := range c.Touched() {
		touched = append(touched, s.Key().Path())
	}
	slices.Sort(touched)
	if want := []string{"/", "/topics/t5/", "/types/article/", "/types/video/"}; !slices.Equal(touched, want) {
		t.Errorf("touched %v, want %v", touched, want)
	}
	if c.Put(parse(t, "5.md", "heat: 7\ntitle: 'y'\ndate: 2024-01-01\ntags: [t5]\ntype: video")) || len(c.Touched()) > 0 {
		t.Error("bookkeeping counts as a change")
	}
}

func TestTopics(t *testing.T) {
	topics := []feeds.KnownTopic{{Name: "Joe Biden", Aliases: []string{"Biden", "POTUS 46"}, Parent: "Politics"}, {Name: "Politics", Slug: "pol"}}
	name := TopicNames(topics)
	for in, want := range map[string]string{"joe  BIDEN": "Joe Biden", "biden": "Joe Biden", "politics": "Politics", "Else": "Else"} {
		if got := name(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	c := New(Options{Topics: topics})
	c.Touched()
	if got := c.TopicSlug("Politics"); got != "pol" {
		t.Errorf("slug %q, want the settings' one", got)
	}
	c.Touched()
	aliases := c.Aliases()
	for _, slug := range []string{"biden", "potus-46"} {
		if to := aliases[feeds.Key{Kind: feeds.Topic, Slug: slug}]; to.Slug != "joe-biden" {
			t.Errorf("%s leads to %v", slug, to)
		}
	}
	if to := aliases[feeds.Key{Kind: feeds.Topic, Slug: "politics"}]; to.Slug != "pol" {
		t.Errorf("politics leads to %v", to)
	}
	if len(c.Feeds()) != 3 {
		t.Errorf("%d feeds: a topic of the settings is known without articles", len(c.Feeds()))
	}
}

// BenchmarkChange is one saved article among many.
func BenchmarkChange(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := New(Options{})
			c.Advance(time.Now())
			for i := range n {
				c.Put(parse(b, fmt.Sprintf("%d.md", i), fmt.Sprintf("title: x\ndate: %s\ntags: [t%d]", time.Unix(int64(i)*1000, 0).Format(time.RFC3339), i%200)))
			}
			c.Touched()
			versions := [2]*article.Article{}
			for i := range versions {
				versions[i] = parse(b, "5.md", fmt.Sprintf("title: v%d\ndate: %s\ntags: [t5]", i, time.Unix(int64(n)*500, 0).Format(time.RFC3339)))
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				c.Put(versions[i%2])
				c.Touched()
				i++
			}
		})
	}
}

// TestNamesAreForgotten keeps no name that no article has any more.
func TestNamesAreForgotten(t *testing.T) {
	c := New(Options{SiteID: "example.org"})
	for i := range 20_000 {
		c.Put(parse(t, "a.md", fmt.Sprintf("title: A\ntopics: [T%d]\n", i)))
		c.Touched()
	}
	if n := len(c.folds) + len(c.tagged); n > 5000 {
		t.Errorf("%d names are remembered of one article", n)
	}
}
