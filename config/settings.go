package config

import (
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedmill/feeds"
)

// Setting is one key of the settings file, as documentation shows it.
type Setting struct {
	Key     string // dotted; KIND stands for a kind of feed, [] for each entry of a list
	Default string // as YAML; empty where Meaning says what happens without the key
	Example string // as YAML, for the template: where the default does not show what a value looks like
	Meaning string // for people, in one or more sentences
	Restart bool   // a change takes effect only when serve is started again
}

// words are Meaning, and when a change takes effect if that is not at once.
func (s Setting) words() string {
	if s.Restart {
		return s.Meaning + " A change takes effect at the next start."
	}
	return s.Meaning
}

// setting is a row of a table: the words about a key, and the field of a T that
// holds its value.
type setting[T any] struct {
	Setting
	field[T]
}

// settings is the table of all keys, in the order in which they are read: a key whose
// value depends on that of another follows it.
var settings = []setting[loader]{
	{Setting{Key: "listen", Default: "127.0.0.1:8080", Restart: true, Meaning: "Address and port to serve on; port 0 picks a free one."},
		text(func(l *loader) *string { return &l.Listen }, listenAddress)},
	{Setting{Key: "base_url", Example: "https://feeds.example.com/", Meaning: "Public address of the feeds, as subscribers see it. Without it: the address served on."},
		text(func(l *loader) *string { return &l.Site.BaseURL }, AbsoluteURL)},
	{Setting{Key: "browsers", Default: "page", Restart: true, Meaning: "What a browser gets at the address of a feed, such as /rss.xml. page: the feed's page. document: the feed itself, with a style sheet."},
		text(func(l *loader) *string { return &l.Browsers }, oneOf("page", "document"))},
	{Setting{Key: "trusted_proxies", Default: "[]", Example: "[127.0.0.1, 10.0.0.0/8]", Restart: true, Meaning: "Addresses and networks (CIDR) of your reverse proxies, whose Forwarded or X-Forwarded-For header is believed to name the client. Without it, all clients behind a proxy that use the same app count as one subscriber, none of them is ever limited (429), and together they have at most a quarter of all connections, or three quarters where the proxy runs on this machine."},
		several(func(l *loader) *[]netip.Prefix { return &l.TrustedProxies }, network)},
	{Setting{Key: "status_token", Example: "a-long-and-random-text", Restart: true, Meaning: "A secret of at least 16 characters. Whoever sends it may see /status and /metrics, from anywhere, and nobody else may. Without it: requests from the machine itself may."},
		one(func(l *loader) *string { return &l.StatusToken }, secret)},
	{Setting{Key: "state", Default: ".feedmill", Restart: true, Meaning: "Folder where ids, dates, statistics and caches are kept between runs. A relative path starts at the folder of articles."},
		dependent(func(l *loader) *string { return &l.State }, (*loader).stateFolder, verbatim)},
	{Setting{Key: "cache", Default: "256 MiB", Meaning: "Memory that rendered articles, documents and pages, and all else that is kept for the addresses that were asked for, take at most. When it is full, the least used are dropped and made again when asked for."},
		one(func(l *loader) *int { return &l.Cache }, size(1<<20, "a smaller cache has no room for a document"))},

	{Setting{Key: "site.url", Example: "https://www.example.com/", Meaning: "Home page of the site whose articles these are: their relative addresses are below it."},
		dependent(func(l *loader) *string { return &l.Site.HomeURL }, (*loader).siteURL, verbatim)},
	{Setting{Key: "site.id", Example: "www.example.com", Meaning: "Name that article ids are made with; never change it once people subscribe. Without it: host and path of site.url."},
		text(func(l *loader) *string { return &l.Site.ID }, siteID)},
	{Setting{Key: "site.title", Example: "Example news", Meaning: "Title of the feed of everything. Without it: the name of the folder."},
		text(func(l *loader) *string { return &l.Site.Title }, prose)},
	{Setting{Key: "site.description", Example: "What happens in the world of examples", Meaning: "What the articles are about, in a sentence."},
		text(func(l *loader) *string { return &l.Site.Description }, prose)},
	{Setting{Key: "site.language", Example: "en-US", Meaning: "Language of the articles, as a BCP 47 tag."},
		text(func(l *loader) *string { return &l.Site.Language }, languageTag)},
	{Setting{Key: "site.icon", Example: "https://www.example.com/icon.png", Meaning: "Square image for the site, absolute or below site.url."},
		dependent(func(l *loader) *string { return &l.Site.Icon }, (*loader).reference, verbatim)},
	{Setting{Key: "site.logo", Example: "https://www.example.com/logo.png", Meaning: "Wide image for the site, absolute or below site.url."},
		dependent(func(l *loader) *string { return &l.Site.Logo }, (*loader).reference, verbatim)},
	{Setting{Key: "site.copyright", Example: "© Example Press", Meaning: "Who holds the rights."},
		text(func(l *loader) *string { return &l.Site.Copyright }, prose)},
	{Setting{Key: "site.author.name", Example: "Jane Doe", Meaning: "Author of articles that name none."},
		text(func(l *loader) *string { return &l.Site.Author.Name }, prose)},
	{Setting{Key: "site.author.email", Example: "news@example.com", Meaning: "The author's e-mail address. The feeds publish it."},
		text(func(l *loader) *string { return &l.Site.Author.Email }, email)},
	{Setting{Key: "site.author.url", Example: "https://www.example.com/jane/", Meaning: "The author's page, absolute or below site.url."},
		dependent(func(l *loader) *string { return &l.Site.Author.URL }, (*loader).reference, verbatim)},
	{Setting{Key: "site.author.avatar", Example: "https://www.example.com/jane.png", Meaning: "The author's picture, absolute or below site.url."},
		dependent(func(l *loader) *string { return &l.Site.Author.Avatar }, (*loader).reference, verbatim)},
	{Setting{Key: "site.time_zone", Default: "UTC", Meaning: "Time zone of dates that name none."},
		one(func(l *loader) **time.Location { return &l.Site.TimeZone }, timeZone)},

	{Setting{Key: "articles.folders", Example: "[news, blog]", Meaning: "Folders that hold articles. Without it: all of a plain folder, what the site publishes of a Jekyll or Hugo site."},
		field[loader]{read: readFolders, show: func(l *loader) string { return list(l.Collections, func(f feeds.Folder) string { return f.Dir }) }}},
	{Setting{Key: "articles.link", Example: "/:year/:month/:slug/", Meaning: "Pattern of the addresses, below site.url, of articles that state none: one for all, or one for each folder. Without it: the site's own, /:path/ for a plain folder."},
		field[loader]{read: readLink, show: func(l *loader) string { return list(l.Collections, func(f feeds.Folder) string { return f.Link }) }}},
	{Setting{Key: "articles.ignore", Default: "[]", Example: `["*.draft.md", /archive/]`, Meaning: "Files and folders to ignore, in the patterns of a .gitignore: one with a slash starts at the folder of articles, one without matches at any depth, ! makes an exception."},
		several(func(l *loader) *[]string { return &l.Articles.Ignore }, kind[string]{ignorePattern, verbatim})},
	{Setting{Key: "articles.follow_links", Default: "all", Meaning: "Which symbolic links below the folder of articles are followed. all: those that lead out of the folder as well. inside: those to what is in the folder, so that nobody who may write a link there can publish other files of this machine. none: links are ignored."},
		text(func(l *loader) *string { return &l.Articles.FollowLinks }, oneOf("all", "inside", "none"))},
	{Setting{Key: "articles.extensions", Default: "{}", Example: "{.mdx: markdown}", Meaning: "More endings of the names of article files, and what such files hold: markdown, html or text."},
		field[loader]{read: readExtensions, show: func(l *loader) string { return pairs(l.Articles.Extensions) }}},
	{Setting{Key: "articles.fields", Default: "{}", Example: "{headline: title}", Meaning: "Keys of your front matter and the field that each is read as: headline: title reads your headline as the title."},
		field[loader]{read: readFields, show: func(l *loader) string { return pairs(l.Articles.Fields) }}},
	{Setting{Key: "articles.embed_hosts", Default: "[]", Example: "[www.youtube.com, player.vimeo.com]", Meaning: "Hosts whose video players may be embedded instead of a linked picture."},
		several(func(l *loader) *[]string { return &l.Articles.EmbedHosts }, kind[string]{hostName, verbatim})},
	{Setting{Key: "articles.defaults", Default: "[]", Meaning: "Front matter for all articles of a folder that do not state it themselves."},
		field[loader]{read: readDefaults, show: func(l *loader) string { return strconv.Itoa(len(l.Articles.Defaults)) },
			path: "[]", below: rows(defaultsSettings)}},

	{Setting{Key: "feeds.items", Default: "50", Meaning: "Number of articles in a feed, at most."},
		one(func(l *loader) *int { return &l.Feeds.Items }, number(1, math.MaxInt))},
	{Setting{Key: "feeds.max_age", Default: "0", Meaning: "Age of the articles in a feed, at most, as in 90d; 0 for any age."},
		one(func(l *loader) *time.Duration { return &l.Feeds.MaxAge }, duration(0))},
	{Setting{Key: "feeds.max_bytes", Default: "512 KiB", Meaning: "Size of a document before compression, at most."},
		one(func(l *loader) *int { return &l.Feeds.MaxBytes }, documentSize)},
	{Setting{Key: "feeds.tombstones", Default: "30d", Meaning: "How long Atom feeds name articles that were removed, so that readers remove them too, as in 30d; 0 for not at all."},
		one(func(l *loader) *time.Duration { return &l.Tombstones }, duration(0))},
	{Setting{Key: "feeds.kinds", Default: "{}", Meaning: "Other items, max_age and max_bytes for a kind of feed: " + strings.Join(feeds.KindNames(), ", ") + "."},
		field[loader]{read: readKinds, show: func(l *loader) string { return strconv.Itoa(len(l.Kinds)) },
			path: ".KIND", below: rows(limitSettings)}},
	{Setting{Key: "topics", Default: "[]", Meaning: "Titles, descriptions, parents and other names of topics."},
		field[loader]{read: readTopics, show: func(l *loader) string { return strconv.Itoa(len(l.Topics)) },
			path: "[]", below: rows(topicSettings)}},

	{Setting{Key: "watch.mode", Default: "auto", Meaning: "How changes are noticed. auto: at once, where the system reports them. scan: by scanning alone."},
		text(func(l *loader) *string { return &l.Watch.Mode }, oneOf("auto", "scan"))},
	{Setting{Key: "watch.scan_interval", Default: "60s", Meaning: "How often to scan for changes that the system has not reported, at least 1s."},
		one(func(l *loader) *time.Duration { return &l.Watch.ScanInterval }, duration(minScanInterval))},

	{Setting{Key: "guard.items", Default: "20", Meaning: "How many known articles of a feed, or of all, one change may remove, alter or bring back as new. A change that exceeds both this and guard.percent is held back until you approve it with feedmill accept."},
		one(func(l *loader) *int { return &l.Guard.Items }, number(1, math.MaxInt))},
	{Setting{Key: "guard.percent", Default: "30", Meaning: "The same as a share of the feed's articles. 100: nothing is held back."},
		one(func(l *loader) *int { return &l.Guard.Percent }, number(1, 100))},
}

// retired has the keys that earlier versions knew, dotted, each with a message that
// says what to do about it.
var retired = map[string]string{
	"http_server": "no longer needed: feedmill always serves in the faster way now; remove this line",
}

// Settings lists every key; those of an entry follow the key that holds the entries.
// Each Meaning is complete.
func Settings() []Setting {
	var all []Setting
	for _, s := range settings {
		s.Meaning = s.words()
		all = append(all, s.Setting)
		for _, below := range s.below {
			below.Key = s.Key + s.path + "." + below.Key
			all = append(all, below)
		}
	}
	return all
}

// rows are those of a table without the fields.
func rows[T any](table []setting[T]) []Setting {
	all := make([]Setting, len(table))
	for i, s := range table {
		all[i] = s.Setting
	}
	return all
}

// Shown is a setting in force, as the operator sees it.
type Shown struct{ Key, Value string }

// Shown lists the settings in force in the order of the table. A secret is only
// said to be set.
func (c *Config) Shown() []Shown {
	l := &loader{Config: *c}
	all := make([]Shown, len(settings))
	for i, s := range settings {
		all[i] = Shown{s.Key, s.show(l)}
	}
	return all
}

// AtNextStart names the settings that take effect at the next start and in which c
// differs from what serve was started with.
func (c *Config) AtNextStart(started *Config) []string {
	var keys []string
	for _, s := range settings {
		if s.Restart && !reflect.DeepEqual(s.at(&loader{Config: *c}), s.at(&loader{Config: *started})) {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// InForce is c with the settings that take effect at the next start as they were
// when serve was started.
func (c *Config) InForce(started *Config) *Config {
	l := &loader{Config: *c}
	for _, s := range settings {
		if s.Restart {
			reflect.ValueOf(s.at(l)).Elem().Set(reflect.ValueOf(s.at(&loader{Config: *started})).Elem())
		}
	}
	return &l.Config
}

// setDefaults gives each setting the default of its row.
func (l *loader) setDefaults() {
	for _, s := range settings {
		src := &source{path: s.Key, text: []byte(s.Default), report: l.report}
		if v, ok := src.tree(); ok {
			s.read(v, l)
		}
	}
}

// readGroup reads a group of settings and the groups in it. Unknown keys are
// problems.
func readGroup[T any](v value, table []setting[T], to *T) {
	found := map[string]value{}
	collect(v, "", table, found)
	for _, s := range table {
		if v, ok := found[s.Key]; ok && !v.null() {
			s.read(v, to)
		}
	}
}

// collect finds the values of the keys in table that begin with prefix.
func collect[T any](v value, prefix string, table []setting[T], found map[string]value) {
	known := names(table, prefix)
	for _, e := range v.entries() {
		key := prefix + e.name
		switch {
		case retired[key] != "" && e.key.field.String() == key:
			e.key.problem("%s", retired[key])
		case !slices.Contains(known, e.name):
			e.key.problem("unknown setting%s", didYouMean(e.name, known))
		case slices.ContainsFunc(table, func(s setting[T]) bool { return s.Key == key }):
			found[key] = e.value
		default:
			collect(e.value, key+".", table, found)
		}
	}
}

// names are the keys directly below a dotted prefix.
func names[T any](table []setting[T], prefix string) []string {
	var known []string
	for _, s := range table {
		if rest, ok := strings.CutPrefix(s.Key, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			known = append(known, name)
		}
	}
	return slices.Compact(known)
}

func readKinds(v value, l *loader) {
	for _, e := range v.entries() {
		k, ok := feeds.ParseKind(e.name)
		if !ok {
			e.key.problem("unknown kind of feed%s", didYouMean(e.name, feeds.KindNames()))
			continue
		}
		var o Override
		readGroup(e.value, limitSettings, &o)
		put(&l.Kinds, k, o)
	}
}
