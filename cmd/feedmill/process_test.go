package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a running "feedmill serve".
type process struct {
	program        string // empty: the one that is tested
	cmd            *exec.Cmd
	stdout, stderr output
	address        string // host:port it listens on
	baseURL        string // first line it printed
	ended          chan struct{}
	err            error // of the ended process
}

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var listening = regexp.MustCompile(`listening"?[ ,]"?address"?[=:]"?(127\.0\.0\.1:\d+)`)

// start runs serve in dir and returns when it is ready, or holds back what it
// would show.
func (p *process) start(dir string, args []string) error {
	*p = process{program: p.program, ended: make(chan struct{})}
	p.cmd = exec.Command(cmp.Or(p.program, "feedmill"), append([]string{"serve"}, args...)...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	if !poll(func() bool { return p.listens() || p.hasEnded() }) || !p.listens() {
		return fmt.Errorf("serve %s does not listen:\n%s%s", args, p.stdout.String(), p.stderr.String())
	}
	p.address = listening.FindStringSubmatch(p.stderr.String())[1]
	p.baseURL, _, _ = strings.Cut(p.stdout.String(), "\n")
	if !poll(func() bool {
		a, err := p.get("/readyz")
		return err == nil && (a.status == http.StatusOK || strings.Contains(string(a.body), "\nheld: ")) || p.hasEnded()
	}) {
		return fmt.Errorf("serve %s is never ready:\n%s", args, p.stderr.String())
	}
	return nil
}

func (p *process) listens() bool {
	return strings.Contains(p.stdout.String(), "\n") && listening.MatchString(p.stderr.String())
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// terminate ends the process as service managers do.
func (p *process) terminate() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if !poll(p.hasEnded) {
		return errors.New("serve goes on after SIGTERM")
	}
	return p.err
}

// kill ends a process that a test has left running.
func (p *process) kill() {
	if p.cmd != nil && !p.hasEnded() {
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// answer is a response read to its end.
type answer struct {
	status int
	head   string // status line and headers
	body   []byte
}

// plain adds no Accept-Encoding of its own.
var plain = &http.Transport{DisableCompression: true}

// get fetches a path without following redirects.
func (p *process) get(path string, headers ...string) (answer, error) {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second) // what takes longer hangs
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		return answer{}, err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		req.Header.Set(name, strings.TrimSpace(value))
	}
	res, err := plain.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	var head strings.Builder
	fmt.Fprintln(&head, res.Status)
	res.Header.Write(&head)
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, strings.ReplaceAll(head.String(), "\r", ""), body}, err
}

// poll waits until done says so, and gives up after a while.
func poll(done func() bool) bool {
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			return done()
		case <-tick.C:
		}
	}
	return true
}
