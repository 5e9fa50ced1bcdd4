package config

import "strconv"

// guardNumber reads a whole number from 1 to most.
func guardNumber(field func(*Guard) *int, most int) reader[loader] {
	return func(v value, l *loader) {
		s := v.text()
		if s == "" {
			return
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			v.problem("%q is not a whole number from 1 to %d", s, most)
			return
		}
		*field(&l.Guard) = n
	}
}
