package feeds

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is something in a file that its author must mend. It prints as
// "path:line:col: field: message", leaving out what is unknown (zero).
type Problem struct {
	Path    string // slash-separated, below the content folder or as the user named it
	Line    int    // 1-based; 0 unknown
	Col     int    // 1-based, in bytes; 0 unknown
	Field   string // the key as the file spells it; empty for the file as a whole
	Message string // what is wrong and what to do, in the user's words
}

// Error implements error.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Col > 0 {
			fmt.Fprintf(&b, ":%d", p.Col)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Compare orders problems by path, line and column.
func (p *Problem) Compare(q *Problem) int {
	return cmp.Or(cmp.Compare(p.Path, q.Path), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col), cmp.Compare(p.Message, q.Message))
}

// JoinProblems makes one error of problems, which it sorts; nil if there are none.
func JoinProblems(problems []*Problem) error {
	slices.SortStableFunc(problems, (*Problem).Compare)
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// Problems lists every Problem in a tree of joined and wrapped errors. An error
// that is no Problem becomes one with only a message.
func Problems(err error) []*Problem {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Problem
		for _, e := range joined.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return []*Problem{p}
	}
	return []*Problem{{Message: err.Error()}}
}
