package front

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// wireHead is a head as net/http writes it, made when it is first sent: the status
// line and the fields in order of their names, without Date and the empty line.
type wireHead struct {
	once   sync.Once
	text   []byte
	length int // where the value of Content-Length goes in; 0: there is none
}

const versionAt = len("HTTP/1.")

func (h *Head) onWire() *wireHead {
	h.wire.once.Do(func() { h.wire.write(h) })
	return &h.wire
}

func (w *wireHead) write(h *Head) {
	header := make(http.Header, len(h.Fields)+1)
	for _, f := range h.Fields {
		header[f.Name] = f.Lines
	}
	delete(header, "Content-Length")
	if hasContent(h.Status) {
		header["Content-Length"] = []string{""}
	} else if h.Status == http.StatusNotModified {
		delete(header, "Content-Type")
	}
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(h.Status) + " " + http.StatusText(h.Status) + "\r\n")
	header.Write(&b)
	w.text = b.Bytes()
	const length = "\r\nContent-Length: "
	if at := bytes.Index(w.text, []byte(length)); at >= 0 {
		w.length = at + len(length)
	}
}

// appendHead adds the head of an answer whose content has so many bytes, to the
// empty line. date is the whole line of Date.
func (h *Head) appendHead(b []byte, f form, content int, date []byte) []byte {
	w := h.onWire()
	begin := len(b)
	if w.length > 0 {
		b = append(b, w.text[:w.length]...)
		b = strconv.AppendInt(b, int64(content), 10)
		b = append(b, w.text[w.length:]...)
	} else {
		b = append(b, w.text...)
	}
	b = append(b, date...)
	switch {
	case f.isOld:
		b[begin+versionAt] = '0'
		if f.keepAlive {
			b = append(b, "Connection: keep-alive\r\n"...)
		}
	case f.closes:
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}

// date is the line of Date (RFC 9110 §6.6.1), written once a second.
type date struct {
	second int64
	line   []byte
}

func (d *date) at(now time.Time) []byte {
	if second := now.Unix(); second != d.second || d.line == nil {
		d.second = second
		d.line = now.UTC().AppendFormat(append(d.line[:0], "Date: "...), http.TimeFormat)
		d.line = append(d.line, "\r\n"...)
	}
	return d.line
}
