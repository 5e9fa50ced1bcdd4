package feeds

import "time"

// Listing is one feed as directories show it.
type Listing struct {
	Key         Key
	Name        string     // the topic's own name; the site's title for All
	Description string     // may be empty
	Parent      string     // slug of the parent topic; empty for none
	Count       int        // articles in it, beyond those the feed has room for
	Updated     time.Time  // of its newest article; zero where none is dated
	Next        time.Time  // when it changes although no file does; zero for never. Nothing that is published names it
	Periods     []*Archive // all articles by period, newest first; see Archives
	*Revision
}

// Snapshot is the state of all feeds after one change set. It never changes.
type Snapshot struct {
	Site     *Site
	Listings []*Listing     // by kind; topics and the rest by name
	Articles int            // articles in at least one feed
	Retired  map[Key]bool   // feeds that once were and lead nowhere now
	Library  func() Library // composes feeds of what is shown at the time of the call; nil: there are none
	byKey    map[Key]*Listing
	aliases  map[Key]Key
}

// NewSnapshot indexes listings, which it keeps. aliases lead from other names
// of a feed to its key.
func NewSnapshot(site *Site, articles int, listings []*Listing, aliases map[Key]Key) *Snapshot {
	s := &Snapshot{Site: site, Articles: articles, Listings: listings, aliases: aliases, byKey: make(map[Key]*Listing, len(listings))}
	for _, l := range listings {
		s.byKey[l.Key] = l
	}
	return s
}

// Listing returns the feed with this key, or nil.
func (s *Snapshot) Listing(k Key) *Listing { return s.byKey[k] }

// Alias returns the key that another name of a feed stands for.
func (s *Snapshot) Alias(k Key) (Key, bool) {
	to, ok := s.aliases[k]
	return to, ok
}
