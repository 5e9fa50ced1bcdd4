package main

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"feedmill/feeds"
)

func TestCanPass(t *testing.T) {
	wrong := &feeds.Problem{Path: "feedmill.yaml", Message: "unknown setting"}
	lack := fmt.Errorf("watch site: %w", syscall.EMFILE)
	for _, c := range []struct {
		err     error
		refused bool
		want    bool
	}{
		{nil, false, false},
		{errors.Join(wrong), false, false},
		{incomplete{errors.Join(wrong)}, false, true},
		{lack, false, true},
		{lack, true, false},
	} {
		s := &serve{}
		if c.refused {
			s.refused.Store(&feeds.Hold{})
		}
		if got := s.canPass(c.err); got != c.want {
			t.Errorf("%v, refused %v: %v", c.err, c.refused, got)
		}
	}
	if got := feeds.Problems(incomplete{errors.Join(wrong, wrong)}); len(got) != 2 || got[0] != wrong {
		t.Errorf("problems in it: %v", got)
	}
	if got := pauseAfter(time.Second); got != 20*time.Second {
		t.Errorf("pause after a try of a second: %s", got)
	}
}
