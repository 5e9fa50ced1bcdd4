package config

import "errors"

// secret checks a text that nobody may guess, and that is sent in a header and in an address.
func secret(s string) (string, error) {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return "", errors.New("is to be made of ASCII letters, digits and signs, without spaces")
		}
	}
	if len(s) < 16 {
		return "", errors.New("is too short to be kept from guessing: give at least 16 characters")
	}
	return s, nil
}
