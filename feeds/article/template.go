package article

import (
	"bytes"
	"regexp"
	"strings"
)

// What the template languages of Jekyll and Hugo leave in a body. Feedmill runs
// no templates: it keeps what they enclose, makes of a few what they stand for,
// and takes out the rest, so that readers see text and not tags.
var (
	liquidRaw    = regexp.MustCompile(`(?s)\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}`)
	liquidCode   = regexp.MustCompile(`(?s)\{%-?\s*highlight\s+([\w+#.-]+)[^%]*%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}`)
	liquidLink   = regexp.MustCompile(`\{\{-?\s*["']([^"'{}\n]*)["']\s*\|\s*(?:relative_url|absolute_url)\s*-?\}\}`)
	kramdownList = regexp.MustCompile(`(?m)^[ \t]*\{:[^}\n]*\}[ \t]*$|\{:[ .#\w][^}\n]*\}`)

	hugoCode   = regexp.MustCompile(`(?s)\{\{[<%]\s*highlight\s+"?([\w+#.-]+)[^>%]*[>%]\}\}\n?(.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}`)
	hugoVideo  = regexp.MustCompile(`\{\{<\s*(youtube|vimeo)\s+(?:id=)?"?([\w-]+)"?[^>]*>\}\}`)
	hugoFigure = regexp.MustCompile(`\{\{<\s*figure\s([^>]*)>\}\}`)
	attribute  = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// withoutTemplates is a body as the site's own program would leave it, as far as
// that can be told without running it.
func (o *Options) withoutTemplates(text []byte) []byte {
	switch {
	case o.Jekyll && bytes.IndexByte(text, '{') >= 0:
		return []byte(withoutLiquid(string(text)))
	case o.Hugo && bytes.Contains(text, []byte("{{")):
		return []byte(withoutShortcodes(string(text)))
	}
	return text
}

func withoutLiquid(text string) string {
	var out strings.Builder
	for {
		m := liquidRaw.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		out.WriteString(liquid(text[:m[0]]))
		out.WriteString(text[m[2]:m[3]])
		text = text[m[1]:]
	}
	out.WriteString(liquid(text))
	return out.String()
}

func liquid(text string) string {
	text = liquidCode.ReplaceAllString(text, "```$1\n$2```")
	text = liquidLink.ReplaceAllString(text, "$1")
	text = without(without(text, "{%", "%}"), "{{", "}}")
	return kramdownList.ReplaceAllString(text, "")
}

func withoutShortcodes(text string) string {
	text = hugoCode.ReplaceAllString(text, "```$1\n$2```")
	text = hugoVideo.ReplaceAllStringFunc(text, func(s string) string {
		m := hugoVideo.FindStringSubmatch(s)
		if m[1] == "vimeo" {
			return "[Watch the video](https://vimeo.com/" + m[2] + ")"
		}
		return "[![Watch the video](https://i.ytimg.com/vi/" + m[2] + "/hqdefault.jpg)](https://www.youtube.com/watch?v=" + m[2] + ")"
	})
	text = hugoFigure.ReplaceAllStringFunc(text, figureOf)
	return without(without(text, "{{<", ">}}"), "{{%", "%}}")
}

// without takes out what stands between two marks, and the marks. One that is
// never closed is text.
func without(text, opening, closing string) string {
	var out strings.Builder
	for {
		i := strings.Index(text, opening)
		if i < 0 {
			break
		}
		end := strings.Index(text[i:], closing)
		if end < 0 {
			break
		}
		out.WriteString(text[:i])
		text = text[i+end+len(closing):]
	}
	out.WriteString(text)
	return out.String()
}

// figureOf is a picture for Hugo's figure shortcode.
func figureOf(shortcode string) string {
	values := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(shortcode, -1) {
		values[m[1]] = m[2]
	}
	if values["src"] == "" {
		return ""
	}
	picture := "![" + values["alt"] + "](" + values["src"] + ")"
	if c := values["caption"]; c != "" {
		picture += "\n\n" + c
	}
	return picture
}
