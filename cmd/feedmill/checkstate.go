package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"feedmill/feeds"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/ledger"
	"feedmill/feeds/stats"
)

// checkState verifies all files of a state folder, whether serve runs or not, and
// changes nothing.
func checkState(ctx context.Context, cfg *settings) ([]*feeds.Problem, error) {
	if info, err := os.Stat(cfg.State); err != nil || !info.IsDir() {
		return nil, &feeds.Problem{Path: cfg.State, Message: "there is no state folder: serve makes it; another is named with --state FOLDER"}
	}
	running, err := readState[runningServe](cfg.State, runningFile, errNotRunning)
	var problems []*feeds.Problem
	if err == nil {
		problems, err = running.askedProblems(ctx)
	}
	switch {
	case err == nil:
		problems = append(problems, checkReadable(cfg.State)...)
	case errors.Is(err, errNotRunning), !errors.Is(ledger.Check(ledgerFile(cfg)), ledger.ErrBusy): // after kill -9 another program may answer
		problems = checkFiles(cfg.State)
	default:
		problems = append(checkReadable(cfg.State), &feeds.Problem{Path: filepath.Join(cfg.State, runningFile), Message: err.Error()})
	}
	slices.SortFunc(problems, (*feeds.Problem).Compare)
	return problems, nil
}

// checkFiles verifies the files of a state folder that no process uses.
func checkFiles(state string) (problems []*feeds.Problem) {
	for _, name := range []string{ledgerName, ledgerName + ".copy"} {
		problems = append(problems, inFile(filepath.Join(state, name), ledger.Check(filepath.Join(state, name)))...)
	}
	for name, err := range stats.Check(state) {
		problems = append(problems, damagedStats(filepath.Join(state, name), err))
	}
	return append(problems, checkReadable(state)...)
}

func damagedStats(file string, err error) *feeds.Problem {
	return &feeds.Problem{Path: file, Message: "figures on subscribers are damaged: the next start puts the file aside and begins anew, or restore a backup: " + err.Error()}
}

// inFile are the problems in err; those that name no article are of file.
func inFile(file string, err error) []*feeds.Problem {
	problems := feeds.Problems(err)
	for _, p := range problems {
		if p.Path == "" {
			p.Path = file
		}
	}
	return problems
}

// checkReadable verifies the files that can be read while a process uses them.
func checkReadable(state string) []*feeds.Problem {
	problems := articlecache.Check(state)
	_, err := readState[feeds.Hold](state, heldFile, nil)
	problems = append(problems, unreadable(state, heldFile, err, "serve writes it again when something is held back; until then delete it")...)
	_, err = readState[runningServe](state, runningFile, nil)
	problems = append(problems, unreadable(state, runningFile, err, "restart serve, which writes it again")...)
	for _, name := range append(stats.FileNames(), runningFile) {
		if info, err := os.Stat(filepath.Join(state, name)); err == nil && info.Mode().Perm()&0o077 != 0 {
			problems = append(problems, &feeds.Problem{Path: filepath.Join(state, name), Message: "others can read it, and it is nobody else's business: chmod 600"})
		}
	}
	return problems
}

func unreadable(state, name string, err error, advice string) []*feeds.Problem {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.As(err, &syntax), errors.As(err, &kind):
		return []*feeds.Problem{{Path: filepath.Join(state, name), Message: "it is damaged: " + advice}}
	}
	return []*feeds.Problem{{Path: filepath.Join(state, name), Message: err.Error()}}
}

// checkOpenFiles verifies the files that this process has open: a copy of the ledger as
// it is now, the copy beside it, and the figures.
func (s *serve) checkOpenFiles() []*feeds.Problem {
	problems := []*feeds.Problem{}
	if s.ledger.Lasting() {
		file := filepath.Join(s.state, ledgerName)
		problems = append(problems, inFile(file, s.checkLedgerCopy())...)
		problems = append(problems, inFile(file+".copy", ledger.Check(file+".copy"))...)
	}
	if err := s.figures.Check(); err != nil {
		problems = append(problems, damagedStats(filepath.Join(s.state, stats.FileNames()[0]), err))
	}
	return problems
}

func (s *serve) checkLedgerCopy() error {
	t, err := os.CreateTemp(s.state, "check-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name())
	if err := errors.Join(s.ledger.CopyTo(t), t.Close()); err != nil {
		return err
	}
	return ledger.Check(t.Name())
}
