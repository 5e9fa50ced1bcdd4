// Package config reads the settings for a folder of articles. The result is a
// complete and valid [Config], or every problem in the settings at once.
//
// Settings come from three places, of which the later wins: the defaults, the
// configuration of the Jekyll or Hugo site that the folder may be, and the file
// feedmill.yaml. In feedmill.yaml, everything unknown or wrong is a problem, reported
// with line, column and a suggestion. The configuration of a site belongs to another
// program: what is unknown or wrong there is ignored, unless articles would be
// published wrongly and nobody would notice: a file that cannot be read, an unknown
// time zone, topics that contradict each other.
//
// The table in settings.go declares every key of feedmill.yaml. Defaults, checks,
// suggestions, the file that "feedmill init" writes, the documentation, what the
// operator sees in /status and what waits for the next start are made of it.
//
// Of our packages it imports feeds alone: for problems, kinds of feed, and the rules
// that make slugs of names and tell which spellings are one name. Settings must follow
// the same rules as articles do.
package config

import (
	"cmp"
	"net/netip"
	"time"

	"feedmill/feeds"
)

// Config is all settings for a folder of articles. A Config that [Load] returned is
// valid and must not be changed; it is then safe for concurrent use.
type Config struct {
	File  string   // the settings file in force, as the user would open it; empty: none
	Files []string // absolute: every settings file that was read, or would be if it appeared; a folder stands for all files in it

	Dir    string // absolute: the folder of articles
	Flavor Flavor

	Cache          int            // bytes of memory for rendered articles and documents, at most
	Listen         string         // host:port
	Browsers       string         // "page" or "document"
	TrustedProxies []netip.Prefix // of proxies whose forwarding headers are believed
	StatusToken    string         // a secret that gives access to /status and /metrics; empty: requests from the machine itself have it
	State          string         // absolute: the folder for what must outlive a restart

	Site        Site
	Collections []feeds.Folder // those with the longest Dir first; never empty
	Articles    Articles
	Missing     []*feeds.Problem // one problem for each folder that the settings name and that is not there

	Tombstones time.Duration           // how long Atom feeds name removed articles; 0: not at all
	Feeds      feeds.Limits            // of every feed, unless Kinds or a topic says otherwise
	Kinds      map[feeds.Kind]Override // by kind of feed
	Topics     []Topic                 // those of the settings first, then those of the site's data
	Watch      Watch
	Guard      feeds.Guard // both at least 1

	names map[string]int // topics by folded name and alias, and by slugKey
}

// Flavor is the program a folder of articles is made for.
type Flavor uint8

// The flavors.
const (
	Plain Flavor = iota
	Jekyll
	Hugo
)

// String is the flavor's name for people.
func (f Flavor) String() string { return [...]string{"plain folder", "Jekyll site", "Hugo site"}[f] }

// Site describes the site to subscribers. HomeURL ends in a slash, or is empty where
// nobody has stated it; an empty BaseURL is to be derived from the listening address.
type Site struct {
	feeds.Site
	ID       string         // first part of article ids: host and path of HomeURL unless set; empty where neither is known
	TimeZone *time.Location // of dates that name none; never nil
}

// Articles says how files become articles.
type Articles struct {
	Ignore      []string          // patterns as in a .gitignore in Dir, the last match wins
	FollowLinks string            // "all", "inside" or "none"
	Extensions  map[string]string // ".mdx" → "markdown", "html" or "text", beyond the endings built in
	Fields      map[string]string // key in the front matter → field it is read as
	EmbedHosts  []string          // hosts whose players may be embedded, in lower case
	Defaults    []feeds.Defaults  // later ones win
}

// Override replaces some limits; nil leaves one as it was.
type Override struct {
	Items    *int
	MaxAge   *time.Duration
	MaxBytes *int
}

// Topic is what the settings say about a topic, and of its feed.
type Topic struct {
	feeds.KnownTopic
	Override
}

// Watch says how changes are noticed.
type Watch struct {
	Mode         string // "auto": by events where the system has them; "scan": by scanning alone
	ScanInterval time.Duration
}

// Limits are those of one feed: for a topic its own first, found by slug, name
// or alias, then those of the kind, then the general ones.
func (c *Config) Limits(kind feeds.Kind, name string) feeds.Limits {
	l := c.Kinds[kind].over(c.Feeds)
	if kind == feeds.Topic {
		if i, ok := c.find(name); ok {
			l = c.Topics[i].over(l)
		}
	}
	return l
}

// find looks up a topic by slug, name or alias.
func (c *Config) find(name string) (i int, ok bool) {
	if i, ok = c.names[slugKey(name)]; !ok {
		i, ok = c.names[feeds.Fold(name)]
	}
	return i, ok
}

// slugKey tells slugs from names, which never hold a control character.
func slugKey(slug string) string { return "\x00" + slug }

func (o Override) over(l feeds.Limits) feeds.Limits {
	return feeds.Limits{Items: *cmp.Or(o.Items, &l.Items), MaxAge: *cmp.Or(o.MaxAge, &l.MaxAge), MaxBytes: *cmp.Or(o.MaxBytes, &l.MaxBytes)}
}
