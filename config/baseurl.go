package config

// BaseURL checks the public address of the feeds and brings it into the form
// that paths are joined to: absolute, with a final slash.
func BaseURL(s string) (string, error) { return absoluteURL(s) }
