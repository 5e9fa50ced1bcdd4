package feeds

import (
	"net/netip"
	"time"
)

// Poll is one request for a document of a feed, and how it was answered.
type Poll struct {
	Key         Key
	Format      Format
	Status      int
	Sent        int64         // bytes of the body that was sent, as it was coded
	Full        int64         // bytes of the whole document, uncoded; zero where none was asked for, as by HEAD
	Tag         string        // entity tag of the whole document, uncoded; empty: unknown
	MaxAge      time.Duration // for how long the client was told not to ask again: max-age, or Retry-After
	Conditional bool          // the request named what the client has
	Delta       bool          // the request asked for new items only (RFC 3229)
	Agent       string        // User-Agent
	Client      netip.Addr    // who asked, as far as known
	Hidden      bool          // it came through a proxy that hides who asked, and may be trusted no word about it
	Time        time.Time
}
