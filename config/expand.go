package config

import (
	"errors"
	"fmt"

	"gopkg.in/yaml.v3"
)

// extent is how much a node is with all that it refers to written out.
type extent struct {
	values, bytes, depth int
}

// expansion finds how much the nodes of a YAML file are with their aliases written
// out, without writing them out, and replaces merge keys (<<) by what they bring in.
type expansion struct {
	done   map[*yaml.Node]extent // of lists and groups
	open   map[*yaml.Node]bool   // anchored nodes that are being looked at
	merged int                   // pairs that merge keys have brought in so far
}

// expand replaces the merge keys of a tree. The error says which limit it exceeds.
func expand(root *yaml.Node) error {
	x := &expansion{done: map[*yaml.Node]extent{}, open: map[*yaml.Node]bool{}}
	_, err := x.extent(root)
	return err
}

func (x *expansion) extent(n *yaml.Node) (e extent, err error) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode {
		return extent{1, len(n.Value), 0}, nil
	}
	if e, ok := x.done[n]; ok {
		return e, nil
	}
	if x.open[n] {
		return e, fmt.Errorf("anchor '%s' value contains itself", shortened(n.Anchor, 100))
	}
	if n.Anchor != "" {
		x.open[n] = true
		defer delete(x.open, n)
	}
	if e, err = x.sum(n); err == nil && x.replaceMerges(n) {
		e, err = x.sum(n)
	}
	switch {
	case err != nil:
	case x.merged > maxValues, e.values > maxValues, e.bytes > maxWritten:
		err = fmt.Errorf("aliases and merge keys make more than %d values, or %d MiB of text, of what begins in line %d: refer to less", maxValues, maxWritten>>20, n.Line)
	case e.depth > maxDepth:
		err = errDeep
	}
	x.done[n] = e
	return e, err
}

var errDeep = errors.New("lists and groups are within each other more than 100 levels deep: remove some levels")

// sum adds up what a list or group holds.
func (x *expansion) sum(n *yaml.Node) (e extent, err error) {
	e.values = 1
	for _, c := range n.Content {
		of, err := x.extent(c)
		if err != nil {
			return e, err
		}
		e.values += of.values
		e.bytes += of.bytes
		e.depth = max(e.depth, of.depth+1)
		if e.values > maxValues || e.bytes > maxWritten {
			break // more would overflow one day
		}
	}
	return e, nil
}

// replaceMerges replaces the merge keys of a group by the pairs that they bring in,
// which come last. The pairs of the groups below it are complete. A merge key of
// something other than groups stays. It reports whether there was one.
func (x *expansion) replaceMerges(n *yaml.Node) bool {
	var own []*yaml.Node
	var sources []*yaml.Node
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if k, v := n.Content[i], n.Content[i+1]; isMerge(k) {
			good, bad := groups(v)
			sources = append(sources, good...)
			for _, b := range bad {
				own = append(own, k, b)
			}
		} else {
			own = append(own, k, v)
		}
	}
	if len(sources) == 0 {
		return false
	}
	n.Content = x.merge(own, sources)
	return true
}

// merge adds to the pairs of a group those of others whose keys are not yet there.
func (x *expansion) merge(pairs []*yaml.Node, sources []*yaml.Node) []*yaml.Node {
	from := map[string]int{} // of each key: which source it is from; 0: the group itself
	at := map[string]int{}
	for i := 0; i < len(pairs); i += 2 {
		from[keyText(pairs[i])] = 0
	}
	for s, source := range sources {
		for i := 0; i+1 < len(source.Content) && x.merged <= maxValues; i += 2 {
			x.merged++
			k, v := source.Content[i], source.Content[i+1]
			name := keyText(k)
			switch first, known := from[name]; {
			case isMerge(k):
			case !known:
				from[name], at[name] = s+1, len(pairs)
				pairs = append(pairs, k, v)
			case first == s+1: // repeated in the source, where the last one counts
				pairs[at[name]+1] = v
			}
		}
	}
	return pairs
}

func isMerge(k *yaml.Node) bool { return k.Kind == yaml.ScalarNode && k.Tag == "!!merge" }

// groups are those that the value of a merge key names, and what else it names.
func groups(v *yaml.Node) (good, bad []*yaml.Node) {
	all := []*yaml.Node{v}
	if n := target(v); n.Kind == yaml.SequenceNode {
		all = n.Content
	}
	for _, n := range all {
		if g := target(n); g.Kind == yaml.MappingNode {
			good = append(good, g)
		} else {
			bad = append(bad, n)
		}
	}
	return good, bad
}

// target is the node itself, or the one that a YAML alias (*name) refers to.
func target(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// extentOf is how much plain data is.
func extentOf(v any) (e extent) {
	e.values = 1
	add := func(v any) {
		of := extentOf(v)
		e.values, e.bytes = e.values+of.values, e.bytes+of.bytes
	}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			e.bytes += len(k)
			add(x)
		}
	case []any:
		for _, x := range v {
			add(x)
		}
	case string:
		e.bytes = len(v)
	}
	return e
}
