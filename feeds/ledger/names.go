package ledger

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"feedmill/feeds"
)

var bucketNames = []byte("names") // kind/fold → slugs, the first one first

// Names lists the names of all feeds that were ever served, by kind and name;
// none unless the ledger lasts.
func (l *Ledger) Names() []feeds.Name {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]feeds.Name, 0, len(l.names))
	for _, key := range slices.Sorted(maps.Keys(l.names)) {
		kind, fold := nameOf(key)
		all = append(all, feeds.Name{Kind: kind, Fold: fold, Slugs: l.names[key]})
	}
	return all
}

// nameOf takes a key of the bucket apart.
func nameOf(key string) (feeds.Kind, string) {
	name, fold, _ := strings.Cut(key, "/")
	kind, _ := feeds.ParseKind(name)
	return kind, fold
}

// SaveNames remembers which name, folded, is served at each address from now on. A slug
// that was another name's is taken from that. When it returns nil, all is on disk;
// after an error the next call tries again. A ledger that does not outlive the
// process remembers nothing.
func (l *Ledger) SaveNames(served map[feeds.Key]string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Lasting() {
		return nil
	}
	for k, fold := range served {
		l.setOwner(k, k.Kind.String()+"/"+fold)
	}
	if len(l.unsaved) == 0 {
		return nil
	}
	err := l.writeTx(func(w *recordWriter) error {
		for _, key := range inOrder(l.unsaved) {
			w.json(bucketNames, key, l.names[key])
		}
		return w.err
	})
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	clear(l.unsaved)
	return nil
}

func (l *Ledger) setOwner(k feeds.Key, key string) {
	owner, owned := l.owners[k]
	if owned && owner == key {
		return
	}
	if owned {
		l.names[owner] = slices.DeleteFunc(slices.Clone(l.names[owner]), func(s string) bool { return s == k.Slug })
		l.unsaved[owner] = true
	}
	l.owners[k] = key
	l.names[key] = append(slices.Clone(l.names[key]), k.Slug)
	l.unsaved[key] = true
}

// loadNames reads all names.
func (l *Ledger) loadNames(tx *bbolt.Tx) error {
	l.names, l.owners, l.unsaved = map[string][]string{}, map[feeds.Key]string{}, map[string]bool{}
	return each(tx, bucketNames, func(k, v []byte) error {
		slugs, err := decodeName(k, v)
		kind, _ := nameOf(string(k))
		for _, s := range slugs {
			l.owners[feeds.Key{Kind: kind, Slug: s}] = string(k)
		}
		l.names[string(k)] = slugs
		return err
	})
}

func decodeName(k, v []byte) (slugs []string, err error) {
	if err := json.Unmarshal(v, &slugs); err != nil {
		return nil, fmt.Errorf("name of %s is damaged: %w", k, err)
	}
	return slugs, nil
}
