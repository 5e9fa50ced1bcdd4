package server

import (
	"net/http"
	"strconv"
	"sync"
)

// wireHead is a head as it goes over an HTTP/1.1 connection, but for Date and the
// empty line, made when it is first sent.
type wireHead struct {
	once sync.Once
	text []byte
}

func (w *wireHead) of(h *head) []byte {
	w.once.Do(func() {
		w.text = append(w.text, "HTTP/1.1 "+strconv.Itoa(h.status)+" "+http.StatusText(h.status)+"\r\n"...)
		for _, f := range h.fields {
			for _, line := range f.lines {
				w.text = append(w.text, f.name+": "+line+"\r\n"...)
			}
		}
	})
	return w.text
}
