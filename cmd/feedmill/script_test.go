package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each process takes a second to end under the race detector
	testscript.Main(m, map[string]func(){"feedmill": main})
}

// TestScripts plays the program as its users do, in processes of its own. Beside
// the commands that testscript has, a script may use:
//
//	exits CODE ARG...      run feedmill to its end
//	serve ARG...           start feedmill serve and wait until it is ready; its base URL becomes stdout, $URL
//	                       and, host and port alone, $ADDR; $FREE is the flag that picks a free port
//	terminate              send it SIGTERM; it must end with 0, its output becomes stdout and stderr
//	fetch STATUS PATH [HEADER: VALUE]...   the body becomes stdout, status and headers stderr
//	[!] until PATH RE      wait until the document at PATH matches (or no longer does)
//	logged RE              wait until the log of serve matches
//	save FILE NEW          put NEW in FILE's place in one step, as editors do
//	[!] holds DIR TEXT...  some file below DIR holds each text, or none holds any
//	count N RE             the last stdout has N matches
//	crawl DIR              keep every page and document that can be reached from / in DIR
//	json stdout|stderr     each line of it is one JSON value
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	example, err := filepath.Abs("example")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:         scripts,
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			s := &process{}
			env.Values["serve"] = s
			env.Defer(s.kill)
			env.Setenv("EXAMPLE", example)
			env.Setenv("FREE", "--listen=127.0.0.1:0")
			return nil
		},
		Condition: func(name string) (bool, error) { return name == "root" && os.Geteuid() == 0, nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": affirmed(scriptExits), "serve": affirmed(scriptServe), "terminate": affirmed(scriptTerminate), "fetch": affirmed(scriptFetch), "until": scriptUntil,
			"logged": affirmed(scriptLogged), "save": affirmed(scriptSave), "holds": scriptHolds, "count": affirmed(scriptCount),
			"crawl": affirmed(scriptCrawl), "json": affirmed(scriptJSON),
		},
	})
}

// affirmed makes a script's command of one that "!" would mean nothing to.
func affirmed(do func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("! means nothing here")
		}
		do(ts, args)
	}
}

func running(ts *testscript.TestScript) *process { return ts.Value("serve").(*process) }

func scriptExits(ts *testscript.TestScript, args []string) {
	cmd := exec.Command("feedmill", args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), ts.Stdout(), ts.Stderr()
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		ts.Fatalf("%v", err)
	}
	if code := strconv.Itoa(cmd.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

func scriptServe(ts *testscript.TestScript, args []string) {
	s := running(ts)
	ts.Check(s.start(ts.MkAbs("."), args))
	fmt.Fprintln(ts.Stdout(), s.baseURL)
	ts.Setenv("URL", s.baseURL)
	ts.Setenv("ADDR", s.address)
}

func scriptTerminate(ts *testscript.TestScript, args []string) {
	s := running(ts)
	err := s.terminate()
	ts.Stdout().Write([]byte(s.stdout.String()))
	ts.Stderr().Write([]byte(s.stderr.String()))
	ts.Check(err)
}

func scriptFetch(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: fetch STATUS PATH [HEADER: VALUE]...")
	}
	got, err := running(ts).get(args[1], args[2:]...)
	ts.Check(err)
	ts.Stdout().Write(got.body)
	ts.Stderr().Write([]byte(got.head))
	if status := strconv.Itoa(got.status); status != args[0] {
		ts.Fatalf("%s answers %s, want %s\n%s", args[1], status, args[0], got.body)
	}
}

func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] until PATH RE")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	var got answer
	if !poll(func() bool {
		got, err = running(ts).get(args[0])
		return err == nil && (got.status == 200 && re.Match(got.body)) != neg
	}) {
		ts.Fatalf("%s never became so: %v\n%s%s\nlog:\n%s", args[0], err, got.head, got.body, running(ts).stderr.String())
	}
}

func scriptLogged(ts *testscript.TestScript, args []string) {
	s := running(ts)
	re, err := regexp.Compile("(?m)" + strings.Join(args, " "))
	ts.Check(err)
	if !poll(func() bool { return re.MatchString(s.stderr.String()) }) {
		ts.Fatalf("never logged; log:\n%s", s.stderr.String())
	}
}

func scriptSave(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: save FILE NEW")
	}
	ts.Check(replace(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[1]))))
}

func scriptHolds(ts *testscript.TestScript, neg bool, args []string) {
	var all strings.Builder
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		all.Write(text)
		return err
	})
	ts.Check(err)
	for _, text := range args[1:] {
		if strings.Contains(all.String(), text) == neg {
			ts.Fatalf("%q below %s: %v", text, args[0], neg)
		}
	}
}

func scriptCount(ts *testscript.TestScript, args []string) {
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	if n := strconv.Itoa(len(re.FindAllString(ts.ReadFile("stdout"), -1))); n != args[0] {
		ts.Fatalf("%s matches, want %s:\n%s", n, args[0], ts.ReadFile("stdout"))
	}
}

func scriptCrawl(ts *testscript.TestScript, args []string) {
	s := running(ts)
	pages, err := crawl(s.baseURL, func(path string) ([]byte, error) {
		a, err := s.get(path)
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%s answers %d", path, a.status)
		}
		return a.body, err
	})
	ts.Check(err)
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	for path, body := range pages {
		ts.Check(os.WriteFile(filepath.Join(dir, url.QueryEscape(path)), body, 0o666))
	}
}

func scriptJSON(ts *testscript.TestScript, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !json.Valid([]byte(line)) {
			ts.Fatalf("not JSON: %s", line)
		}
	}
}
