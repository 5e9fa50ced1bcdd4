package article

import (
	"context"
	"strings"
	"testing"

	"feedmill/feeds"
	"feedmill/feeds/article/internal/address"
	"feedmill/feeds/article/internal/body"
)

var renderer = body.NewRenderer(address.NewSite("https://example.org/base"), []string{playerHost})

// rendered is the content that is made of HTML on a page.
func rendered(src, page string) string {
	it := feeds.Item{URL: page}
	b := renderer.Body([]byte(src), body.HTML, "")
	if err := b.Render(context.Background(), &it); err != nil {
		panic(err)
	}
	return it.HTML
}

func TestHostileMarkup(t *testing.T) {
	for _, c := range hostile {
		got := rendered(c.src, "https://example.org/base/2021/page/")
		checkHTML(t, got)
		if got != c.want {
			t.Errorf("%.200s\n got %.300q\nwant %q", c.src, got, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	const own, foreign = "https://example.org/base/2021/page/", "https://elsewhere.example/story"
	for _, c := range []struct{ page, src, want string }{
		{own, `<a href="#note">a</a>`, `<a href="https://example.org/base/2021/page/#note">a</a>`},
		{foreign, `<a href="#note">a</a>`, `<a href="https://elsewhere.example/story#note">a</a>`},
		{"", `<a href="#note">a</a>`, `<a>a</a>`},
		{own, `<a href="other">a</a>`, `<a href="https://example.org/base/2021/page/other">a</a>`},
		{own, `<a href="../other/?q=a b">a</a>`, `<a href="https://example.org/base/2021/other/?q=a%20b">a</a>`},
		{own, `<a href="/other">a</a>`, `<a href="https://example.org/base/other">a</a>`},
		{own, `<a href="/base/other">a</a>`, `<a href="https://example.org/base/other">a</a>`},
		{foreign, `<a href="other">a</a>`, `<a href="https://example.org/base/other">a</a>`},
		{own, `<a href="//cdn.example/x">a</a>`, `<a href="https://cdn.example/x">a</a>`},
		{own, `<a href="https://müller.example/ö?ü">a</a>`, `<a href="https://xn--mller-kva.example/%C3%B6?%C3%BC">a</a>`},
		{own, `<a href="mailto:a@b.example">a</a> <a href="tel:+1">b</a>`, `<a href="mailto:a@b.example">a</a> <a href="tel:+1">b</a>`},
		{own, `<img src="a.png" srcset="b.png 2x" sizes="1" alt="A">`, `<img alt="A" src="https://example.org/base/2021/page/a.png"/>`},
		{own, `<img src="data:image/gif;base64,R0" data-src="/a.png">`, `<img src="https://example.org/base/a.png"/>`},
		{own, `<img srcset="/a.png 1x, /b.png 2x">`, `<img src="https://example.org/base/a.png"/>`},
		{own, `<img src="https://t.example/p.gif" width="1" height="1">a`, `a`},
		{own, `<picture><source srcset="a.webp"><img src="/a.png"></picture>`, `<img src="https://example.org/base/a.png"/>`},
		{own, `<video src="/a.mp4" poster="/a.png" controls></video>`, `<video controls="" src="https://example.org/base/a.mp4" poster="https://example.org/base/a.png"></video>`},
		{own, `<audio controls><source src="/a.mp3" type="audio/mpeg"></audio>`, `<audio controls=""><source type="audio/mpeg" src="https://example.org/base/a.mp3"/></audio>`},
		{own, `<blockquote cite="/x">a</blockquote>`, `<blockquote cite="https://example.org/base/x">a</blockquote>`},
		{own, `<iframe src="https://www.youtube.com/embed/abc?x=1"></iframe>`, `<a href="https://www.youtube.com/watch?v=abc"><img src="https://i.ytimg.com/vi/abc/hqdefault.jpg" alt="Watch the video"/></a>`},
		{own, `<iframe data-src="//player.vimeo.com/video/7" title="Film"></iframe>`, `<a href="https://vimeo.com/7">Film</a>`},
		{own, `<iframe src="https://player.example.org/7" onload=x>no frames</iframe>`, `<iframe src="https://player.example.org/7"></iframe>`},
		{own, `<iframe src="https://player.example.org@evil.example/7"></iframe>`, `<a href="https://player.example.org@evil.example/7">https://player.example.org@evil.example/7</a>`},
		{own, `<!DOCTYPE html><html><head><title>T</title><!--[if mso]><b>x</b><![endif]--></head><body bgcolor=red><table><tr><td>a<![if !mso]>b<![endif]></td></tr></table></body></html>`,
			`<table><tbody><tr><td>ab</td></tr></tbody></table>`},
	} {
		got := strings.TrimSpace(rendered(c.src, c.page))
		checkHTML(t, got)
		if got != c.want {
			t.Errorf("%s on %s\n got %s\nwant %s", c.src, c.page, got, c.want)
		}
	}
}
