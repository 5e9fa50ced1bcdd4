package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// progress shows on a terminal how many files have been read, and nothing
// anywhere else. finish clears the line.
func progress(w io.Writer) (show func(files int), finish func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	return func(files int) { fmt.Fprintf(f, "\rreading articles: %d", files) }, func() { fmt.Fprint(f, "\r\x1b[K") }
}
