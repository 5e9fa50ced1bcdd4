package server

import (
	"strings"
	"time"

	"feedmill/feeds/document"
)

// atOnce is [Handler.answer] as far as that takes next to no time: for a GET of
// what is in memory. ok is false where something has to be looked for or made first.
func (h *Handler) atOnce(r request, now time.Time) (a answer, ok bool) {
	defer func() { ok = recover() == nil && ok }() // whoever answers it then has it logged
	snap, v := h.source.Snapshot(), h.view.Load()
	if snap == nil || v == nil || v.snap != snap {
		return a, false
	}
	e := v.rendered(targetPath(r.Target()))
	if e == nil || !e.out.isReady(r) {
		return a, false
	}
	return v.answerOf(e, r, now), true
}

// isReady reports whether the answer to r takes nothing that is to be made yet.
func (out *rendition) isReady(r request) bool {
	if _, held := out.heldIn(r, document.Identity); held {
		return true // without the bytes, which may have made room for others
	}
	if out.deltas != nil && wantsDelta(r) {
		return false
	}
	b := out.ready()
	return b != nil && b.Has(document.Gzip)
}

// prepare makes what atOnce takes for a path, where there is something.
func (h *Handler) prepare(path string) {
	defer func() { recover() }() // as above
	snap := h.source.Snapshot()
	if snap == nil {
		return
	}
	v := h.current(snap)
	e, _ := v.find(canonicalEscapes(strings.Clone(path)))
	if e == nil || e.of != nil {
		return
	}
	if out, err := v.render(e); err == nil {
		if b, err := out.body(); err == nil {
			b.In(document.Gzip)
		}
	}
}
