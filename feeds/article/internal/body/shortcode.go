package body

import (
	"bytes"
	"regexp"
)

// Shortcodes are Hugo's templates inside of texts. As of Liquid's tags, what they
// enclose stays, a few become what they stand for, and all others are taken out.
var (
	hugoCode   = regexp.MustCompile(`(?s)\{\{[<%]\s*highlight\s+"?([\w+#.-]+)[^>%]*[>%]\}\}\n?(.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}`)
	hugoVideo  = regexp.MustCompile(`\{\{<\s*(youtube|vimeo)\s+(?:id=)?"?([\w-]+)"?[^>]*>\}\}`)
	hugoFigure = regexp.MustCompile(`\{\{<\s*figure\s([^>]*)>\}\}`)
	attribute  = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// WithoutShortcodes returns the text of a Hugo site with its shortcodes replaced or
// taken out. It returns text itself if it has none.
func WithoutShortcodes(text []byte) []byte {
	if !bytes.Contains(text, []byte("{{")) {
		return text
	}
	s := hugoCode.ReplaceAllString(string(text), "```$1\n$2```")
	s = hugoVideo.ReplaceAllStringFunc(s, func(code string) string {
		m := hugoVideo.FindStringSubmatch(code)
		if m[1] == "vimeo" {
			return "[Watch the video](https://vimeo.com/" + m[2] + ")"
		}
		return "[![Watch the video](https://i.ytimg.com/vi/" + m[2] + "/hqdefault.jpg)](https://www.youtube.com/watch?v=" + m[2] + ")"
	})
	s = hugoFigure.ReplaceAllStringFunc(s, figureOf)
	return []byte(without(without(s, "{{<", ">}}"), "{{%", "%}}"))
}

// figureOf returns a picture in Markdown for a figure shortcode; "" if it names
// none.
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
