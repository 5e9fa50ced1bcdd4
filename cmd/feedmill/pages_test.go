package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// newsroom is a folder of articles about the topics One to Nine, the first within
// Numbers, for whole months, with a few that are hard to set among them.
func newsroom(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	names := []string{"One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"}
	for i := range 60 {
		name := names[i%len(names)]
		put(t, dir, fmt.Sprintf("%d.md", i), fmt.Sprintf(
			"---\ntitle: Story %d of %s\ndate: 2021-%02d-%02dT10:%02d:00Z\ntopics: [Numbers, %s]\ntype: news\ncategory: counting\nprovider: {name: The Count}\n---\nWhat there is to say of %d.\n",
			i, name, 1+i/10, 1+i%28, i, name, i))
	}
	long := strings.Repeat("Donaudampfschiff", 8)
	put(t, dir, "long.md", "---\ntitle: "+long+"\ndate: 2021-02-01\ntopics: [Numbers, "+long+"]\nprovider: {name: "+long+"}\nexcerpt: "+long+"\n---\nText.\n")
	put(t, dir, "hebrew.md", "---\ntitle: נמל חדש\ndate: 2021-02-02\nlanguage: he\nauthor: דנה\ntopics: [Numbers, נמלים]\n---\nטקסט.\n")
	put(t, dir, "feedmill.yaml", "site: {title: The Counting House, url: 'https://www.example.com/', description: News of numbers}\nfeeds: {items: 30}\ntopics:\n  - {name: Numbers}\n  - {name: One, parent: Numbers}\n  - {name: Quiet}\n")
	return dir
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := replace(filepath.Join(dir, name), []byte(content)); err != nil {
		t.Fatal(err)
	}
}

// everyPage is one of each sort.
var everyPage = []string{"/", "/newest/", "/topics/", "/topics/numbers/", "/topics/quiet/", "/topics/numbers/archive/2021-02/", "/mix/five/type:news/", "/top/", "/search/?q=o", "/compose/", "/compose/?topic=nothing", "/about/", nowhere}

var (
	olderPage = regexp.MustCompile(`<link rel="next" href="http://[^/]*(/[^"]*)">`)
	newerPage = regexp.MustCompile(`<link rel="prev" href="http://[^/]*(/[^"]*)">`)
	storyOf   = regexp.MustCompile(`Story (\d+) of`)
)

// Page by page, somebody gets from the newest article to the first one, and back.
func TestWayBack(t *testing.T) {
	l := serveLive(t, newsroom(t))
	for _, from := range []string{"/", "/topics/numbers/"} {
		wayBack(t, l, from)
	}
}

func wayBack(t *testing.T, l *live, from string) {
	found := map[string]bool{}
	newer := ""
	for path := from; path != ""; {
		body := must(l.fetch(path))
		for _, m := range storyOf.FindAllSubmatch(body, -1) {
			found[string(m[1])] = true
		}
		if back := newerPage.FindSubmatch(body); newer != "" && (back == nil || string(back[1]) != newer) {
			t.Errorf("%s leads back to %s, not to %s", path, back, newer)
		}
		newer = path
		next := olderPage.FindSubmatch(body)
		if path = ""; next != nil {
			path = string(next[1])
		}
	}
	if len(found) != 60 {
		t.Errorf("from %s, %d articles of 60 are on the way", from, len(found))
	}
}

// Somebody finds a topic, copies the address of its feed, which is there, and sees
// a new article appear.
func TestBrowserSubscribes(t *testing.T) {
	dir := newsroom(t)
	l := serveLive(t, dir)
	v := visit(t, l.base)
	v.open("/")
	v.do(chromedp.SendKeys("#q", "sev", chromedp.ByQuery))
	v.sees(`document.querySelector("#found a[href='/topics/seven/']")`)
	if said := on[string](v, `document.querySelector("#said").textContent`); !strings.HasPrefix(said, "1 found") {
		t.Errorf("a screen reader is told %q", said)
	}
	v.do(chromedp.Click("#found .feeds a", chromedp.ByQuery), chromedp.WaitVisible("button.copy", chromedp.ByQuery), chromedp.Click("button.copy", chromedp.ByQuery))
	v.sees(`document.querySelector("button.copy").textContent == "Copied"`)
	address := on[string](v, "navigator.clipboard.readText()")
	if address != l.base+"topics/seven/rss.xml" {
		t.Errorf("copied %q", address)
	}
	if n := on[int](v, `fetch("/topics/seven/rss.xml").then(r => r.text()).then(t => new DOMParser().parseFromString(t, "text/xml").querySelectorAll("item").length)`); n == 0 {
		t.Error("the feed is empty")
	}
	put(t, dir, "new.md", "---\ntitle: Hot & <b>new</b>\ndate: 2021-09-01\ntopics: [Seven]\n---\nText.\n")
	v.sees(`document.querySelector("ol.items > li.new:first-child h3")?.textContent == "Hot & new"`)
	v.open("/topics/quiet/")
	v.sees(`document.querySelector(".empty")`)
	put(t, dir, "first.md", "---\ntitle: The first\ndate: 2021-09-02\ntopics: [Quiet]\n---\nText.\n")
	v.sees(`document.querySelector("ol.items > li h3")?.textContent == "The first" && !document.querySelector(".empty")`)
}

// Times are those of the visitor's zone, on a page and in what the form previews.
func TestBrowserTimes(t *testing.T) {
	v := visit(t, serveLive(t, newsroom(t)).base)
	v.do(emulation.SetTimezoneOverride("Asia/Kolkata"))
	v.open("/topics/five/")
	if got := on[string](v, `document.querySelector("li time").textContent`); got != "3 June 2021, 16:28" {
		t.Errorf("the newest article is of %q", got)
	}
	v.open("/compose/")
	v.do(chromedp.SendKeys("#topic", "Five", chromedp.ByQuery))
	v.sees(`document.querySelector("output").textContent.includes("updated 3 June 2021, 16:28")`)
}

// A picture that is not there leaves no hole.
func TestBrowserPictures(t *testing.T) {
	dir := newsroom(t)
	l := serveLive(t, dir)
	v := visit(t, l.base)
	put(t, dir, "pictured.md", "---\ntitle: Pictured\ndate: 2021-09-02\ntopics: [Pictured]\nimage: "+l.base+nowhere[1:]+"\n---\nText.\n")
	if !poll(func() bool {
		_, body := l.get("/topics/pictured/")
		return strings.Contains(string(body), `class="picture"`)
	}) {
		t.Fatal("the page has no picture")
	}
	v.open("/topics/pictured/")
	v.sees(`document.querySelector("article") && !document.querySelector(".picture")`)
}

// A composed feed's address is shown while it is put together, and the form leads
// to its page.
func TestBrowserComposes(t *testing.T) {
	v := visit(t, serveLive(t, newsroom(t)).base)
	v.open("/compose/")
	v.do(chromedp.SendKeys("#topic", "Five, six", chromedp.ByQuery), chromedp.SendKeys("#not", "nothing", chromedp.ByQuery))
	v.sees(`document.querySelector("output").textContent.includes('no topic "nothing"')`)
	v.do(chromedp.Evaluate(`document.querySelector("#not").value = ""`, nil), chromedp.SendKeys("#not", "One", chromedp.ByQuery))
	v.sees(`document.querySelector("output code")?.textContent.endsWith("/mix/five,six/not:one/rss.xml")`)
	v.do(chromedp.Submit("#topic", chromedp.ByQuery))
	v.sees(`location.pathname == "/mix/five,six/not:one/"`)
}

// The pages have room on a phone and colours for the day and the night.
func TestBrowserLooks(t *testing.T) {
	v := visit(t, serveLive(t, newsroom(t)).base)
	for _, path := range append(everyPage[:len(everyPage)-3:len(everyPage)-3], "/status") {
		for _, width := range []int64{320, 390, 1280, 1920} {
			v.width(width)
			v.open(path)
			if wide := on[int](v, "document.scrollingElement.scrollWidth"); wide > int(width) {
				t.Errorf("%s is %d pixels wide on a screen of %d", path, wide, width)
			}
		}
	}
	paper := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		v.scheme(scheme)
		paper[on[string](v, "getComputedStyle(document.body).backgroundColor")] = true
	}
	if len(paper) != 2 {
		t.Errorf("light and dark are the same: %v", paper)
	}
}

// Nothing that an article holds runs, on any page that shows it.
func TestBrowserHostile(t *testing.T) {
	dir := newsroom(t)
	evil := `</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'><svg onload='window.hit = 1'>`
	put(t, dir, "evil.md", "---\ntitle: \""+evil+"\"\nexcerpt: \""+evil+"\"\ndate: 2022-01-01\nwebUrl: \"javascript:window.hit=1\"\ntopics: [\"Evil "+evil+"\", One]\nprovider: {name: \""+evil+"\", domain: \"javascript:window.hit=1\"}\nauthor: \""+evil+"\"\nlanguage: \"en' onclick='window.hit=1\"\n---\n"+evil+"\n")
	v := visit(t, serveLive(t, dir).base)
	links := map[string]bool{"/": true, "/topics/": true, "/topics/one/": true, "/providers/": true, "/mix/one/type:news/": true, "/search/?q=evil": true}
	v.open("/")
	for _, href := range on[[]string](v, `[...document.querySelectorAll("main a[href^='/']")].map(a => a.getAttribute("href"))`) {
		links[href] = true
	}
	for path := range links {
		v.open(path)
		if on[bool](v, "window.hit !== undefined || [...document.querySelectorAll('a,img')].some(e => /^javascript:/i.test(e.href ?? e.src))") {
			t.Errorf("%s runs what an article holds", path)
		}
	}
}

// A raw feed is readable: it says what it is, and shows titles and no markup.
func TestBrowserShowsDocument(t *testing.T) {
	dir := newsroom(t)
	settings, err := os.ReadFile(filepath.Join(dir, "feedmill.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "feedmill.yaml", string(settings)+"browsers: document\n")
	v := visit(t, serveLive(t, dir).base)
	for path, items := range map[string]string{"/topics/five/rss.xml": "item", "/topics/five/atom.xml": "entry"} {
		v.open(path)
		if words := on[string](v, "getComputedStyle(document.documentElement, '::before').content"); !strings.Contains(words, "This is a feed") {
			t.Errorf("%s says %q", path, words)
		}
		if n := on[int](v, "[...document.getElementsByTagName('"+items+"')].filter(i => i.getBoundingClientRect().height > 40).length"); n == 0 {
			t.Errorf("%s shows no item", path)
		}
	}
}

// The pages are accessible as far as axe-core can tell. FEEDMILL_AXE names its
// file axe.js, of the npm package axe-core.
func TestBrowserAccessible(t *testing.T) {
	file := os.Getenv("FEEDMILL_AXE")
	if file == "" {
		t.Skip("no axe-core: FEEDMILL_AXE does not name it")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l := serveLive(t, newsroom(t))
	for _, scheme := range []string{"light", "dark"} {
		for _, path := range everyPage {
			v := visit(t, l.base)
			v.scheme(scheme)
			v.open(path)
			on[bool](v, string(axe)+"; true")
			for _, violation := range on[[]string](v, "document.querySelectorAll('details').forEach(d => d.open = true), axe.run().then(r => r.violations.map(x => x.id + ': ' + x.help + ' ' + x.nodes.map(n => n.html).join(' ')))") {
				t.Errorf("%s, %s: %s", path, scheme, violation)
			}
		}
	}
}
