//go:build peers && linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// kind is a way to ask for the document.
type kind struct {
	name   string
	coding string
	known  bool // the client has it already
	status int
}

var kinds = []kind{
	{"a 304", "gzip", true, http.StatusNotModified},
	{"a 200, identity", "identity", false, http.StatusOK},
	{"a 200, gzip", "gzip", false, http.StatusOK},
}

// clients is how many connections ask at once.
const clients = 8

// get asks once, on a connection of its own.
func (s *rival) get(path string, headers ...string) (status int, body []byte, err error) {
	p := process{address: s.address}
	a, err := p.get(path, headers...)
	return a.status, a.body, err
}

// cost is the CPU time, user and system, that the server and its children take
// for one request, over n of them. The clients' own is not in it.
func (s *rival) cost(k kind, n int) (time.Duration, error) {
	request, err := s.request(k)
	if err != nil {
		return 0, err
	}
	before := s.cpu()
	var group errgroup.Group
	for range clients {
		group.Go(func() error {
			c, err := s.dial()
			if err != nil {
				return err
			}
			defer c.Close()
			for range n / clients {
				if err := c.ask(request, k.status); err != nil {
					return fmt.Errorf("%s: %s: %w", s.name, k.name, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return (s.cpu() - before) / time.Duration(n/clients*clients), nil
}

// request is what a client of this kind sends, with the server's own tag.
func (s *rival) request(k kind) ([]byte, error) {
	req, _ := http.NewRequest(http.MethodGet, "http://"+s.address+probeFeed, nil)
	req.Header.Set("Accept-Encoding", k.coding)
	res, err := plain.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	if got := res.Header.Get("Content-Encoding"); got != strings.TrimPrefix(k.coding, "identity") {
		return nil, fmt.Errorf("%s: Content-Encoding %q instead of %q", s.name, got, k.coding)
	}
	text := "GET " + probeFeed + " HTTP/1.1\r\nHost: " + s.address + "\r\nUser-Agent: peers\r\nAccept: */*\r\nAccept-Encoding: " + k.coding + "\r\n"
	if k.known {
		text += "If-None-Match: " + res.Header.Get("ETag") + "\r\n"
	}
	return []byte(text + "\r\n"), nil
}

// client is a kept connection that reads no more of an answer than it must.
type client struct {
	net.Conn
	r *bufio.Reader
}

func (s *rival) dial() (*client, error) {
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}
	return &client{c, bufio.NewReaderSize(c, 4<<10)}, nil
}

func (c *client) ask(request []byte, want int) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	status, length := 0, 0
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		switch {
		case status == 0:
			status, err = strconv.Atoi(string(line[len("HTTP/1.1 "):len("HTTP/1.1 200")]))
		case len(line) > 16 && strings.EqualFold(string(line[:16]), "Content-Length: "):
			length, err = strconv.Atoi(strings.TrimSpace(string(line[16:])))
		}
		if err != nil {
			return err
		}
	}
	if status != want || status == http.StatusOK && length == 0 {
		return fmt.Errorf("status %d with %d bytes, want %d", status, length, want)
	}
	if status == http.StatusNotModified {
		return nil
	}
	_, err := c.r.Discard(length)
	return err
}

// idle opens up to n connections that have asked once, and calls then while they rest.
func (s *rival) idle(n int, then func()) (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	n = min(n, int(limit.Cur)-200)
	request, err := s.request(kinds[0])
	if err != nil {
		return 0, err
	}
	for range n {
		c, err := net.Dial("tcp", s.address)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		asked := client{c, bufio.NewReader(c)}
		if err := asked.ask(request, http.StatusNotModified); err != nil {
			return 0, err
		}
	}
	then()
	return n, nil
}

// tree calls visit for the server's process and all below it.
func (s *rival) tree(visit func(pid string)) {
	var below func(pid string)
	below = func(pid string) {
		visit(pid)
		tasks, _ := os.ReadDir("/proc/" + pid + "/task")
		for _, task := range tasks {
			children, _ := os.ReadFile("/proc/" + pid + "/task/" + task.Name() + "/children")
			for child := range strings.FieldsSeq(string(children)) {
				below(child)
			}
		}
	}
	below(strconv.Itoa(s.cmd.Process.Pid))
}

// cpu is the user and system time of the server so far.
func (s *rival) cpu() (sum time.Duration) {
	s.tree(func(pid string) { sum += max(ticked(pid), scheduled(pid)) })
	return sum
}

// ticked is the time of a process in steps of 10 ms, of threads that have ended too.
func ticked(pid string) (sum time.Duration) {
	stat, _ := os.ReadFile("/proc/" + pid + "/stat")
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	for _, f := range fields[11:13] { // utime and stime, proc(5)
		ticks, _ := strconv.Atoi(f)
		sum += time.Duration(ticks) * 10 * time.Millisecond
	}
	return sum
}

// scheduled is the time of a process's threads to the nanosecond, where the kernel tells.
func scheduled(pid string) (sum time.Duration) {
	tasks, _ := os.ReadDir("/proc/" + pid + "/task")
	for _, task := range tasks {
		stat, _ := os.ReadFile("/proc/" + pid + "/task/" + task.Name() + "/schedstat")
		first, _, _ := strings.Cut(string(stat), " ")
		ns, _ := strconv.ParseInt(first, 10, 64)
		sum += time.Duration(ns)
	}
	return sum
}

// memory is the server's share of what is in memory, in MB.
func (s *rival) memory() (sum float64) {
	s.tree(func(pid string) {
		rollup, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return
		}
		if _, rest, ok := strings.Cut(string(rollup), "\nPss:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			sum += float64(kb) / 1024
		}
	})
	return sum
}
