package watcher

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// watches are the watches of all folders below the root and of those that links
// lead through, and what an event in one of these folders means. They are made
// together. Keys are absolute paths without links, as events name them: a folder
// that several paths lead to has one watch, whose events name one path.
type watches struct {
	tree *tree
	src  *source     // nil: there are no events
	made time.Time   // when making them began
	root fs.FileInfo // the root at that time; nil: there was none

	folders map[string][]*folder // watched folders, one for each path that leads there
	links   map[string]bool      // links, and names that links lead to in vain: a change of one changes all that is behind it
	linked  map[string][]string  // files that links lead to: the paths that lead there
	closed  map[string]bool      // folders that could not be read or watched
}

// newWatches watches everything. Where that is not possible, src is nil and problem
// says why and what a user can do; err may be nil with it. If ctx ends, watches are
// missing, which is no problem.
func newWatches(ctx context.Context, t *tree, open func() (*source, error)) (ws *watches, problem string, err error) {
	ws = &watches{
		tree: t, made: time.Now(),
		folders: map[string][]*folder{}, links: map[string]bool{}, linked: map[string][]string{}, closed: map[string]bool{},
	}
	root, err := t.rootFolder()
	if err == nil {
		ws.root, err = os.Stat(root.real)
	}
	switch {
	case err != nil:
		ws.root = nil
		return ws, "folder is gone: what is known of it is kept until it is back", err
	case t.opt.ScanOnly:
		return ws, "", nil
	case isNetwork(root.real):
		return ws, "network file system, scanning instead of watching", nil
	}
	if ws.src, err = open(); err == nil {
		err = ws.watch(ctx, root, func(string) {})
	}
	if err == nil || ctx.Err() != nil {
		return ws, "", nil
	}
	ws.close()
	return ws, cmp.Or(tooFew(err), "cannot watch, scanning instead"), err
}

// close ends all watches and their events.
func (ws *watches) close() error {
	if ws.src == nil {
		return nil
	}
	err := ws.src.shut()
	ws.src = nil
	return err
}

// watch watches f and all folders below it, and then calls found for each file
// there: a file that is created meanwhile is found, or causes an event, or both. It
// fails only if the system grants no more watches, or ctx ends.
func (ws *watches) watch(ctx context.Context, f *folder, found func(rel string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := ws.add(f.real); err != nil {
		return err
	}
	delete(ws.closed, f.real)
	same := func(g *folder) bool { return g.rel == f.rel } // an earlier one at the same path
	ws.folders[f.real] = append(slices.DeleteFunc(ws.folders[f.real], same), f)
	nodes, err := ws.tree.list(f)
	if err != nil {
		ws.closed[f.real] = true
	}
	for i := range nodes {
		if err := ws.watchNode(ctx, &nodes[i], found); err != nil {
			return err
		}
	}
	return nil
}

func (ws *watches) watchNode(ctx context.Context, n *node, found func(rel string)) error {
	for _, hop := range n.hops {
		ws.links[hop] = true
		if err := ws.add(filepath.Dir(hop)); err != nil {
			return err
		}
	}
	switch {
	case n.isDir():
		return ws.watch(ctx, &n.folder, found)
	case n.entry != nil && n.hops != nil:
		if !slices.Contains(ws.linked[n.real], n.rel) {
			ws.linked[n.real] = append(ws.linked[n.real], n.rel)
		}
		if err := ws.add(filepath.Dir(n.real)); err != nil {
			return err
		}
	}
	found(n.rel)
	return nil
}

// add watches one real folder. It does not fail for a folder that is gone or closed
// to us: events of the folder above, or a scan, tell when that changes.
func (ws *watches) add(real string) error {
	err := ws.src.add(real)
	if tooFew(err) != "" {
		return err
	}
	if err != nil {
		ws.closed[real] = true
	}
	return nil
}

// rootChanged reports whether the root has appeared, vanished or become another
// folder since the watches were made.
func (ws *watches) rootChanged() bool {
	info, err := os.Stat(ws.tree.root)
	if err != nil || ws.root == nil {
		return (err == nil) != (ws.root != nil)
	}
	return !os.SameFile(info, ws.root)
}
