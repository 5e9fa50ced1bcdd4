//go:build peers && linux

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// rival is one of those that serve the same document.
type rival struct {
	name, address string
	cmd           *exec.Cmd
}

// run starts a server and waits until it answers with the document.
func (g *contest) run(name, address string, args ...string) *rival {
	s := &rival{name: name, address: address, cmd: exec.Command(args[0], args[1:]...)}
	var log output
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	s.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+g.dir, "XDG_DATA_HOME="+g.dir)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	g.check(s.cmd.Start())
	if !poll(func() bool { status, _, err := s.get(probeFeed); return err == nil && status == http.StatusOK }) {
		s.cmd.Process.Kill()
		g.t.Fatalf("%s never answers:\n%s", name, &log)
	}
	return s
}

func (s *rival) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// feedmill starts a program of [contest.build].
func (g *contest) feedmill(name, program string) *rival {
	address := g.free()
	return g.run(name, address, filepath.Join(g.dir, program), "serve", filepath.Join(g.dir, "articles"), "--listen", address,
		"--config", filepath.Join(g.dir, "feedmill.yaml"), "--state", filepath.Join(g.dir, "state-"+program))
}

// free is an address that nobody listens on.
func (g *contest) free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	g.check(err)
	defer l.Close()
	return l.Addr().String()
}

// peers starts the web servers that are installed, each set up as well as it can be.
func (g *contest) peers() (all []*rival) {
	if nginx := g.look("nginx"); nginx != "" {
		address, more := g.free(), "daemon off;"
		if os.Geteuid() == 0 {
			more += " user root root;" // else its workers may not read a temporary folder
		}
		all = append(all, g.run("nginx", address, nginx, "-p", g.dir, "-c", g.file("nginx.conf", fmt.Sprintf(nginxConf, g.dir, address)), "-g", more))
	}
	if caddy := g.look("caddy"); caddy != "" {
		address := g.free()
		all = append(all, g.run("Caddy", address, caddy, "run", "--adapter", "caddyfile", "--config", g.file("Caddyfile", fmt.Sprintf(caddyfile, address, g.dir))))
	}
	return all
}

const nginxConf = `
worker_processes 2;
worker_rlimit_nofile 30000;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx.log;
events { worker_connections 12000; }
http {
	types { application/rss+xml xml; }
	access_log off;
	sendfile on;
	tcp_nopush on;
	open_file_cache max=1000 inactive=60s;
	gzip_static on;
	gzip_vary on;
	keepalive_timeout 300s;
	keepalive_requests 100000000;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server { listen %[2]s backlog=4096; root %[1]s/www; }
}
`

const caddyfile = `{
	admin off
	auto_https off
}
http://%[1]s {
	root * %[2]s/www
	file_server {
		precompressed gzip
	}
}
`

// hugo is the making of one feed for each topic from the same files, and nothing
// else; nil where Hugo is not installed.
func (g *contest) hugo() func() error {
	hugo := g.look("hugo")
	if hugo == "" {
		return nil
	}
	g.file("hugo.toml", fmt.Sprintf(hugoConf, filepath.Join(g.dir, "articles")))
	return func() error {
		cmd := exec.Command(hugo, "--source", g.dir, "--config", filepath.Join(g.dir, "hugo.toml"), "--destination", filepath.Join(g.dir, "public"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("hugo: %w\n%s", err, out)
		}
		return nil
	}
}

const hugoConf = `
baseURL = "https://harbour.example/"
title = "Harbour"
contentDir = %q
disableKinds = ["section", "taxonomy", "sitemap", "robotsTXT", "404"]
ignoreErrors = ["error-disable-taxonomy"]
[taxonomies]
topic = "topics"
[frontmatter]
date = ["publishedDateTime"]
[outputs]
home = ["rss"]
term = ["rss"]
[services.rss]
limit = 50
[[cascade]]
[cascade._build]
render = "never"
[cascade._target]
kind = "page"
`

// look finds a program, or notes that it is missing.
func (g *contest) look(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		g.skipped = append(g.skipped, name+" is not installed")
		return ""
	}
	return path
}

func (g *contest) file(name, text string) string {
	path := filepath.Join(g.dir, name)
	g.check(os.WriteFile(path, []byte(text), 0o644))
	return path
}
