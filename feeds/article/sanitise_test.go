package article

import (
	"strings"
	"testing"
)

// hostile holds markup that must come out harmless, and what of it stays.
var hostile = []struct{ src, want string }{
	{`<p>a<script>alert(1)</script>b</p>`, "<p>ab</p>\n"},
	{`<p onclick="x()" OnLoad=x>a</p>`, "<p>a</p>\n"},
	{`<img src=x onerror=alert(1)>`, "<img src=\"https://example.org/base/2021/page/x\"/>\n"},
	{`<a href="javascript:alert(1)">a</a>`, "<a>a</a>\n"},
	{`<a href="JaVaScRiPt&colon;alert(1)">a</a>`, "<a>a</a>\n"},
	{`<a href=" &#106;&#97;vascript:alert(1)">a</a>`, "<a>a</a>\n"},
	{"<a href=\"java\nscript:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"java&#9;script:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"\x01javascript:alert(1)\">a</a>", "<a>a</a>\n"},
	{"<a href=\"&#1;javascript:alert(1)\">a</a>", "<a>a</a>\n"},
	{`<a href="vbscript:x">a</a><a href="data:text/html,x">b</a><a href="file:///etc">c</a>`, "<a>a</a><a>b</a><a>c</a>\n"},
	{`<img src="data:image/png;base64,AAAA">`, ""},
	{`<p style="background:url(javascript:x)">a</p><style>p{}</style>`, "<p>a</p>\n"},
	{`<svg onload=x><a xlink:href="javascript:x">a</a></svg>b`, "b\n"},
	{`<meta http-equiv=refresh content="0;url=//evil"><base href="//evil/"><link rel=stylesheet href=//evil>a`, "a\n"},
	{`<form action="//evil"><input name=a><p>read me</p><button>b</button></form>`, "<p>read me</p>\n"},
	{`<object data=x><embed src=x></object>a<embed src=x>`, "a\n"},
	{`<iframe src="javascript:x"></iframe><iframe srcdoc="<script>x</script>"></iframe>a`, "a\n"},
	{`<iframe><iframe src=//evil></iframe>a`, "a\n"},
	{`<iframe src="https://tracker.example/" width="0" height="0"></iframe>a`, "a\n"},
	{`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`, "<img src=\"https://example.org/base/2021/page/x\"/>&#34;&gt;\n"},
	{`<template><script>x</script></template>a`, "a\n"},
	{`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, ""},
	{`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, "<p></p><img src=\"https://example.org/base/2021/page/1\"/>&#34;&gt;\n"},
	{`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, ""},
	{`<xmp><script>x</script></xmp>`, "<pre>&lt;script&gt;x&lt;/script&gt;</pre>\n"},
	{`<noembed><img src=x onerror=x></noembed><noframes><b></noframes>a`, "a\n"},
	{`a<plaintext><script>x</script>`, "a<pre>&lt;script&gt;x&lt;/script&gt;</pre>\n"},
	{`a<!-- <script>x</script>`, "a\n"},
	{`a<![CDATA[<script>x</script>]]>b`, "ax]]&gt;b\n"},
	{`<b><i>a</b>b<p>c`, "<b><i>a</i></b><i>b<p>c</p></i>\n"},
	{`<div id="x" class="y" contenteditable autofocus tabindex=1>a</div>`, "<div id=\"x\">a</div>\n"},
	{`&lt;script&gt;x&lt;/script&gt;`, "&lt;script&gt;x&lt;/script&gt;\n"},
	{`<video src="javascript:x" poster="mailto:a@b" controls><source src="data:x"></video>`, "<video controls=\"\"></video>\n"},
	{`<td background="javascript:x">a`, "a\n"},
	{`<a href="https://e.org/" target=_blank rel=opener ping=//evil>a</a>`, "<a href=\"https://e.org/\">a</a>\n"},
	{`<isindex action=x><marquee onstart=x>a</marquee>`, "a\n"},
	{strings.Repeat("<div>", 100000) + "deep", "deep\n"},
}

func TestHostileMarkup(t *testing.T) {
	for _, c := range hostile {
		got := hostileParser.sanitise.clean(c.src, "https://example.org/base/2021/page/").html()
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
		got := strings.TrimSpace(hostileParser.sanitise.clean(c.src, c.page).html())
		checkHTML(t, got)
		if got != c.want {
			t.Errorf("%s on %s\n got %s\nwant %s", c.src, c.page, got, c.want)
		}
	}
}
