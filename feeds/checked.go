package feeds

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Checked is r with check between each document and whoever asks for it: check
// is given what was rendered, or the error of that, once, and returns what is
// to be served instead. A panic while rendering is such an error.
func (r *Revision) Checked(check func(f Format, d *Document, err error) (*Document, error)) *Revision {
	c := &Revision{feed: r.feed, marks: r.marks, encoders: r.encoders, unchecked: r}
	for _, f := range Formats {
		c.docs[f] = sync.OnceValues(func() (*Document, error) {
			d, err := attempt(r.docs[f])
			return check(f, d, err)
		})
	}
	return c
}

// Own reports whether Document gives what was rendered of this revision, rather
// than what check has put in its place. Only then Marks and Since go with it.
func (r *Revision) Own(f Format) bool {
	if r.unchecked == nil {
		return true
	}
	served, err := r.Document(f)
	rendered, _ := attempt(r.unchecked.docs[f])
	return err == nil && served == rendered
}

func attempt(render func() (*Document, error)) (d *Document, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			d, err = nil, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return render()
}
