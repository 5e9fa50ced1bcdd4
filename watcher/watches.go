package watcher

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// watches are the watches of all folders below the root and of those that links
// lead through, and what an event in one of these folders means. They are made
// together. Keys are absolute paths without links, as events name them: a folder
// that several paths lead to has one watch, whose events name the path where it counts.
type watches struct {
	tree *tree
	src  *source     // nil: there are no events
	made time.Time   // when making them began
	root fs.FileInfo // the root at that time; nil: there was none

	folders map[string][]*folder // watched folders at the paths where they count, one for each class
	hops    map[string]bool      // links, and names that links lead to in vain: a change of one changes all that is behind it
	links   *links               // what links lead to
	through map[string]bool      // folders that are watched because of links in them, or files that links lead to
	closed  map[string]bool      // folders that could not be read or watched
}

// newWatches watches everything. Where that is not possible, src is nil and problem
// says why and what a user can do; err may be nil with it. If ctx ends, watches are
// missing, which is no problem.
func newWatches(ctx context.Context, t *tree, open func() (*source, error)) (ws *watches, problem string, err error) {
	ws = &watches{
		tree: t, made: time.Now(),
		folders: map[string][]*folder{}, hops: map[string]bool{}, through: map[string]bool{}, closed: map[string]bool{},
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
		err = ws.watchAll(ctx, root)
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

// watchAll watches all folders that count, and those that links lead through.
func (ws *watches) watchAll(ctx context.Context, root *folder) error {
	ws.links = newLinks(ws.tree, root)
	behind, err := ws.watch(ctx, root, nil)
	if err == nil {
		err = ws.links.resolve(ctx, behind, func(f *folder) ([]node, error) { return ws.watch(ctx, f, nil) }, func(*node) {})
	}
	if err == nil {
		ws.links.publish()
	}
	return err
}

// watch watches f and all folders below it but for those behind links, and then calls
// found, if it is not nil, for each file there: a file that is created meanwhile is
// found, or causes an event, or both. It returns the links in these folders, and fails
// only if the system grants no more watches, or ctx ends.
func (ws *watches) watch(ctx context.Context, f *folder, found func(rel string)) (behind []node, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := ws.add(f.real); err != nil {
		return nil, err
	}
	delete(ws.closed, f.real)
	same := func(g *folder) bool { return g.rel == f.rel } // an earlier one at the same path
	ws.folders[f.real] = append(slices.DeleteFunc(ws.folders[f.real], same), f)
	var below []*folder
	err = ws.tree.readFolder(f, func(entries []fs.DirEntry) {
		for _, e := range entries {
			if found == nil && e.Type().IsRegular() {
				continue
			}
			n, ok := ws.tree.node(f, e)
			switch {
			case !ok:
			case n.isLink:
				behind = append(behind, n)
			case n.isDir():
				sub := n.folder
				below = append(below, &sub)
			case found != nil:
				found(n.rel)
			}
		}
	})
	if err != nil {
		ws.closed[f.real] = true
	}
	for i := range behind {
		if err := ws.watchLink(&behind[i]); err != nil {
			return nil, err
		}
	}
	for _, sub := range below {
		if f.links > 0 && !ws.links.enter(sub) {
			continue
		}
		more, err := ws.watch(ctx, sub, found)
		if err != nil {
			return nil, err
		}
		behind = append(behind, more...)
	}
	return behind, nil
}

// watchLink watches what tells that n leads elsewhere, and the folder of the file that
// it leads to.
func (ws *watches) watchLink(n *node) error {
	link := n.above.join(path.Base(n.rel))
	if n.forbidden != "" {
		ws.hops[link] = true
		return nil
	}
	for _, hop := range hops(link) {
		ws.hops[hop] = true
		if err := ws.watchThrough(filepath.Dir(hop)); err != nil {
			return err
		}
	}
	if n.entry == nil || n.isDir() {
		return nil
	}
	return ws.watchThrough(filepath.Dir(n.real))
}

func (ws *watches) watchThrough(real string) error {
	if ws.through[real] || ws.folders[real] != nil {
		return nil
	}
	ws.through[real] = true
	return ws.add(real)
}

// paths returns the paths at which the file real counts.
func (ws *watches) paths(real string) []string {
	if only := ws.tree.opt.Only; len(only) > 0 {
		return slices.DeleteFunc(slices.Clone(only), func(name string) bool {
			link := ws.links.root.join(name)
			to, err := resolve(link)
			return link != real && (err != nil || to != real)
		})
	}
	if p, ok := ws.links.file(real); ok {
		return []string{p.rel}
	}
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
