package document

import (
	"feedmill/feeds/mix"
)

// Library composes feeds of the articles that are shown at one moment. It never
// changes and is safe for concurrent use.
type Library interface {
	// Compose selects what m describes, and renders none of it. before is what
	// an earlier library made of the same mix, or nil: a result that a reader
	// cannot tell from it keeps its Revision.
	Compose(m *mix.Mix, before Blend) Blend
}

// Blend is what a Library made of a Mix.
type Blend interface{ Listing() *Listing }
