package server

import (
	"net/url"
	"strings"
)

// targetPath is the path of a request target, escaped as it came, without the
// query (RFC 9112 §3.2). That of a target in absolute form is what follows the
// host, and an asterisk is no path of ours.
func targetPath(target string) string {
	if !strings.HasPrefix(target, "/") {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return target
		}
		target = u.EscapedPath()
	}
	path, _, _ := strings.Cut(target, "?")
	if path == "" {
		return "/"
	}
	return path
}

// canonicalEscapes writes a path as every other spelling of it that means the
// same characters, so that each resource has one.
func canonicalEscapes(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		u := url.URL{Path: plain, RawPath: path}
		return u.EscapedPath()
	}
	return path
}
