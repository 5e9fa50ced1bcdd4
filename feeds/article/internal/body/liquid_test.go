package body

import (
	"strings"
	"testing"
)

func TestTemplates(t *testing.T) {
	for _, c := range []struct{ text, jekyll, hugo string }{
		{"plain { text } {{", "plain { text } {{", "plain { text } {{"},
		{"{% highlight ruby %}\ndef a\nend\n{% endhighlight %}\nafter", "```ruby\ndef a\nend\n```\nafter", "{% highlight ruby %}\ndef a\nend\n{% endhighlight %}\nafter"},
		{"a {% raw %}{{ kept }}{% endraw %} b {{ page.title }} c", "a {{ kept }} b  c", "a {% raw %}{{ kept }}{% endraw %} b {{ page.title }} c"},
		{"[x]({{ '/about/' | relative_url }}) {% include figure.html %}{: .note}", "[x](/about/) ", "[x]({{ '/about/' | relative_url }}) {% include figure.html %}{: .note}"},
		{"text\n{:.lead}\nmore {{ site.baseurl }}/x", "text\n\nmore /x", "text\n{:.lead}\nmore {{ site.baseurl }}/x"},
		{`{{< youtube w7Ft2ymGmfc >}} {{< youtube id="a-b" title="x" >}}`, " ", "[![Watch the video](https://i.ytimg.com/vi/w7Ft2ymGmfc/hqdefault.jpg)](https://www.youtube.com/watch?v=w7Ft2ymGmfc) [![Watch the video](https://i.ytimg.com/vi/a-b/hqdefault.jpg)](https://www.youtube.com/watch?v=a-b)"},
		{`{{< figure src="/a.png" alt="A" caption="Ship" >}}{{% notice %}}kept{{% /notice %}}`, "{}kept{}", "![A](/a.png)\n\nShipkept"},
		{"{{< highlight go >}}\nx := 1\n{{< /highlight >}}", "\nx := 1\n", "```go\nx := 1\n```"},
	} {
		if got := WithoutLiquid([]byte(c.text)); string(got) != c.jekyll {
			t.Errorf("Jekyll: %q gives %q, want %q", c.text, got, c.jekyll)
		}
		if got := WithoutShortcodes([]byte(c.text)); string(got) != c.hugo {
			t.Errorf("Hugo: %q gives %q, want %q", c.text, got, c.hugo)
		}
	}
}

// TestTemplatesAreCheap goes over bodies full of openings that never close: in
// quadratic time it would not end.
func TestTemplatesAreCheap(t *testing.T) {
	for _, open := range []string{"{%", "{{", "{{<", "{% raw %}", "{% highlight x %}", "{{< figure ", "{:"} {
		text := []byte(strings.Repeat(open, 50_000))
		WithoutLiquid(text)
		WithoutShortcodes(text)
	}
}
