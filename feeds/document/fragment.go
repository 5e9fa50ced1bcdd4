package document

import (
	"bytes"
	"context"
	"io"
	"sync"

	"feedmill/feeds"
)

// Shared is what has been made of one item: a fragment for each format, which is the
// item as it stands in every document that holds it, and its mark. Each is made
// once. A fragment depends on nothing but the item and the site, and never changes.
// It is safe for concurrent use.
type Shared struct {
	// Grown is called with the size of each fragment once that is made.
	Grown func(bytes int)

	mu        sync.Mutex // held while a fragment is made
	fragments [len(feeds.Formats)][]byte
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
		return d.place(fragment)
	}
	_, err = w.Write(fragment)
	return err
}

func (s *Shared) fragment(f feeds.Format, encode func() ([]byte, error)) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.fragments[f]; g != nil {
		return g, nil
	}
	made, err := encode()
	if err != nil {
		return nil, err
	}
	s.fragments[f] = made
	s.Grown(len(made))
	return made, nil
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
	placed [][]byte     // the fragments
	size   int

	making context.Context // nothing is written after it has ended; nil: it never does
}

func (d *draft) Write(p []byte) (int, error) {
	if err := ended(d.making); err != nil {
		return 0, err
	}
	d.size += len(p)
	return d.frame.Write(p)
}

func (d *draft) place(fragment []byte) error {
	if err := ended(d.making); err != nil {
		return err
	}
	d.breaks = append(d.breaks, d.frame.Len())
	d.placed = append(d.placed, fragment)
	d.size += len(fragment)
	return nil
}

func (d *draft) bytes() []byte {
	body, frame, from := make([]byte, 0, d.size), d.frame.Bytes(), 0
	for i, fragment := range d.placed {
		body = append(append(body, frame[from:d.breaks[i]]...), fragment...)
		from = d.breaks[i]
	}
	return append(body, frame[from:]...)
}
