// Package feeds is Feedmill's vocabulary: what an article becomes on its way to
// a subscriber. It does no I/O, reads no clock, keeps nothing and starts no
// goroutine.
//
// An article is a file; an [Item] is its form in a feed; a [Feed] is the newest
// items of one topic (or category, type, provider, or of everything), named by its
// [Key] and written as a document in one [Format].
package feeds

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Generator names the program in documents.
const Generator = "Feedmill"

// Kind says by what a feed selects its articles. The numbers are stored on disk:
// a new kind goes to the end.
type Kind uint8

// The kinds of feed. An article belongs to feeds of a kind by its [Tag]s of that
// kind, which feeds/article makes from the front matter.
const (
	All      Kind = iota // every article
	Topic                // what the articles are about
	Category             // the section of the site that they are in
	Type                 // what they are: "article", "video"
	Provider             // who published them first
	Composed             // selected by an expression (package mix); in no directory
)

// kinds is the table of kinds: a new one is a constant above and a row here.
var kinds = [...]struct {
	name, plural, label, heading string
	newest, of                   string // see Newest
	before                       string // see Before
}{
	All:      {name: "all"},
	Topic:    {"topic", "topics", "Topic", "Topics", "The newest about ", " from ", ""},
	Category: {"category", "categories", "Category", "Categories", "The newest about ", " from ", "in "},
	Type:     {"type", "types", "Type", "Types", "The newest of type ", " from ", ""},
	Provider: {"provider", "providers", "Provider", "Providers", "The newest from ", " on ", "from "},
	Composed: {name: "mix", plural: "mix"},
}

// KindCount is the number of kinds; each is less.
const KindCount = len(kinds)

// Kinds lists every kind that directories list, in their order; All is the first.
var Kinds = kindsBut(Composed)

// Facets lists the kinds besides topics, in the order in which the name of a
// composed feed has them: "Election, videos, in Politics, from Reuters".
var Facets = append([]Kind{Type}, kindsBut(All, Topic, Type, Composed)...)

func kindsBut(left ...Kind) []Kind {
	var all []Kind
	for i := range kinds {
		if k := Kind(i); !slices.Contains(left, k) {
			all = append(all, k)
		}
	}
	return all
}

// String is the singular name, as used in settings and addresses: "topic".
func (k Kind) String() string { return kinds[k].name }

// Plural is the first path segment of the kind's URLs ("topics"), empty for All.
func (k Kind) Plural() string { return kinds[k].plural }

// Label is the name beside a field that takes one such feed ("Topic"), empty for
// All and Composed.
func (k Kind) Label() string { return kinds[k].label }

// Heading is the name that people read above a list of such feeds ("Topics"),
// empty for All and Composed.
func (k Kind) Heading() string { return kinds[k].heading }

// KindNames lists the singular names of [Kinds].
func KindNames() []string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = k.String()
	}
	return names
}

// Newest describes the feed of that name of a site, in plain text; not for All and
// Composed.
func (k Kind) Newest(name, site string) string { return kinds[k].newest + name + kinds[k].of + site }

// Before is the word, and a space, before such a name in that of a composed feed;
// it may be empty.
func (k Kind) Before() string { return kinds[k].before }

// ParseKind finds a kind that directories list by its singular name.
func ParseKind(name string) (k Kind, ok bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.String() == name })
	return Kinds[max(i, 0)], i >= 0
}

// Key identifies a feed within one site. Slug is the unescaped URL segment,
// empty for All and for Composed the escaped path (see mix.Mix.Key). The zero Key is the feed of everything.
type Key struct {
	Kind Kind
	Slug string
}

// Path is the escaped path of the feed's page, beginning and ending in a slash:
// "/topics/%E6%97%A5%E6%9C%AC/".
func (k Key) Path() string {
	if k.Kind == All {
		return "/"
	}
	if k.Kind == Composed {
		return "/" + k.Slug + "/"
	}
	return "/" + k.Kind.Plural() + "/" + url.PathEscape(k.Slug) + "/"
}

// DocumentPath is the escaped path of the feed's document in format f.
func (k Key) DocumentPath(f Format) string { return k.Path() + f.Filename() }

// Format is one of the three document formats.
type Format uint8

// The document formats.
const (
	RSS Format = iota
	Atom
	JSON
)

// Formats lists every format.
var Formats = [...]Format{RSS, Atom, JSON}

var formats = [...]struct{ file, media, name string }{
	{"rss.xml", "application/rss+xml", "RSS"},
	{"atom.xml", "application/atom+xml", "Atom"},
	{"feed.json", "application/feed+json", "JSON Feed"},
}

// Filename is the last path segment of the format's URLs.
func (f Format) Filename() string { return formats[f].file }

// MediaType is the format's media type without parameters.
func (f Format) MediaType() string { return formats[f].media }

// String is the format's name for people: "JSON Feed".
func (f Format) String() string { return formats[f].name }

// Site is what every feed of a site shares.
type Site struct {
	Title       string // plain text, never empty
	Description string // plain text, may be empty
	BaseURL     string // absolute, ends in a slash: where Feedmill's own URLs live
	HomeURL     string // absolute: the site whose articles these are; BaseURL where none is known
	Language    string // BCP 47 tag, may be empty
	Author      Person // zero where the site names none
	Icon        string // absolute URL of a square image, may be empty
	Logo        string // absolute URL of a wide image, may be empty
	Copyright   string // plain text, may be empty
}

// URL makes an escaped path of Feedmill's own, such as Key.Path, absolute.
func (s *Site) URL(path string) string { return s.BaseURL + strings.TrimPrefix(path, "/") }

// StylesheetPath is where the style sheet is that browsers show RSS and Atom
// documents with. It stays the same when the style sheet changes, for the sake of
// the documents that name it.
const StylesheetPath = "/feed.css"

// SchemeURL identifies one kind of category in Atom's scheme and RSS's domain:
// "https://feeds.example.com/topics/".
func (s *Site) SchemeURL(k Kind) string { return s.URL("/" + k.Plural() + "/") }

// KnownTopic is what the settings say about a topic, whether or not there are
// articles about it. Only Name is never empty.
type KnownTopic struct {
	Name        string // exactly as readers see it
	Slug        string // in the address of its feed; empty: made of Name
	Title       string // of its feed; empty: made of Name
	Description string
	Parent      string   // Name of another topic
	Aliases     []string // other names of the same topic
}

// Limits bound one feed's documents.
type Limits struct {
	Items    int           // newest articles; zero is 50
	MaxAge   time.Duration // since publication; zero is any. Articles without a date count as young
	MaxBytes int           // of one document, uncompressed; zero is any
}

// Person is an author. Any field may be empty; one without a name is no person.
type Person struct {
	Name   string
	Email  string
	URL    string // absolute
	Avatar string // absolute URL of an image
}

// Tag says that an item belongs to a topic, category, type or provider.
type Tag struct {
	Kind Kind
	Name string // exactly as the publisher spells it
}

// Link is an absolute URL with a title for people.
type Link struct {
	URL   string
	Title string
}

// Image is a picture that goes with an item. Width and Height are pixels, zero
// where unknown.
type Image struct {
	URL           string // absolute
	Width, Height int
	Title         string
	Credit        string // who is to be named for it
}

// Video is the moving picture an item is about: the address of a player that
// runs in a frame, and of the page to watch it on. Either may be empty, not both.
type Video struct {
	PlayerURL string
	PageURL   string
}

// Enclosure is a file to download or play with an item. Length is in bytes,
// zero where unknown; Type is a media type, never empty.
type Enclosure struct {
	URL      string
	Type     string
	Length   int64
	Duration time.Duration
}

// Source is the publisher an item was taken from.
type Source struct {
	Name string
	URL  string // absolute: the publisher's home
	Icon string // absolute, may be empty
	ID   string // stable URI of the source as a feed, for atom:source
}

// Related is another article that an item points to.
type Related struct {
	URL       string
	Title     string
	Summary   string
	Published time.Time // zero where unknown
	Provider  string
}

// Item is one article as subscribers see it. All text is valid UTF-8 without
// characters that XML forbids, all URLs are absolute, all times are UTC with
// whole seconds.
type Item struct {
	ID          string // an absolute URI; equal in every feed and format
	URL         string // the page to read it on; empty where none is known
	OriginalURL string // the story's home; empty where that is URL itself
	AMP         []Link
	Title       string    // plain text, never empty
	Summary     string    // plain text, may be empty
	HTML        string    // sanitised content, may be empty
	Published   time.Time // zero where the article states no date
	Updated     time.Time // never zero, never before Published; see Undated
	Authors     []Person
	Language    string // empty: the feed's
	Tags        []Tag  // topics first, in the article's own order; then category, type
	Images      []Image
	Video       *Video // nil unless the item is a video
	Enclosures  []Enclosure
	Source      *Source // nil: the site itself
	Related     []Related

	// Fragments keeps what encoders have made of the item; nil: nothing is kept.
	Fragments Fragments `json:"-"`
}

// Fragments keeps the encoded forms of one item, so that the documents that hold
// the item share them. It is safe for concurrent use.
type Fragments interface {
	// WriteFragment writes the item in format f to w, as encode makes it or as it
	// was made for another document. An error is that of encode or of w.
	WriteFragment(w io.Writer, f Format, encode func() ([]byte, error)) error
}

// WriteFragment writes it in format f as encode makes it, or as Fragments has
// kept it. An error is that of encode or of w.
func (it *Item) WriteFragment(w io.Writer, f Format, encode func() ([]byte, error)) error {
	if it.Fragments != nil {
		return it.Fragments.WriteFragment(w, f, encode)
	}
	fragment, err := encode()
	if err == nil {
		_, err = w.Write(fragment)
	}
	return err
}

// Undated is the end of the day that Item.Updated falls on for items without
// any date: Atom demands one, and validators believe none before 1990.
var Undated = time.Date(1990, time.January, 2, 0, 0, 0, 0, time.UTC)

// Changed is Updated, or zero where that only stands in for a date.
func (it *Item) Changed() time.Time {
	if it.Updated.Before(Undated) && it.Published.IsZero() {
		return time.Time{}
	}
	return it.Updated
}

// Feed is one feed at one revision, ready to be encoded. Encoders must not
// change it.
type Feed struct {
	Site        *Site
	Key         Key
	ID          string // an absolute URI that survives changes of title and base URL
	Title       string
	Name        string        // the topic's (category's, …) own name, as in a Tag; empty for All
	Description string        // never empty
	Updated     time.Time     // of the newest change among Items; zero without dated items
	Modified    time.Time     // when the content became what it is, as far as known; not before Updated. Not part of documents
	TTL         time.Duration // how long a copy stays fresh: whole minutes
	Items       []*Item       // newest first
	Tombstones  []Tombstone   // of items that were removed lately, newest first; none is among Items
	History

	// Missing says why some of the items are not there; nil where all are. No
	// document is made of a feed without them.
	Missing error
}

// PageURL is the absolute URL of the feed's HTML page.
func (f *Feed) PageURL() string { return f.Site.URL(f.Key.Path()) }

// HomeURL is the page the feed is about: the site's home for the feed of
// everything, the feed's own page otherwise.
func (f *Feed) HomeURL() string {
	if f.Key.Kind == All {
		return f.Site.HomeURL
	}
	return f.PageURL()
}

// SelfURL is the absolute URL of the feed's document in format g.
func (f *Feed) SelfURL(g Format) string {
	if f.Period != "" {
		return f.ArchiveURL(f.Period, g)
	}
	return f.CurrentURL(g)
}
