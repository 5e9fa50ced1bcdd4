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
	c := &Revision{feed: r.feed, marks: r.marks, encoders: r.encoders}
	for _, f := range Formats {
		c.docs[f] = sync.OnceValues(func() (*Document, error) {
			d, err := attempt(r.docs[f])
			return check(f, d, err)
		})
	}
	return c
}

func attempt(render func() (*Document, error)) (d *Document, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			d, err = nil, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return render()
}
