package feeds

import "sync"

// Revision is the content of one feed between two changes of it. Its feed is
// assembled, and each document encoded, once, by whoever asks first.
type Revision struct {
	feed func() *Feed
	docs [len(Formats)]func() (*Document, error)

	marks    func() []Mark
	encoders [len(Formats)]Encoder
}

// NewRevision makes a revision from a function that assembles the feed and an
// encoder for each format. Neither is called before it is needed.
func NewRevision(assemble func() *Feed, encoders [len(Formats)]Encoder) *Revision {
	r := &Revision{feed: sync.OnceValue(assemble), encoders: encoders}
	r.marks = sync.OnceValue(func() []Mark { return marksOf(r.feed().Items) })
	for _, f := range Formats {
		r.docs[f] = sync.OnceValues(func() (*Document, error) {
			return NewDocument(r.feed(), f, encoders[f])
		})
	}
	return r
}

// Feed returns the assembled feed.
func (r *Revision) Feed() *Feed { return r.feed() }

// Document returns the feed's bytes in format f.
func (r *Revision) Document(f Format) (*Document, error) { return r.docs[f]() }
