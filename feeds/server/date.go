package server

import (
	"net/http"
	"sync/atomic"
	"time"
)

// date is the value of Date (RFC 9110 §6.6.1), written once a second. It is safe
// for concurrent use.
type date struct{ latest atomic.Pointer[second] }

type second struct {
	unix  int64
	lines []string
}

// at returns the field's line at a time, which the caller must not change.
func (d *date) at(now time.Time) []string {
	unix := now.Unix()
	s := d.latest.Load()
	if s == nil || s.unix != unix {
		s = &second{unix, []string{now.UTC().Format(http.TimeFormat)}}
		d.latest.Store(s)
	}
	return s.lines
}
