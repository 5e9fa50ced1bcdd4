package article

import "testing"

func TestFeatured(t *testing.T) {
	const text = "<p>Text.</p>\n"
	opt := Options{EmbedHosts: []string{"player.example.org"}}
	for front, want := range map[string]string{
		"a: b":                            text,
		"images: ['https://e.org/a.png']": `<p><img src="https://e.org/a.png" alt=""></p>` + "\n" + text,
		"images: [{url: 'https://e.org/a.png?x&y', width: 3, height: 4, title: '\"T\"', attribution: <C>}]":         `<figure><img src="https://e.org/a.png?x&amp;y" alt="&#34;T&#34;" width="3" height="4"><figcaption>&lt;C&gt;</figcaption></figure>` + "\n" + text,
		"featuredContent: '<iframe src=https://player.example.org/1 onload=x></iframe>'":                            `<iframe src="https://player.example.org/1" width="640" height="360" allowfullscreen=""></iframe>` + "\n" + text,
		"title: T\nfeaturedContent: '<div><iframe src=//www.youtube.com/embed/x></iframe></div>'":                   `<p><a href="https://www.youtube.com/watch?v=x"><img src="https://i.ytimg.com/vi/x/hqdefault.jpg" alt="Watch the video: T"></a></p>` + "\n" + text,
		"webUrl: https://e.org/w\nfeaturedContent: <iframe src=https://v.example/7></iframe>":                       `<p><a href="https://e.org/w">Watch the video</a></p>` + "\n" + text,
		"type: Video\nwebUrl: https://e.org/w\ntitle: T\nimage: https://e.org/a.png":                                `<p><a href="https://e.org/w"><img src="https://e.org/a.png" alt="Watch the video: T"></a></p>` + "\n" + text,
		"image: https://e.org/a.png\nfeaturedContent: <iframe src='javascript:x'></iframe>":                         `<p><img src="https://e.org/a.png" alt=""></p>` + "\n" + text,
		"image: https://e.org/a.png\nfeaturedContent: <p><b>Note</b><!--":                                           `<p><img src="https://e.org/a.png" alt=""></p>` + "\n<p><b>Note</b></p>\n" + text,
		"image: https://e.org/a.png\nfeaturedContent: <img src=https://e.org/b.png><script>":                        `<img src="https://e.org/b.png"/>` + "\n" + text,
		"related:\n- {title: <R> & S, webUrl: 'https://e.org/r?a&b', provider: {name: P&Q}}\n- https://e.org/plain": text + "<h3>Related</h3>\n<ul>\n<li><a href=\"https://e.org/r?a&amp;b\">&lt;R&gt; &amp; S</a> (P&amp;Q)</li>\n<li><a href=\"https://e.org/plain\">https://e.org/plain</a></li>\n</ul>\n",
	} {
		it := itemOf(parse(t, opt, "a.md", "---\n"+front+"\n---\nText.\n"))
		checkItem(t, it)
		if it.HTML != want {
			t.Errorf("%s\n got %q\nwant %q", front, it.HTML, want)
		}
	}
	if got := itemOf(parse(t, opt, "a.md", "---\nexcerpt: <E> & F\n---\n")).HTML; got != "<p>&lt;E&gt; &amp; F</p>\n" {
		t.Errorf("no body: %q", got)
	}
}
