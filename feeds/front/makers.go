package front

import "net/http"

// What net/http has of requests at a time. One network has its share of both.
const (
	makersOfHTTP   = 256  // whose answers are being made; streams that have begun do not count
	requestsOfHTTP = 4096 // also those that wait for that
)

// makers bound how many answers net/http makes at a time: a connection of HTTP/2 can
// ask for hundreds.
type makers struct {
	places *places
	making chan struct{}
}

// answer asks the handler when it is the request's turn.
func (a adapter) answer(r httpRequest) Answer {
	c, _ := r.Context().Value(connKey{}).(*httpConn)
	if a.makers == nil || c == nil || c.from == nil {
		return a.h.Answer(r, a.now())
	}
	m, from := a.makers, c.from
	m.places.use(from)
	defer m.places.unuse(from)
	defer from.waiting.Add(-1)
	if from.waiting.Add(1) > int64(from.share(requestsOfHTTP)) {
		return tooManyRequests
	}
	var left <-chan struct{}
	if r.ProtoMajor > 1 { // before, who has closed its side may still wait for an answer
		left = r.Context().Done()
	}
	for _, turn := range [...]chan struct{}{from.making, m.making} {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-left:
			return tooManyRequests
		}
	}
	return a.h.Answer(r, a.now())
}

var tooManyRequests = Answer{
	Head: NewHead(http.StatusServiceUnavailable, One("Content-Type", "text/plain; charset=utf-8"), One("Retry-After", "10"), One("Cache-Control", "no-store")),
	Body: []byte("too many requests of your network wait for their answers\n"),
}
