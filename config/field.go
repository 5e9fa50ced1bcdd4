package config

import (
	"maps"
	"slices"
	"strings"
)

// field is the part of a T that holds a setting.
type field[T any] struct {
	read  func(v value, to *T) // v is not null; what is wrong with it is reported
	show  func(of *T) string   // for the operator; nil for settings of an entry
	at    func(t *T) any       // a pointer to the value; not nil where a change takes effect at the next start
	path  string               // behind the key of a setting that holds entries: "[]" or ".KIND"
	below []Setting            // the settings of an entry
}

// kind is a kind of value: how it is read from a text, and shown to the operator.
type kind[V any] struct {
	parse func(string) (V, error)
	show  func(V) string
}

// one is a field for a single value. An empty text leaves it as it is.
func one[T, V any](of func(*T) *V, k kind[V]) field[T] {
	return dependent(of, func(_ *T, s string) (V, error) { return k.parse(s) }, k.show)
}

// dependent is one for a value that is read in view of others.
func dependent[T, V any](of func(*T) *V, parse func(*T, string) (V, error), show func(V) string) field[T] {
	return field[T]{
		read: func(v value, to *T) {
			if x, ok := checked(v, func(s string) (V, error) { return parse(to, s) }); ok {
				*of(to) = x
			}
		},
		show: func(t *T) string { return show(*of(t)) },
		at:   func(t *T) any { return of(t) },
	}
}

// text is a field for a text that check brings into its final form, or finds wrong.
func text[T any](of func(*T) *string, check func(string) (string, error)) field[T] {
	return one(of, kind[string]{check, verbatim})
}

func verbatim(s string) string { return s }

// several is a field for a list, to which the values of the file are added.
func several[T, V any](of func(*T) *[]V, k kind[V]) field[T] {
	f := one(of, kind[[]V]{show: func(all []V) string { return list(all, k.show) }})
	f.read = func(v value, to *T) {
		for _, item := range few(v, v.items()) {
			if x, ok := checked(item, k.parse); ok {
				*of(to) = append(*of(to), x)
			}
		}
	}
	return f
}

// optional is a kind of value that may be absent.
func optional[V any](k kind[V]) kind[*V] {
	return kind[*V]{parse: func(s string) (*V, error) {
		x, err := k.parse(s)
		return &x, err
	}}
}

// checked is a text in its final form; not ok where it is wrong or empty.
func checked[V any](v value, parse func(string) (V, error)) (x V, ok bool) {
	s := v.text()
	if s == "" {
		return x, false
	}
	if len(s) > maxText {
		v.problem("is longer than %d bytes: shorten it", maxText)
		return x, false
	}
	x, err := parse(s)
	if err != nil {
		v.problem("%s", err)
	}
	return x, err == nil
}

// put sets an entry of a map that is made when first needed.
func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// list shows several values; those that show nothing are skipped.
func list[V any](all []V, show func(V) string) string {
	var texts []string
	for _, x := range all {
		if s := show(x); s != "" {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, ", ")
}

// pairs shows a map: "headline: title, teaser: excerpt".
func pairs(m map[string]string) string {
	return list(slices.Sorted(maps.Keys(m)), func(k string) string { return k + ": " + m[k] })
}
