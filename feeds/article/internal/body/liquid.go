package body

import (
	"bytes"
	"regexp"
	"strings"
)

// Feedmill runs no templates. Of Liquid, the template language of Jekyll, it keeps
// what tags enclose, makes of a few tags what they stand for, and takes out all
// others, so that subscribers see text and no tags.
var (
	liquidRaw    = regexp.MustCompile(`(?s)\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}`)
	liquidCode   = regexp.MustCompile(`(?s)\{%-?\s*highlight\s+([\w+#.-]+)[^%]*%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}`)
	liquidLink   = regexp.MustCompile(`\{\{-?\s*["']([^"'{}\n]*)["']\s*\|\s*(?:relative_url|absolute_url)\s*-?\}\}`)
	kramdownList = regexp.MustCompile(`(?m)^[ \t]*\{:[^}\n]*\}[ \t]*$|\{:[ .#\w][^}\n]*\}`)
)

// WithoutLiquid returns the text of a Jekyll site with its Liquid tags replaced or
// taken out. It returns text itself if it has none.
func WithoutLiquid(text []byte) []byte {
	if bytes.IndexByte(text, '{') < 0 {
		return text
	}
	var out []byte
	for m := liquidRaw.FindSubmatchIndex(text); m != nil; m = liquidRaw.FindSubmatchIndex(text) {
		out = append(out, liquid(string(text[:m[0]]))...)
		out = append(out, text[m[2]:m[3]]...)
		text = text[m[1]:]
	}
	return append(out, liquid(string(text))...)
}

// liquid replaces the tags in text, which has no raw section.
func liquid(text string) string {
	text = liquidCode.ReplaceAllString(text, "```$1\n$2```")
	text = liquidLink.ReplaceAllString(text, "$1")
	text = without(without(text, "{%", "%}"), "{{", "}}")
	return kramdownList.ReplaceAllString(text, "")
}

// without takes out everything from each opening mark to the next closing one. An
// opening mark that is never closed is text.
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
