package body

import "fmt"

// Limit is a limit that a text exceeds, so that it is shown with less markup.
type Limit struct {
	At      int    // where in the text, in bytes; -1 for nowhere in particular
	Message string // what is too much, in the author's words, with the limit
}

func exceeds(at int, format string, args ...any) *Limit {
	return &Limit{at, fmt.Sprintf(format, args...)}
}

// Error makes a Limit what work is stopped with.
func (l *Limit) Error() string { return l.Message }
