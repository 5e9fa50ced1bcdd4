package watcher

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Follow says which symbolic links below the root are followed. The root itself may
// always be one.
type Follow int

const (
	FollowAll    Follow = iota // all, also those that lead out of the root
	FollowInside               // those that lead to what is below the root
	FollowNone                 // none: links do not count
)

const (
	// maxLinks bounds the links in a path. The system refuses a path with more.
	maxLinks = 40
	// maxLinkedPath bounds the bytes of a path with links. The system refuses a
	// longer one.
	maxLinkedPath = 4096
	// maxLeftOut bounds the paths that LeftOut names.
	maxLeftOut = 100
)

// LeftOut is a path that leads to a folder or file, and does not count.
type LeftOut struct {
	Path   string // slash-separated, relative to the root
	Reason string // for people, as in "the same folder as a/x, through the link b"

	Forbidden bool // by Options.Follow
}

// LeftOut names up to 100 of the paths that the last walk over all files has left out
// because of links, in order, and says how many there were.
func (w *Watcher) LeftOut() (some []LeftOut, all int) {
	l := w.links.Load()
	if l == nil {
		return nil, 0
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	some = slices.Clone(l.leftOut)
	slices.SortFunc(some, func(a, b LeftOut) int { return comparePaths(a.Path, b.Path) })
	return some, l.allLeftOut
}

// place is one of the paths that lead to a folder or file.
type place struct {
	rel   string
	links int // how many names in rel are links
}

// compare tells which of two paths to the same folder or file comes first. It is the
// one with fewer links: a link that is added never changes the path of an article that
// was there. Among equals the names decide, from the left, in byte order: a folder comes
// just before what is in it.
func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.links, q.links), comparePaths(p.rel, q.rel))
}

// isTooLong reports whether a path with links does not count because of its length.
func (p place) isTooLong() bool {
	return p.links > maxLinks || p.links > 0 && len(p.rel) > maxLinkedPath
}

var tooLong = fmt.Sprintf("its path has more than %d links or %d bytes", maxLinks, maxLinkedPath)

// comparePaths compares two slash-separated paths name by name.
func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// links knows what links below the root lead to, as one walk over all folders has found
// it, and by which of several paths each folder and file counts: the first, see
// place.compare. A folder at a path without links is not recorded: its path tells that
// it counts. It is safe for concurrent use.
type links struct {
	tree   *tree
	root   *folder
	number uint64 // ascends with the time at which the walk began

	mu         sync.RWMutex
	folders    map[string][]*folder // entered at a path with links, by real path: one for each class
	files      map[string]place     // by real path: the first link to a file
	leftOut    []LeftOut
	allLeftOut int
}

// newLinks must be called when a walk begins.
func newLinks(t *tree, root *folder) *links {
	return &links{tree: t, root: root, number: t.walks.Add(1), folders: map[string][]*folder{}, files: map[string]place{}}
}

// publish makes l what Stat and ReadFile go by, unless they go by a later walk.
func (l *links) publish() {
	for {
		old := l.tree.links.Load()
		if old != nil && old.number >= l.number || l.tree.links.CompareAndSwap(old, l) {
			return
		}
	}
}

// resolve decides about links that a walk has found in folders at paths with equally
// many links, and then about those behind them. It calls enter for folders that count
// at the path of the link, which returns the links found there, and file for files.
// Because it decides in order of the paths, the first path to each folder and file is
// the one that counts, whatever the order in which the links were found.
func (l *links) resolve(ctx context.Context, found []node, enter func(*folder) ([]node, error), file func(*node)) error {
	for len(found) > 0 {
		slices.SortFunc(found, func(m, n node) int { return comparePaths(m.rel, n.rel) })
		var behind []node
		for i := range found {
			n := &found[i]
			if err := ctx.Err(); err != nil {
				return err
			}
			switch {
			case n.entry == nil:
				file(n)
			case n.forbidden != "":
				l.leave(LeftOut{n.rel, n.forbidden, true})
			case n.isDir() && l.enter(&n.folder):
				more, err := enter(&n.folder)
				if err != nil {
					return err
				}
				behind = append(behind, more...)
			case !n.isDir() && l.claim(n):
				file(n)
			}
		}
		found = behind
	}
	return nil
}

// enter reports whether the folder f, at a path with links, counts there, and records
// it if so.
func (l *links) enter(f *folder) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, known := l.folderAt(f.real, l.tree.class(f.rel))
	if g := f.above.entered(f.real); g != nil && !known {
		p, known = g.place(), true
	}
	switch {
	case known && p.rel == f.rel:
		return true
	case known:
		l.leaveLocked(LeftOut{Path: f.rel, Reason: sameAs("folder", p, f)})
		return false
	case f.place().isTooLong():
		l.leaveLocked(LeftOut{Path: f.rel, Reason: tooLong})
		return false
	}
	l.folders[f.real] = append(l.folders[f.real], f)
	return true
}

// claim reports whether the file n counts at its path, which has links in it or is one,
// and records it if it is one.
func (l *links) claim(n *node) bool {
	if len(l.tree.opt.Only) > 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p, known := l.fileAt(n.real)
	at := n.place()
	if at.isTooLong() {
		l.leaveLocked(LeftOut{Path: n.rel, Reason: tooLong})
		return false
	}
	if first, ok := l.files[n.real]; n.isLink && (!ok || at.compare(first) < 0) {
		l.files[n.real] = at
	}
	if known && p.compare(at) < 0 {
		l.leaveLocked(LeftOut{Path: n.rel, Reason: sameAs("file", p, &n.folder)})
		return false
	}
	return true
}

// linked reports whether a link leads to the file real.
func (l *links) linked(real string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, ok := l.files[real]
	return ok
}

// folder is folderAt for callers that do not hold the lock.
func (l *links) folder(real string, class int) (place, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.folderAt(real, class)
}

// file is fileAt for callers that do not hold the lock.
func (l *links) file(real string) (place, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.fileAt(real)
}

// folderAt returns the path at which a folder of a class counts. It does not look
// whether the folder is there.
func (l *links) folderAt(real string, class int) (p place, ok bool) {
	if rel, ok := l.root.below(real); ok && l.tree.folderCounts(rel) && l.tree.class(rel) == class {
		return place{rel: rel}, true
	}
	for _, f := range l.folders[real] {
		if l.tree.class(f.rel) == class {
			return f.place(), true
		}
	}
	return place{}, false
}

// fileAt returns the path at which a file counts. It does not look whether the file is
// there.
func (l *links) fileAt(real string) (p place, ok bool) {
	if rel, ok := l.root.below(real); ok && l.tree.countsAt(rel) {
		return place{rel: rel}, true
	}
	p, ok = l.files[real]
	if len(l.folders) == 0 {
		return p, ok
	}
	for _, f := range l.folders[filepath.Dir(real)] {
		n := f.child(filepath.Base(real))
		if l.tree.counts(n.rel, false) && (!ok || n.place().compare(p) < 0) {
			p, ok = n.place(), true
		}
	}
	return p, ok
}

func (l *links) leave(o LeftOut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaveLocked(o)
}

func (l *links) leaveLocked(o LeftOut) {
	if l.allLeftOut++; len(l.leftOut) < maxLeftOut {
		l.leftOut = append(l.leftOut, o)
	}
}

// sameAs is the reason why f does not count: p leads to the same.
func sameAs(kind string, p place, f *folder) string {
	reason := fmt.Sprintf("the same %s as %s", kind, p.rel)
	if p.rel == "." {
		reason = "the same folder as that of all articles"
	}
	if link := f.lastLink(); link != f.rel {
		reason += ", through the link " + link
	}
	return reason
}

func (f *folder) place() place { return place{f.rel, f.links} }

// lastLink is the path of the last link in that of f; f.rel if there is none.
func (f *folder) lastLink() string {
	rel := f.rel
	for ; f != nil && f.links > 0; f = f.above {
		if rel = f.rel; f.above.links < f.links {
			break
		}
	}
	return rel
}

// below returns the path of real from f. ok is false if it is not f nor below it.
func (f *folder) below(real string) (rel string, ok bool) {
	if real == f.real {
		return ".", true
	}
	top := strings.TrimSuffix(f.real, string(filepath.Separator))
	if len(real) <= len(top)+1 || real[:len(top)] != top || !os.IsPathSeparator(real[len(top)]) {
		return "", false
	}
	return filepath.ToSlash(real[len(top)+1:]), true
}
