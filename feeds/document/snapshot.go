package document

import (
	"time"

	"feedmill/feeds"
	"feedmill/feeds/mix"
)

// Listing is one feed as directories show it.
type Listing struct {
	Key         feeds.Key
	Name        string    // the topic's own name; the site's title for All
	Description string    // may be empty
	Parent      string    // slug of the parent topic; empty for none
	Count       int       // articles in it, beyond those the feed has room for
	Updated     time.Time // of its newest article; zero where none is dated
	Next        time.Time // when it changes although no file does; zero for never. It must not be published: it may be the time of an article that is still secret
	Archive     Archive   // all articles by period; nil where the feed has no archive
	Ended       bool      // its last article has left: it is there for those who have it, and to be listed nowhere
	*Revision
}

// Snapshot is the state of all feeds after one change set. It never changes.
type Snapshot struct {
	Site     *feeds.Site
	Listings []*Listing              // by kind; topics and the rest by name
	Articles int                     // articles in at least one feed
	Retired  map[feeds.Key]string    // names of feeds that once were and lead nowhere now, folded
	Compose  func(*mix.Mix) *Listing // what a composed feed holds at the time of the call, rendered when asked for; safe for concurrent use; nil: none are composed
	Cache    *Cache                  // bounds what is made of the snapshot; nil: all of it is kept
	index    map[feeds.Key]int       // in Listings; shared with the snapshots that With makes
	aliases  map[feeds.Key]feeds.Key
}

// NewSnapshot indexes listings, which it keeps. aliases lead from other names
// of a feed to its key.
func NewSnapshot(site *feeds.Site, articles int, listings []*Listing, aliases map[feeds.Key]feeds.Key) *Snapshot {
	s := &Snapshot{Site: site, Articles: articles, Listings: listings, aliases: aliases, index: make(map[feeds.Key]int, len(listings))}
	for i, l := range listings {
		s.index[l.Key] = i
	}
	return s
}

// With is s with other listings, each of which has its key at the same index of
// Listings, in place of some. It makes no new index, and keeps listings.
func (s *Snapshot) With(articles int, listings []*Listing, aliases map[feeds.Key]feeds.Key) *Snapshot {
	next := *s
	next.Articles, next.Listings, next.aliases = articles, listings, aliases
	return &next
}

// Listing returns the feed with this key, or nil.
func (s *Snapshot) Listing(k feeds.Key) *Listing {
	if i, ok := s.index[k]; ok {
		return s.Listings[i]
	}
	return nil
}

// Alias returns the key that another name of a feed stands for.
func (s *Snapshot) Alias(k feeds.Key) (feeds.Key, bool) {
	to, ok := s.aliases[k]
	return to, ok
}
