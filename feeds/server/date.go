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
	field []byte // "Date: …", with its line end
}

// at returns the field's line at a time, which the caller must not change.
func (d *date) at(now time.Time) []string { return d.second(now).lines }

func (d *date) second(now time.Time) *second {
	unix := now.Unix()
	s := d.latest.Load()
	if s == nil || s.unix != unix {
		text := now.UTC().Format(http.TimeFormat)
		s = &second{unix, []string{text}, []byte("Date: " + text + "\r\n")}
		d.latest.Store(s)
	}
	return s
}
