package builder

import (
	"os"
	"path/filepath"
	"time"

	"feedmill/feeds"
)

// keepLedger puts the ledger's file back where somebody has deleted it or put another one
// there, and says so. What this process knows holds: the feeds were made of it.
func (b *Builder) keepLedger(now time.Time) {
	d, err := b.opt.Ledger.KeepPlace(now)
	switch {
	case err != nil:
		b.opt.Logger.Error("the ledger is not in its place; the next round tries again", "err", err)
	case d.Deleted:
		b.opt.Logger.Warn("somebody has deleted the ledger; it was written anew")
	case d.Aside != "":
		b.aside.Store(&d.Aside)
		b.opt.Logger.Error("somebody has put another ledger in place while it was in use: that one is put aside, and the one in use is back", "path", d.Aside)
	}
}

// asideProblem says that a ledger was put aside, as long as that is there.
func (b *Builder) asideProblem() []*feeds.Problem {
	file := b.aside.Load()
	if file == nil {
		return nil
	}
	if _, err := os.Stat(*file); err != nil {
		return nil
	}
	return []*feeds.Problem{{Message: "somebody has put another ledger in the state folder while this process used its own, which is back in place; the other one is " +
		filepath.Base(*file) + ": delete it, or, to go back to it, stop serve and run feedmill restore with a backup"}}
}
