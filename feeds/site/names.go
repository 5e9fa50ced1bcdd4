package site

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// listing finds the feed that somebody may mean by k: by its slug or one of its
// other names, in any case and normalisation form, or by its name itself. It is
// nil where there is none.
func (s *Site) listing(k feeds.Key) *document.Listing {
	if l := s.snap.Listing(k); l != nil || k.Kind == feeds.All {
		return l
	}
	for _, k := range spellings(k) {
		if l := s.snap.Listing(k); l != nil {
			return l
		}
		if to, ok := s.snap.Alias(k); ok {
			if l := s.snap.Listing(to); l != nil {
				return l
			}
		}
	}
	return nil
}

// spellings are the keys that somebody may mean by k.
func spellings(k feeds.Key) [3]feeds.Key {
	return [...]feeds.Key{k, {Kind: k.Kind, Slug: strings.ToLower(norm.NFC.String(k.Slug))}, {Kind: k.Kind, Slug: feeds.Slug(k.Slug)}}
}

// former is the feed that once was and that somebody may mean by k; nil for none.
func (s *Site) former(k feeds.Key) *document.Listing {
	for _, k := range spellings(k) {
		if name, ok := s.snap.Retired[k]; ok {
			return &document.Listing{Key: k, Name: name}
		}
	}
	return nil
}

// ended says that there was a feed with a key, if there was.
func (s *Site) ended(k feeds.Key) Found {
	if s.former(k) != nil {
		return Ended{}
	}
	return nil
}

// kindOf finds a kind by the first segment of its addresses; All: there is none.
func kindOf(plural string) feeds.Kind {
	for _, k := range feeds.Kinds {
		if k != feeds.All && k.Plural() == plural {
			return k
		}
	}
	return feeds.All
}

func format(file string) (feeds.Format, bool) {
	for _, f := range feeds.Formats {
		if f.Filename() == file {
			return f, true
		}
	}
	return 0, false
}
