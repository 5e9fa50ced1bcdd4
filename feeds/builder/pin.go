package builder

import (
	"feedmill/feeds"
	"feedmill/feeds/catalog"
)

// pin gives feeds their addresses for ever before anybody sees them, if the
// ledger can remember it.
func (b *Builder) pin(shelves []*catalog.Shelf) {
	if !b.opt.Ledger.Lasting() {
		return
	}
	served := map[feeds.Key]string{}
	for _, s := range shelves {
		if b.catalog.Pin(s) {
			served[s.Key()] = s.Fold()
		}
	}
	if err := b.opt.Ledger.Serve(served); err != nil {
		b.opt.Logger.Error("addresses of feeds are not on disk; the next change tries again", "err", err)
	}
}
