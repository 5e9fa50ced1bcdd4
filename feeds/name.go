package feeds

// Name is a feed's name as far as it never changes, and where it was served.
type Name struct {
	Kind  Kind
	Fold  string   // see Fold
	Slugs []string // every slug it has had, the first one first; no other name has them
}
