package front

import (
	"cmp"
	"time"
)

// Limits bound what one client can hold of the server. Zero fields take the
// defaults.
type Limits struct {
	Header      time.Duration // to send the head of a request; 10 seconds
	Read        time.Duration // to send the whole request; 30 seconds
	Write       time.Duration // to take the whole response; 5 minutes, at which 512 KiB need 1.8 KB/s
	Idle        time.Duration // between two requests; 2 minutes
	Grace       time.Duration // for requests under way when the server stops; 10 seconds
	HeaderBytes int           // 64 KiB; more is answered with 431
	Connections int           // at a time; 16,384, and others wait
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Header: cmp.Or(l.Header, 10*time.Second), Read: cmp.Or(l.Read, 30*time.Second), Write: cmp.Or(l.Write, 5*time.Minute),
		Idle: cmp.Or(l.Idle, 2*time.Minute), Grace: cmp.Or(l.Grace, 10*time.Second),
		HeaderBytes: cmp.Or(l.HeaderBytes, 64<<10), Connections: cmp.Or(l.Connections, 16<<10),
	}
}

// slack is by how much a loop may be late to cut off a client.
func (l Limits) slack() time.Duration { return min(l.Header, l.Write, l.Idle) / 8 }

// headBytes is the longest head that net/http accepts, which adds 4 KiB to its
// setting.
func (l Limits) headBytes() int { return l.HeaderBytes + 4<<10 }
