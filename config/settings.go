package config

import (
	"path/filepath"
	"slices"
	"strings"

	"feedmill/feeds"
)

// Setting is one key of the settings file.
type Setting struct {
	Key     string // dotted; KIND is a kind of feed, [] each entry of a list
	Default string // as YAML; empty where Meaning says what happens without the key
	Meaning string // for people, in a sentence or two
}

// Settings lists every key.
func Settings() []Setting {
	return slices.Concat(
		list("", settings),
		list("articles.defaults[].", defaultsSettings),
		list("feeds.kinds.KIND.", limitSettings),
		list("topics[].", topicSettings),
	)
}

func list[T any](prefix string, table []setting[T]) []Setting {
	var all []Setting
	for _, s := range table {
		s.Key = prefix + s.Key
		all = append(all, s.Setting)
	}
	return all
}

// setting says how a key is read into a T.
type setting[T any] struct {
	Setting
	example string // a value as YAML for the template, where Default is empty
	read    reader[T]
}

// reader reads a value that is not null, reporting what is wrong with it.
type reader[T any] func(v value, to *T)

// settings are the keys of the file, in the order in which they are read: what
// builds on another key follows it.
var settings = []setting[loader]{
	{Setting{"listen", "127.0.0.1:8080", "Address and port to serve on; port 0 picks a free one."}, "",
		text(func(l *loader) *string { return &l.Listen }, listenAddress)},
	{Setting{"base_url", "", "Public address of the feeds, as subscribers see it. Without it: the address served on."}, "https://feeds.example.com/",
		text(func(l *loader) *string { return &l.BaseURL }, absoluteURL)},
	{Setting{"http_server", "standard", "standard: net/http, with HTTP/2. fast: fasthttp, HTTP/1.1 alone at less cost, for a crowd."}, "",
		text(func(l *loader) *string { return &l.HTTPServer }, oneOf("standard", "fast"))},
	{Setting{"browsers", "page", "What a browser shows that opens a feed's own address. page: the feed's page. document: the feed, with a style sheet."}, "",
		text(func(l *loader) *string { return &l.Browsers }, oneOf("page", "document"))},
	{Setting{"trusted_proxies", "[]", "Addresses and networks (CIDR) of your proxies, whose Forwarded or X-Forwarded-For names the client; without them those behind one count as one subscriber by each app, and nobody of them is ever limited (429)."}, "[127.0.0.1, 10.0.0.0/8]", readTrustedProxies},
	{Setting{"status_token", "", "Who sends it may see /status and /metrics, from anywhere, and nobody else may; at least 16 characters. Without it: whoever asks from the machine itself."}, "a-long-and-random-text",
		text(func(l *loader) *string { return &l.StatusToken }, secret)},
	{Setting{"state", ".feedmill", "Folder for what must outlive a restart, below the articles unless absolute."}, "", readState},
	{Setting{"cache", "256 MiB", "Memory for rendered articles and documents at most; what is asked for least makes room and is rendered again."}, "", readCache},

	{Setting{"site.url", "", "Home of the articles: their relative addresses are below it."}, "https://www.example.com/", readSiteURL},
	{Setting{"site.id", "", "Name that article ids are made with; never change it once people subscribe. Without it: host and path of site.url."}, "www.example.com",
		text(func(l *loader) *string { return &l.Site.ID }, siteID)},
	{Setting{"site.title", "", "Title of the feed of everything. Without it: the name of the folder."}, "Example news",
		text(func(l *loader) *string { return &l.Site.Title }, prose)},
	{Setting{"site.description", "", "What the articles are about, in a sentence."}, "What happens in the world of examples",
		text(func(l *loader) *string { return &l.Site.Description }, prose)},
	{Setting{"site.language", "", "Language of the articles, as a BCP 47 tag."}, "en-US",
		text(func(l *loader) *string { return &l.Site.Language }, languageTag)},
	{Setting{"site.icon", "", "Square image, absolute or below site.url."}, "https://www.example.com/icon.png", siteReference(func(s *Site) *string { return &s.Icon })},
	{Setting{"site.logo", "", "Wide image, absolute or below site.url."}, "https://www.example.com/logo.png", siteReference(func(s *Site) *string { return &s.Logo })},
	{Setting{"site.copyright", "", "Who holds the rights."}, "© Example Press",
		text(func(l *loader) *string { return &l.Site.Copyright }, prose)},
	{Setting{"site.author.name", "", "Author of articles that name none."}, "Jane Doe",
		text(func(l *loader) *string { return &l.Site.Author.Name }, prose)},
	{Setting{"site.author.email", "", "Published in the feeds, so better one that may be public."}, "news@example.com",
		text(func(l *loader) *string { return &l.Site.Author.Email }, email)},
	{Setting{"site.author.url", "", "The author's page, absolute or below site.url."}, "https://www.example.com/jane/", siteReference(func(s *Site) *string { return &s.Author.URL })},
	{Setting{"site.author.avatar", "", "The author's picture, absolute or below site.url."}, "https://www.example.com/jane.png", siteReference(func(s *Site) *string { return &s.Author.Avatar })},
	{Setting{"site.time_zone", "UTC", "Zone of dates that name none."}, "", readTimeZone},

	{Setting{"articles.folders", "", "Folders that hold articles. Without it: all of a plain folder, what the site publishes of a Jekyll or Hugo site."}, "[news, blog]", readFolders},
	{Setting{"articles.link", "", "Pattern of addresses below site.url, for articles that state none; or one for each folder. Without it: the site's own, /:path/ for a plain folder."}, "/:year/:month/:slug/", readLink},
	{Setting{"articles.ignore", "[]", "Files and folders to pass over, as in a .gitignore: with a slash from the folder of articles on, without one at any depth, ! to take back."}, `["*.draft.md", /archive/]`,
		func(v value, l *loader) { l.Articles.Ignore = append(l.Articles.Ignore, globs(v)...) }},
	{Setting{"articles.extensions", "{}", "More endings of articles and what their files hold: markdown, html or text."}, "{.mdx: markdown}", readExtensions},
	{Setting{"articles.fields", "{}", "Keys of your front matter and the field to read each as, as in headline: title."}, "{headline: title}", readFields},
	{Setting{"articles.embed_hosts", "[]", "Hosts whose video players may be embedded instead of a linked picture."}, "[www.youtube.com, player.vimeo.com]", readEmbedHosts},
	{Setting{"articles.defaults", "[]", "Front matter for all articles of a folder that do not state it themselves."}, "",
		func(v value, l *loader) { l.Articles.Defaults = append(l.Articles.Defaults, readDefaults(v)...) }},

	{Setting{"feeds.items", "50", "Articles in a feed at most."}, "", general(readItems)},
	{Setting{"feeds.max_age", "0", "Age of the articles in a feed at most, as in 90d; 0 for any age."}, "", general(readMaxAge)},
	{Setting{"feeds.max_bytes", "512 KiB", "Size of a document at most."}, "", general(readMaxBytes)},
	{Setting{"feeds.tombstones", "30d", "How long Atom feeds name articles that were removed, as in 30d; 0 for not at all."}, "", readTombstones},
	{Setting{"feeds.kinds", "{}", "The same three by kind of feed: all, topic, category, type, provider."}, "", readKinds},
	{Setting{"topics", "[]", "What is known of topics beyond their articles."}, "", readTopics},

	{Setting{"watch.mode", "auto", "auto: changes are noticed at once where the system tells of them. scan: by scanning alone."}, "",
		text(func(l *loader) *string { return &l.Watch.Mode }, oneOf("auto", "scan"))},
	{Setting{"watch.scan_interval", "60s", "How often to look for changes that nothing told of, at least 1s."}, "", readScanInterval},

	{Setting{"guard.items", "20", "Known articles of a feed, or of all, that one change may make vanish, change or come back as new; more than that is held."}, "", guardNumber(func(g *Guard) *int { return &g.Items }, 1<<30)},
	{Setting{"guard.percent", "30", "The same as a share of the feed; a change is held if it exceeds both. 100: nothing is held."}, "", guardNumber(func(g *Guard) *int { return &g.Percent }, 100)},
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

func collect[T any](v value, prefix string, table []setting[T], found map[string]value) {
	known := names(table, prefix)
	for _, e := range v.entries() {
		key := prefix + e.name
		switch {
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

// text reads a text that check brings into its final form, or finds wrong.
func text[T any](field func(*T) *string, check func(string) (string, error)) reader[T] {
	return func(v value, to *T) {
		if s, ok := checked(v, check); ok {
			*field(to) = s
		}
	}
}

// checked is a text in its final form; not ok where it is wrong or empty.
func checked(v value, check func(string) (string, error)) (s string, ok bool) {
	if s = v.text(); s == "" {
		return "", false
	}
	s, err := check(s)
	if err != nil {
		v.problem("%s", err)
	}
	return s, err == nil
}

// lift makes a reader of a part a reader of the whole.
func lift[T, U any](part func(*T) *U, read reader[U]) reader[T] {
	return func(v value, to *T) { read(v, part(to)) }
}

// put sets an entry of a map that is made when first needed.
func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

func readSiteURL(v value, l *loader) {
	text(func(l *loader) *string { return &l.Site.URL }, absoluteURL)(v, l)
	if l.Site.URL == "" && v.text() != "" {
		l.Site.URL = "https://www.invalid/" // one mistake is one problem: what builds on the address is judged without it
	}
}

func readState(v value, l *loader) {
	s := filepath.FromSlash(v.text())
	if s == "" {
		return
	}
	if !filepath.IsAbs(s) {
		s = filepath.Join(l.Dir, s)
	}
	if l.State = filepath.Clean(s); l.State == l.Dir {
		v.problem("is the folder of articles itself: name a folder of its own, such as .feedmill")
	}
}

func readScanInterval(v value, l *loader) {
	d, err := parseDuration(v.text())
	switch {
	case err != nil:
		v.problem("%s", err)
	case d < minScanInterval:
		v.problem("must be at least 1s")
	default:
		l.Watch.ScanInterval = d
	}
}

func readTombstones(v value, l *loader) {
	d, err := parseDuration(v.text())
	if err != nil {
		v.problem("%s", err)
		return
	}
	l.Tombstones = d
}

func readKinds(v value, l *loader) {
	var known []string
	for _, k := range feeds.Kinds {
		known = append(known, k.String())
	}
	for _, e := range v.entries() {
		k := slices.Index(known, e.name)
		if k < 0 {
			e.key.problem("unknown kind of feed%s", didYouMean(e.name, known))
			continue
		}
		var o Override
		readGroup(e.value, limitSettings, &o)
		put(&l.Kinds, feeds.Kinds[k], o)
	}
}
