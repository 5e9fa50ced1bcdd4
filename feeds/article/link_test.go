package article

import (
	"strings"
	"testing"
	"time"

	"feedmill/feeds"
)

func TestLinks(t *testing.T) {
	posts := feeds.Folder{Dir: "_posts", Anywhere: true, Name: "posts"}
	jekyll := func(link string) []feeds.Folder { posts.Link = link; return []feeds.Folder{posts} }
	hugo := func(link string) []feeds.Folder {
		return []feeds.Folder{{Dir: "content", Link: "/:sections/:slugorfilename/"}, {Dir: "content/blog", Name: "blog", Link: link}}
	}
	for _, c := range []struct {
		folders     []feeds.Folder
		name, front string
		want        string
	}{
		{jekyll("/:categories/:year/:month/:day/:title:output_ext"), "_posts/2021-03-09-my-title.md", "categories: [News, Far Away]", "https://e.org/base/news/far%20away/2021/03/09/my-title.html"},
		{jekyll("/:categories/:year/:month/:day/:title/"), "_posts/2021-03-09-my-title.md", "a: b", "https://e.org/base/2021/03/09/my-title/"},
		{jekyll("/:categories/:title:output_ext"), "sport/ski/_posts/2021-03-09-my-title.md", "category: x", "https://e.org/base/sport/ski/x/my-title.html"},
		{jekyll("/:categories/:year/:y_day/:title:output_ext"), "_posts/2021-03-09-my-title.md", "a: b", "https://e.org/base/2021/068/my-title.html"},
		{jekyll("/:short_year/:i_month/:i_day/:title"), "_posts/2021-03-09-t.md", "slug: other", "https://e.org/base/21/3/9/other"},
		{jekyll("/:year/:title/"), "_posts/t.md", "a: b", ""},
		{jekyll("/:nothing/"), "_posts/t.md", "a: b", ""},
		{jekyll(""), "_posts/t.md", "a: b", ""},
		{jekyll("/x/"), "_posts/2021-03-09-t.md", "permalink: /:year/own/:title", "https://e.org/base/2021/own/t"},
		{jekyll("/x/"), "_posts/t.md", "permalink: /own.html", "https://e.org/base/own.html"},
		{jekyll("/x/"), "_posts/t.md", "webUrl: https://w.example/", "https://w.example/"},
		{jekyll("/x/"), "_posts/t.md", "originalUrl: https://o.example/", "https://o.example/"},
		{hugo("/:year/:slug/"), "content/blog/2021-03-09-My Post.md", "a: b", "https://e.org/base/2021/My-Post/"},
		{hugo("/:section/:title/"), "content/blog/trip/index.md", "a: b", "https://e.org/base/trip/"},
		{hugo("/b/:slug/"), "content/blog/trip/index.md", "slug: voyage", "https://e.org/base/b/voyage/"},
		{[]feeds.Folder{{Dir: "content/blog", Root: "content", Link: "/:section/:title/"}}, "content/blog/trip/index.md", "a: b", "https://e.org/base/blog/trip/"},
		{[]feeds.Folder{{Dir: "docs/new", Root: ".", Link: "/:path/"}}, "docs/new/a.md", "a: b", "https://e.org/base/docs/new/a/"},
		{[]feeds.Folder{{Dir: "col/_posts", Anywhere: true, Link: "/:categories/:title/"}}, "col/news/_posts/2021-03-09-t.md", "a: b", "https://e.org/base/news/t/"},
		{hugo(""), "content/docs/Deep Down/page.md", "a: b", "https://e.org/base/docs/deep-down/page/"},
		{hugo(""), "content/docs/bundle/index.md", "a: b", "https://e.org/base/docs/bundle/"},
		{hugo(""), "content/page.md", "slug: 港", "https://e.org/base/%E6%B8%AF/"},
	} {
		a := parse(t, Options{SiteURL: "https://e.org/base", Folders: c.folders}, c.name, "---\n"+c.front+"\n---\n")
		if got := link(a); got != c.want {
			t.Errorf("%s (%s): %q, want %q", c.name, c.front, got, c.want)
		}
		if link(parse(t, Options{Folders: c.folders, SiteURL: "not a site"}, c.name, "---\n---\n")) != "" {
			t.Errorf("%s has a page on no site", c.name)
		}
	}
}

// TestLinkZone dates an address in the site's zone.
func TestLinkZone(t *testing.T) {
	opt := Options{SiteURL: "https://e.org", TimeZone: time.FixedZone("", 9*3600), Folders: []feeds.Folder{{Link: "/:year/:month/:day/"}}}
	if got := link(parse(t, opt, "a.md", yamlFile("date: 2020-12-31T20:00:00Z"))); got != "https://e.org/2021/01/01/" {
		t.Error(got)
	}
}

// TestHugoLinks follows Hugo's rules for names in addresses.
func TestHugoLinks(t *testing.T) {
	for _, c := range []struct{ link, name, front, want string }{
		{"/:sections/:slugorfilename/", "content/posts/My Upper File.md", "title: x", "https://e.org/posts/my-upper-file/"},
		{"/:sections/:slugorfilename/", "content/posts/2024-01-01-x.md", "title: x", "https://e.org/posts/2024-01-01-x/"},
		{"/:title/", "content/posts/two.md", "title: 'Two: a título & C++'", "https://e.org/two-a-t%C3%ADtulo--c++/"},
		{"/:slug/", "content/posts/two.md", "title: Two Words", "https://e.org/two-words/"},
		{"/:slug/", "content/posts/two.md", "title: x\nslug: My Slug", "https://e.org/my-slug/"},
	} {
		opt := Options{Hugo: true, SiteURL: "https://e.org", Folders: []feeds.Folder{{Dir: "content", Link: c.link}}}
		if got := link(parse(t, opt, c.name, yamlFile(c.front))); got != c.want {
			t.Errorf("%s of %s (%s): %q, want %q", c.link, c.name, c.front, got, c.want)
		}
	}
}

// TestHugoHidden leaves out pages that have no address.
func TestHugoHidden(t *testing.T) {
	for front, want := range map[string]string{"headless: true": "headless: true", "build: {render: never}": "build.render: never", "_build: {render: false}": "build.render: never", "build: {list: never}": "", "title: x": ""} {
		if got := parse(t, Options{Hugo: true}, "a.md", yamlFile(front)).Hidden; got != want {
			t.Errorf("%s: %q, want %q", front, got, want)
		}
		if got := parse(t, Options{}, "a.md", yamlFile(front)).Hidden; got != "" {
			t.Errorf("%s on no Hugo site: %q", front, got)
		}
	}
}

// TestFolderCategories puts the folders above _posts among the categories.
func TestFolderCategories(t *testing.T) {
	opt := Options{SiteURL: "https://e.org", Folders: []feeds.Folder{{Dir: "_posts", Anywhere: true, Link: "/:categories/:title/"}}}
	a := parse(t, opt, "Sport/ski/_posts/2024-01-01-x.md", yamlFile("category: sport"))
	var got []string
	for m := range a.Member.All() {
		got = append(got, m.Name)
	}
	if strings.Join(got, ",") != "Sport,ski" || link(a) != "https://e.org/sport/ski/x/" {
		t.Errorf("member of %v at %s", got, link(a))
	}
}

// TestDefaultsByPattern finds defaults by folder, file and glob pattern.
func TestDefaultsByPattern(t *testing.T) {
	for dir, want := range map[string]bool{"": true, "api": true, "api/v1": true, "ap": false, "api/*": true, "api/*/*": true, "*/v2": false, "api/v1/a.md": true, "**/v1": true} {
		opt := Options{Defaults: []feeds.Defaults{{Dir: dir, Values: map[string]any{"category": "x"}}}}
		a := parse(t, opt, "api/v1/a.md", "---\ntitle: A\n---\n")
		if got := len(a.Member) == 1; got != want {
			t.Errorf("defaults of %q apply: %v", dir, got)
		}
	}
}

func TestWants(t *testing.T) {
	p := NewParser(Options{Folders: []feeds.Folder{{Dir: "_posts", Anywhere: true}, {Dir: "news"}}, Extensions: map[string]string{".adoc": "text", ".txt": ""}})
	for name, want := range map[string]bool{
		"_posts/a.md": true, "x/_posts/a.MD": true, "news/deep/a.html": true, "news/a.adoc": true, "news/a.markdown": true, "news/a.htm": true,
		"a.md": false, "newsroom/a.md": false, "x/news/a.md": false, "news/a.txt": false, "news/a.png": false, "news/_index.md": false, "news/md": false,
	} {
		if p.Wants(name) != want {
			t.Errorf("Wants(%q) = %v", name, !want)
		}
	}
}

func TestDefaults(t *testing.T) {
	opt := Options{SiteURL: "https://e.org", Folders: []feeds.Folder{{Dir: "a", Name: "col"}, {Dir: "b"}}, Defaults: []feeds.Defaults{
		{Values: map[string]any{"type": "article", "category": "all", "author": "Ann"}},
		{Dir: "a", Values: map[string]any{"category": "a", "tags": []any{"x"}}},
		{Collection: "col", Values: map[string]any{"type": "video", "image": map[string]any{"url": "ftp://x"}}},
		{Dir: "a/deep/", Values: map[string]any{"draft": true}},
	}}
	for name, want := range map[string]string{"b/1.md": "category:all type:article", "a/1.md": "topic:x category:a type:video", "a/deep/1.md": "topic:x category:a type:video"} {
		a := parse(t, opt, name, yamlFile("author:"))
		if members(a) != want || authors(a) != "Ann" || (a.Hidden != "") != (name == "a/deep/1.md") {
			t.Errorf("%s: %s, %s, %q", name, members(a), authors(a), a.Hidden)
		}
		if name == "a/1.md" && (len(a.Warnings()) != 1 || a.Warnings()[0].Line != 0) {
			t.Errorf("%s: warnings %v", name, a.Warnings())
		}
	}
	if got := members(parse(t, opt, "a/1.md", yamlFile("type: own\ntags: []"))); got != "category:a type:own" {
		t.Error(got)
	}
}
