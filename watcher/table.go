package watcher

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// table says what an event in a watched folder means. Keys are absolute paths
// without links, as events name them: a folder that several paths lead to has
// one watch, which would tell of one path only.
type table struct {
	folders map[string][]*folder // by real path: every path that leads to it
	links   map[string]bool      // links followed and names they miss: a change turns everything behind them
	linked  map[string][]string  // files behind links: the paths that lead to them
	closed  map[string]bool      // folders that could not be read or watched
}

func newTable() *table {
	return &table{map[string][]*folder{}, map[string]bool{}, map[string][]string{}, map[string]bool{}}
}

// rewatch makes all watches anew. fsnotify keeps watches of moved folders under
// their old names, so mending single ones cannot be relied on.
func (w *Watcher) rewatch(ctx context.Context) {
	if w.polling && !w.rootChanged() && time.Since(w.tried) < w.opt.ScanInterval {
		return
	}
	w.Close()
	w.made++
	w.table, w.tried, w.polling, w.broken = newTable(), time.Now(), false, false
	root, err := w.rootFolder()
	if err == nil {
		w.id, err = os.Stat(root.real)
	}
	switch {
	case err != nil:
		w.id = nil
		w.warn("folder is gone: what is known of it is kept until it is back", err)
	case w.opt.ScanOnly:
		w.polling, w.warned = true, ""
	case isNetwork(root.real):
		w.polling = true
		w.warn("network file system, scanning instead of watching", nil)
	default:
		w.watchAll(ctx, root)
	}
}

func (w *Watcher) watchAll(ctx context.Context, root *folder) {
	src, err := w.open()
	if err == nil {
		w.src = src
		err = w.watch(ctx, root, func(string) {})
	}
	if err == nil || ctx.Err() != nil {
		if w.warned != "" {
			w.opt.Logger.Info("watching again", "path", w.root)
		}
		w.warned = ""
		return
	}
	w.Close()
	w.polling = true
	advice, ok := tooFew(err)
	if !ok {
		advice = "cannot watch, scanning instead"
	}
	w.warn(advice, err)
}

// watch watches f and all below it and then calls found for each file there:
// what arrives in between is found or causes an event, or both. It fails only
// when there are no more watches to be had, or with ctx.
func (w *Watcher) watch(ctx context.Context, f *folder, found func(rel string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.hold(f.real); err != nil {
		return err
	}
	w.table.enter(f)
	nodes, err := w.list(f)
	if err != nil {
		w.table.closed[f.real] = true
	}
	for i := range nodes {
		if err := w.watchNode(ctx, &nodes[i], found); err != nil {
			return err
		}
	}
	return nil
}

func (w *Watcher) watchNode(ctx context.Context, n *node, found func(rel string)) error {
	for _, hop := range n.hops {
		w.table.links[hop] = true
		if err := w.hold(filepath.Dir(hop)); err != nil {
			return err
		}
	}
	switch {
	case n.isDir():
		return w.watch(ctx, &n.folder, found)
	case n.entry != nil && n.hops != nil:
		w.table.link(n.real, n.rel)
		if err := w.hold(filepath.Dir(n.real)); err != nil {
			return err
		}
	}
	found(n.rel)
	return nil
}

// hold watches one real folder. A folder that vanished or is closed to us is
// not an error: its event, or the scan, tells when that changes.
func (w *Watcher) hold(real string) error {
	err := w.src.add(real)
	if err == nil {
		return nil
	}
	if _, ok := tooFew(err); ok {
		return err
	}
	w.table.closed[real] = true
	return nil
}

func (t *table) enter(f *folder) {
	delete(t.closed, f.real)
	same := func(g *folder) bool { return g.rel == f.rel }
	t.folders[f.real] = append(slices.DeleteFunc(t.folders[f.real], same), f)
}

func (t *table) link(real, rel string) {
	if !slices.Contains(t.linked[real], rel) {
		t.linked[real] = append(t.linked[real], rel)
	}
}

// rootChanged says whether the root came, went or became another folder.
func (w *Watcher) rootChanged() bool {
	info, err := os.Stat(w.root)
	if err != nil || w.id == nil {
		return (err == nil) != (w.id != nil)
	}
	return !os.SameFile(info, w.id)
}

func (w *Watcher) warn(message string, err error) {
	if w.warned == message {
		return
	}
	w.warned = message
	w.opt.Logger.Warn(message, "path", w.root, "err", err)
}
