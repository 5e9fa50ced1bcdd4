package document

import (
	"bytes"
	"feedmill/feeds"
	"io"
	"sync"
	"time"
)

// Fragment is an item in one format, as it stands in every document that holds
// it. It depends on nothing but the item and the site, and never changes.
type Fragment struct {
	Bytes   []byte
	Verdict Verdict
}

// Verdict is what looking through a fragment has found.
type Verdict struct {
	ID     string
	Latest time.Time // the latest date in it
	Err    error     // of the first thing that is wrong
}

// Placed is a fragment and where in a document it begins.
type Placed struct {
	At int
	*Fragment
}

// Shared is what has been made of one item: its fragments, each encoded and
// looked through once, and its mark. It is safe for concurrent use.
type Shared struct {
	// Look is asked about each fragment once.
	Look func(f feeds.Format, fragment []byte) Verdict
	// Grown is told by how many bytes the fragments have grown.
	Grown func(bytes int)

	mu        sync.Mutex // held while a fragment is made: it is made once
	fragments [len(feeds.Formats)]*Fragment
	mark      *Mark
}

// Of is a copy of it whose fragments are kept in s. All documents that it is
// written into must be of one site.
func (s *Shared) Of(it *feeds.Item) *feeds.Item {
	shared := *it
	shared.Fragments = s
	return &shared
}

// WriteFragment implements [Fragments].
func (s *Shared) WriteFragment(w io.Writer, f feeds.Format, encode func() ([]byte, error)) error {
	fragment, err := s.fragment(f, encode)
	if err != nil {
		return err
	}
	if d, ok := w.(*draft); ok {
		d.place(fragment)
		return nil
	}
	_, err = w.Write(fragment.Bytes)
	return err
}

func (s *Shared) fragment(f feeds.Format, encode func() ([]byte, error)) (*Fragment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.fragments[f]; g != nil {
		return g, nil
	}
	made, err := encode()
	if err != nil {
		return nil, err
	}
	g := &Fragment{Bytes: made, Verdict: s.Look(f, made)}
	s.fragments[f] = g
	s.Grown(len(made))
	return g, nil
}

func (s *Shared) markOf(it *feeds.Item) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mark == nil {
		s.mark = new(markOf(it))
	}
	return *s.mark
}

// draft is a document in the making. Fragments are copied once, when their place
// is known and the document's size.
type draft struct {
	frame  bytes.Buffer // what stands around the fragments
	breaks []int        // ends of the pieces of frame that fragments follow
	placed []Placed
	size   int
}

func (d *draft) Write(p []byte) (int, error) {
	d.size += len(p)
	return d.frame.Write(p)
}

func (d *draft) place(g *Fragment) {
	d.breaks = append(d.breaks, d.frame.Len())
	d.placed = append(d.placed, Placed{At: d.size, Fragment: g})
	d.size += len(g.Bytes)
}

func (d *draft) bytes() []byte {
	body, frame, from := make([]byte, 0, d.size), d.frame.Bytes(), 0
	for i, g := range d.placed {
		body = append(append(body, frame[from:d.breaks[i]]...), g.Bytes...)
		from = d.breaks[i]
	}
	return append(body, frame[from:]...)
}
