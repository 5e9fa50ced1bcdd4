package server

import (
	"strconv"
	"time"
)

const (
	staleWhile   = time.Minute
	staleIfError = "stale-if-error=86400"
)

// cacheControl lets caches keep a copy for fresh, then use it for a minute while
// they ask again, and for a day while we cannot be reached (RFC 5861).
func cacheControl(fresh time.Duration) string {
	seconds := int64(max(fresh, 0) / time.Second)
	return "public, max-age=" + strconv.FormatInt(seconds, 10) + ", stale-while-revalidate=60, " + staleIfError
}

// hurried is a head whose copies may be used for so many seconds.
type hurried struct {
	*head
	seconds int64
}

// hurry keeps copies from outliving a change that is known to come: they may be
// used until its second, and not a minute beyond.
func (out *rendition) hurry(h *head, now time.Time) *head {
	left := out.next.Sub(now)
	if out.next.IsZero() || left > out.fresh+staleWhile {
		return h
	}
	seconds := int64(min(max(left+time.Second-1, 0), out.fresh) / time.Second)
	soon := h.hurried.Load()
	if soon == nil || soon.seconds != seconds {
		control := one("Cache-Control", "public, max-age="+strconv.FormatInt(seconds, 10)+", "+staleIfError)
		soon = &hurried{h.with(control), seconds}
		h.hurried.Store(soon)
	}
	return soon.head
}
