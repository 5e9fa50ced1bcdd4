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
	{"title name", visible, "title, as plain text (without it: the first heading, else the file's name)",
		func(r *reader, v value) { r.item.Title = strings.Clone(r.plain(v)) }},
	{"excerpt description summary", visible, "summary (without it: the beginning of the text)",
		func(r *reader, v value) { r.item.Summary = r.plain(v) }},
	{"publishedDateTime date publishDate pubDate", visible, "date of publication (without it: a date in the file's name, as in `2021-03-29-title.md`); one in the future keeps the article back until then",
		func(r *reader, v value) { r.a.Published = r.date(v) }},
	{"publishDate", visible, "beside an earlier date of publication: keeps the article back until then",
		func(r *reader, v value) { r.a.NotBefore = r.date(v) }},
	{"updatedDateTime updated lastmod last_modified_at modified", visible, "time of the last change",
		func(r *reader, v value) { r.a.Stated = r.optionalDate(v) }},
	{"expiryDate unpublishDate", visible, "when the article leaves the feeds",
		func(r *reader, v value) { r.a.Expires = r.date(v) }},

	{"webUrl", visible, "address of the article's page",
		func(r *reader, v value) { r.item.URL = r.web(v) }},
	{"permalink url", visible, "the same, if there is no `webUrl`; can be a pattern like `articles.link`",
		func(r *reader, v value) { r.permalink = v }},
	{"slug", visible, "the end of an address that is made of a pattern",
		func(r *reader, v value) { r.slug = v }},
	{"originalUrl", visible, "the story's home where that is elsewhere (Atom `rel=via`, JSON `external_url`); the address of the article if nothing above gives one",
		func(r *reader, v value) { r.item.OriginalURL = r.web(v) }},
	{"ampWebUrl", visible, "Atom alternate with the title AMP",
		func(r *reader, v value) { r.addAMP(v, "AMP") }},
	{"cdnAmpWebUrl", visible, "Atom alternate with the title AMP (cached)",
		func(r *reader, v value) { r.addAMP(v, "AMP (cached)") }},

	{"topics", visible, "topics, a feed each; a single text is split at commas",
		func(r *reader, v value) { r.addNames(feeds.Topic, v, atCommas) }},
	{"tags", visible, "topics as well; on a Jekyll site, a single text is split at spaces",
		func(r *reader, v value) { r.addNames(feeds.Topic, v, atCommasOrSpaces) }},
	{"category", visible, "category, with a feed",
		func(r *reader, v value) { r.addNames(feeds.Category, v, unsplit) }},
	{"categories", visible, "categories, a feed each; a single text is split like that of `tags`",
		func(r *reader, v value) { r.addNames(feeds.Category, v, atCommasOrSpaces) }},
	{"type", visible, "type, with a feed; `video` makes a Media RSS video",
		func(r *reader, v value) { r.addNames(feeds.Type, v, unsplit) }},
	{"authors", visible, "authors: each a name, a line such as `Ann <ann@example.com>`, or `name`, `email`, `url` and `avatar`",
		(*reader).addAuthors},
	{"author", visible, "author, like those of `authors`",
		(*reader).addAuthors},
	{"provider", visible, "source, with a feed: a name, or `name`, `domain` or `url`, `images` and `authors`; also the author if there is no other",
		(*reader).provider},

	{"images", visible, "pictures: each an address, or `url`, `width`, `height`, `title` and `attribution`; they are in Media RSS, JSON `image`, and above a text without pictures",
		(*reader).addImages},
	{"image cover", visible, "picture, like those of `images`",
		(*reader).addImages},
	{"featuredContent", visible, "HTML above the text; a player becomes a picture that links to the video, or is embedded if `articles.embed_hosts` allows that",
		func(r *reader, v value) { r.featured = strings.TrimSpace(r.raw(v)) }},
	{"related", visible, "related links, also in a list below the text",
		(*reader).related},
	{"enclosure enclosures", visible, "files to download or play: each an address, or `url`, `length`, `type` and `duration`",
		(*reader).enclosures},
	{"id guid", visible, "the article's id for ever (without it: one made of the file's path)",
		(*reader).id},
	{"language lang locale", visible, "language, as in `en-US`",
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
	{"quality", private, "a number to select by in composed feeds and rankings",
		func(r *reader, v value) { r.a.Quality = r.number(v) }},
	{"heat", private, "a number to select by in composed feeds and rankings",
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

// FieldTable is the reference of all fields: rows of a Markdown table with two
// columns, the keys and what they become.
func FieldTable() string {
	var b strings.Builder
	for _, f := range fields {
		keys := strings.ReplaceAll("`"+f.names+"`", " ", "`, `")
		becomes := f.becomes
		if f.shown == private {
			becomes += "; never shown"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", keys, becomes)
	}
	return b.String()
}
