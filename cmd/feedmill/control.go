package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"feedmill/feeds"
)

// The commands backup and check ask a running serve for what no client of the feeds may
// have. It answers at an address of its own, on this machine alone, to whoever knows the
// key in serve.json. So crowds of clients don't keep them out, and no limit for clients
// ends a long answer.
const (
	controlBackup = "backup" // a backup, not compressed
	controlCheck  = "check"  // problems of the files that only serve can read, as JSON
)

// listenControl opens the address for commands, and says in running where it is. Without
// one, they can't reach this process.
func (s *serve) listenControl(ctx context.Context) net.Listener {
	var lc net.ListenConfig
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, err := lc.Listen(ctx, "tcp", address)
		if err == nil {
			s.running.Control = addressURL(ln.Addr())
			return ln
		}
		s.log.Warn("feedmill backup and check --state cannot reach this process", "err", err)
	}
	return nil
}

// answerCommands answers commands until ctx ends.
func (s *serve) answerCommands(ctx context.Context, ln net.Listener) error {
	if ln == nil {
		return nil
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /"+controlBackup, func(w http.ResponseWriter, r *http.Request) { s.answerBackup(r.Context(), w) })
	routes.HandleFunc("GET /"+controlCheck, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(s.checkOpenFiles()) })
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 14, BaseContext: func(net.Listener) context.Context { return ctx },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !s.running.knows(r.Header.Get("Authorization")) {
				http.Error(w, "only for who knows the key", http.StatusForbidden)
				return
			}
			routes.ServeHTTP(w, r)
		}),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		s.log.Warn("feedmill backup and check --state cannot reach this process any more", "err", err)
	}
	return nil
}

// knows reports whether a request has the key.
func (r runningServe) knows(authorization string) bool {
	given, ok := strings.CutPrefix(authorization, "Bearer ")
	x, y := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(r.Key))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1 && ok && r.Key != ""
}

// command asks the running serve. The caller closes the answer. The error is
// errNotRunning where no serve runs.
func (r runningServe) command(ctx context.Context, what string) (io.ReadCloser, error) {
	if r.Control == "" {
		return nil, errors.New("the serve that runs for this folder takes no commands: restart it; its log may say why")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Control+what, nil)
	if err != nil {
		return nil, fmt.Errorf("ask serve: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+r.Key)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}} // no proxy: it is this machine
	response, err := client.Do(request)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errNotRunning
	case err != nil:
		return nil, fmt.Errorf("ask serve: %w", err)
	case response.StatusCode == http.StatusOK:
		return response.Body, nil
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if response.StatusCode == http.StatusForbidden || response.StatusCode == http.StatusNotFound { // after kill -9 another program may answer there
		return nil, fmt.Errorf("%w: another program answers at %s", errNotRunning, r.Control)
	}
	return nil, fmt.Errorf("serve: %s", strings.TrimSpace(string(text)))
}

// answerBackup sends a backup. After its first byte an error can only be told by ending
// the connection.
func (s *serve) answerBackup(ctx context.Context, w http.ResponseWriter) {
	if !s.backingUp.TryLock() {
		http.Error(w, "another backup is being made: wait for its end", http.StatusServiceUnavailable)
		return
	}
	defer s.backingUp.Unlock()
	files, err := s.stateNow()
	if err != nil {
		s.log.Error("no backup was made", "err", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer files.close()
	if err := files.write(w, s.inForce.Load().Dir); err != nil {
		if ctx.Err() == nil {
			s.log.Error("the backup was not sent to its end", "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	s.log.Info("backup made")
}

// askedProblems are the problems that a running serve names.
func (r runningServe) askedProblems(ctx context.Context) (problems []*feeds.Problem, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	body, err := r.command(ctx, controlCheck)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxStatus)).Decode(&problems); err != nil {
		return nil, fmt.Errorf("read the answer of serve: %w", err)
	}
	return problems, nil
}
