package article

import (
	"fmt"
	"strings"

	"feedmill/feeds"
)

// field is something that front matter states of an article, under any of several
// keys.
type field struct {
	names   string // the keys, separated by spaces; case does not count, and the first that has a value does
	shown   visibility
	becomes string // what it does to the article, for the reference
	read    func(*reader, value)
}

// visibility says whether subscribers can see another value of a field, so that it
// makes an update of the article.
type visibility bool

const (
	visible visibility = true
	private visibility = false
)

// fields are all fields, in the order in which they are read. To add one, follow
// "Add a front matter key" in cmd/feedmill/docs/developing.md.
var fields = []field{
	{"title name", visible, "title, as plain text; without it the first heading, or the file's name",
		func(r *reader, v value) { r.item.Title = strings.Clone(r.plain(v)) }},
	{"excerpt description summary", visible, "summary; without it the beginning of the text",
		func(r *reader, v value) { r.item.Summary = r.summary(v) }},
	{"publishedDateTime date publishDate pubDate", visible, "date of publication; without it a date in the file's name, as in `2021-03-29-title.md`. An article with a date in the future appears when that second comes",
		func(r *reader, v value) { r.a.Published = r.date(v) }},
	{"publishDate", visible, "where another key states an earlier date of publication: when the article appears",
		func(r *reader, v value) { r.a.NotBefore = r.date(v) }},
	{"updatedDateTime updated lastmod last_modified_at modified", visible, "time of the last change",
		func(r *reader, v value) { r.a.Stated = r.optionalDate(v) }},
	{"expiryDate unpublishDate", visible, "when the article leaves the feeds",
		func(r *reader, v value) { r.a.Expires = r.date(v) }},

	{"webUrl", visible, "address of the article",
		func(r *reader, v value) { r.item.URL = r.web(v) }},
	{"permalink url", visible, "address of the article, if there is no `webUrl`: an address, a path, or a pattern as in `articles.link`, which makes it otherwise",
		func(r *reader, v value) { r.permalink = v }},
	{"slug", visible, "the end of the article's address, for patterns with `:slug`",
		func(r *reader, v value) { r.slug = v }},
	{"originalUrl", visible, "address of the original, where the story was first published elsewhere (Atom `rel=via`, JSON `external_url`); if no key above states an address, that of the article",
		func(r *reader, v value) { r.item.OriginalURL = r.web(v) }},
	{"ampWebUrl", visible, "link to the AMP version (Atom `rel=alternate`)",
		func(r *reader, v value) { r.addAMP(v, "AMP") }},
	{"cdnAmpWebUrl", visible, "link to the AMP version in a cache (Atom `rel=alternate`)",
		func(r *reader, v value) { r.addAMP(v, "AMP (cached)") }},

	{"topics", visible, "topics, each of which has a feed: a list, or a text with commas",
		func(r *reader, v value) { r.addNames(feeds.Topic, v, atCommas) }},
	{"tags", visible, "topics, in addition to `topics`; on a Jekyll site also a text with spaces",
		func(r *reader, v value) { r.addNames(feeds.Topic, v, atCommasOrSpaces) }},
	{"category", visible, "category, which has a feed",
		func(r *reader, v value) { r.addNames(feeds.Category, v, unsplit) }},
	{"categories", visible, "categories, in addition to `category`: a list, or a text with commas; on a Jekyll site also with spaces",
		func(r *reader, v value) { r.addNames(feeds.Category, v, atCommasOrSpaces) }},
	{"type", visible, "type, which has a feed. The type `video` makes a Media RSS video",
		func(r *reader, v value) { r.addNames(feeds.Type, v, unsplit) }},
	{"authors", visible, "authors: names, lines such as `Ann <ann@example.com>`, or `name`, `email`, `url`, `avatar`",
		(*reader).addAuthors},
	{"author", visible, "authors, in addition to `authors`",
		(*reader).addAuthors},
	{"provider", visible, "where the article comes from, which has a feed: a name, or `name`, `domain` or `url`, `images`, `authors`; it is the author if there is no other",
		(*reader).provider},

	{"images", visible, "pictures: addresses, or `url`, `width`, `height`, `title`, `attribution`. They are in Media RSS, JSON `image`, and above the text if the text has none",
		(*reader).addImages},
	{"image cover", visible, "picture, in addition to `images`",
		(*reader).addImages},
	{"featuredContent", visible, "HTML above the text. That of a video player becomes a picture that links to the video, or the player itself if `articles.embed_hosts` names its host",
		func(r *reader, v value) { r.featured = strings.TrimSpace(r.raw(v)) }},
	{"related", visible, "related links, also as a list below the text: addresses, or `title`, `webUrl`, `provider`, `publishedDateTime`",
		(*reader).related},
	{"enclosure enclosures", visible, "files to download or play: addresses, or `url`, `length`, `type`, `duration`",
		(*reader).enclosures},
	{"id guid", visible, "the article's id, instead of the one that Feedmill makes and remembers",
		(*reader).id},
	{"language lang locale", visible, "language of this article, as a BCP 47 tag",
		func(r *reader, v value) { r.item.Language = r.language(v) }},

	{"published", visible, "`false`: the article is not shown",
		func(r *reader, v value) { r.hide(!r.flag(v), "published: false") }},
	{"removed", visible, "`true`: the article is not shown",
		func(r *reader, v value) { r.hide(r.flag(v), "removed: true") }},
	{"draft", visible, "`true`: the article is not shown",
		func(r *reader, v value) { r.hide(r.flag(v), "draft: true") }},
	{"headless", visible, "`true` on a Hugo site: the article is not shown",
		(*reader).headless},
	{"build", visible, "`render: never` on a Hugo site: the article is not shown",
		(*reader).build},
	{"_build", visible, "the same as `build`",
		(*reader).build},
	{"quality", private, "a number that composed feeds and rankings select by",
		func(r *reader, v value) { r.a.Quality = r.number(v) }},
	{"heat", private, "a number that composed feeds and rankings select by",
		func(r *reader, v value) { r.a.Heat = r.number(v) }},
}

// FieldNames are the names of all fields, by which settings refer to them.
func FieldNames() []string {
	var all []string
	for _, f := range fields {
		all = append(all, strings.Fields(f.names)...)
	}
	return all
}

// FieldTable is the reference of all fields: the lines of a table in Markdown that
// says what becomes of each key.
func FieldTable() []string {
	lines := []string{"| key | becomes |", "| --- | --- |"}
	for _, f := range fields {
		becomes := f.becomes
		if f.shown == private {
			becomes += "; never shown"
		}
		lines = append(lines, fmt.Sprintf("| `%s` | %s |", strings.ReplaceAll(f.names, " ", "`, `"), becomes))
	}
	return append(lines, "| any other key | ignored, and never shown |")
}
