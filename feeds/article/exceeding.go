package article

import (
	"bytes"
	"context"

	"feedmill/feeds"
)

// Exceeding returns the problem that the text exceeds a limit, so that it is shown with
// less markup than it has; nil for none. It takes as long as Item. Read reads the article's
// file, where the problem stands in that. The error is the cause of the end of ctx, or
// that of Item.
func (a *Article) Exceeding(ctx context.Context, read func(path string) ([]byte, error)) (*feeds.Problem, error) {
	p, err := a.payload()
	if err != nil {
		return nil, err
	}
	limit, err := p.body.Limit(ctx)
	if limit == nil {
		return nil, err
	}
	problem := &feeds.Problem{Path: a.Path, Message: limit.Message + ": shown with less markup"}
	if src, err := read(a.Path); err == nil {
		problem.Line = lineOf(src, p.body.Text, max(limit.At, 0))
	}
	return problem, nil
}

// lineOf returns the line of a file in which a place of its text is; 0 if it is not found,
// as where templates have been taken out of the text.
func lineOf(src, text []byte, at int) int {
	at = min(at, len(text))
	if i := bytes.LastIndex(src, text); i >= 0 {
		return 1 + bytes.Count(src[:i+at], []byte("\n"))
	}
	line, _, _ := bytes.Cut(text[at:], []byte("\n"))
	if i := bytes.Index(src, line); i >= 0 && len(line) > 0 {
		return 1 + bytes.Count(src[:i], []byte("\n"))
	}
	return 0
}
