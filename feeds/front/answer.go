package front

import "slices"

// Answer is the answer to one request. Nothing of it may be changed once it was
// returned to the front, which may send Body long afterwards.
type Answer struct {
	*Head
	// Body is the content that Content-Length counts. It is left out of the answer
	// to a HEAD.
	Body []byte
	// Stream, if it is not nil, sends the content piece by piece in place of Body.
	// It is called in a goroutine of its own, unless the request was a HEAD, and
	// returns when the content has ended or send fails.
	Stream func(send func([]byte) error)
}

// Head is a status and header fields, all but Content-Length, Date and
// Connection, which the front adds. It may be shared by many answers, and must
// not be changed once it was sent.
type Head struct {
	Status int
	Fields []Field // each name once

	wire wireHead
}

// Field is a header field by its canonical name.
type Field struct {
	Name  string
	Lines []string
}

// NewHead returns a head of its own.
func NewHead(status int, fields ...Field) *Head { return &Head{Status: status, Fields: fields} }

// One is a field of one line.
func One(name, value string) Field { return Field{name, []string{value}} }

// With returns a copy of h that has these fields, in place of its own of the same
// names.
func (h *Head) With(fields ...Field) *Head {
	others := slices.DeleteFunc(slices.Clone(h.Fields), func(own Field) bool {
		return slices.ContainsFunc(fields, func(f Field) bool { return f.Name == own.Name })
	})
	return NewHead(h.Status, append(others, fields...)...)
}
