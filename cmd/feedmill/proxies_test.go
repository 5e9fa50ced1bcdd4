package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fencedBlocks are the blocks of code in docs/proxies.md in one language.
func fencedBlocks(language string) (all []string) {
	text := string(must(os.ReadFile("docs/proxies.md")))
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// TestDocsNginx serves through nginx, set up as docs/proxies.md says.
func TestDocsNginx(t *testing.T) {
	all := fencedBlocks("nginx")
	if len(all) != 3 {
		t.Fatalf("%d blocks for nginx, want one for a host, a path and an old address", len(all))
	}
	testProxied(t, "nginx", func(dir, root, below, rootFeeds, belowFeeds string) (string, []string) {
		host := strings.NewReplacer("listen 80;", "listen "+root+";", "127.0.0.1:8080", rootFeeds).Replace(all[0])
		path := "server { listen " + below + "; server_name www.example.com;\n" + strings.ReplaceAll(all[1], "127.0.0.1:8080", belowFeeds) + all[2] + "}\n"
		global := "daemon off; pid " + dir + "/pid;"
		if os.Geteuid() == 0 {
			global += " user root;" // else its workers may not write to a temporary folder
		}
		var temporary strings.Builder
		for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temporary.WriteString(name + "_temp_path " + dir + "/" + name + ";\n")
		}
		return "events {}\nhttp {\naccess_log off;\n" + temporary.String() + host + path + "}\n", []string{"-e", dir + "/log", "-g", global, "-c"}
	})
}

// TestDocsCaddy does so through Caddy.
func TestDocsCaddy(t *testing.T) {
	all := fencedBlocks("caddyfile")
	if len(all) != 3 {
		t.Fatalf("%d blocks for Caddy, want one for a host, a path and an old address", len(all))
	}
	testProxied(t, "caddy", func(_, root, below, rootFeeds, belowFeeds string) (string, []string) {
		_, rootPort, _ := net.SplitHostPort(root)
		_, belowPort, _ := net.SplitHostPort(below)
		host := strings.NewReplacer("feeds.example.com {", "http://feeds.example.com:"+rootPort+" {", "127.0.0.1:8080", rootFeeds).Replace(all[0])
		path := strings.NewReplacer("www.example.com {", "http://www.example.com:"+belowPort+" {\n"+all[2], "127.0.0.1:8080", belowFeeds).Replace(all[1])
		return "{\n\tadmin off\n}\n" + host + path, []string{"run", "--adapter", "caddyfile", "--config"}
	})
}

// testProxied serves the example at two public addresses through a proxy, at the
// root of a host and below a path, and asks for a little of everything. setUp returns the
// proxy's settings file, and the arguments that come before its name.
func testProxied(t *testing.T, proxy string, setUp func(dir, root, below, rootFeeds, belowFeeds string) (file string, args []string)) {
	if _, err := exec.LookPath(proxy); err != nil {
		t.Skip(proxy + " is not installed")
	}
	dir := t.TempDir()
	put(t, dir, "feedmill.yaml", "trusted_proxies: [127.0.0.1]\n")
	feeds := func(base string) string {
		l := serveLive(t, "example", "--config", filepath.Join(dir, "feedmill.yaml"), "--base-url", base)
		return strings.Trim(strings.TrimPrefix(l.base, "http:"), "/")
	}
	rootFeeds, belowFeeds := feeds("https://feeds.example.com/"), feeds("https://www.example.com/feeds/")
	root, below := freeAddress(t), freeAddress(t) // last, or the feeds could be served there
	file, args := setUp(dir, root, below, rootFeeds, belowFeeds)
	put(t, dir, "proxy.conf", file)
	cmd := exec.Command(proxy, append(args, filepath.Join(dir, "proxy.conf"))...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	var log output
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	for _, c := range []struct {
		address, host, path string
		status              int
		location            string
	}{
		{root, "feeds.example.com", "/rss.xml", 200, ""},
		{root, "feeds.example.com", "/topics/harbour/", 200, ""},
		{root, "feeds.example.com", "/topics/harbour/events", 200, ""},
		{root, "feeds.example.com", "/topics/harbour", 308, "/topics/harbour/"},
		{root, "feeds.example.com", "/mix/library/harbour/atom.xml", 308, "/mix/harbour/library/atom.xml"},
		{root, "feeds.example.com", "/readyz", 200, ""},
		{root, "feeds.example.com", "/status", 403, ""},
		{below, "www.example.com", "/feeds/", 200, ""},
		{below, "www.example.com", "/feeds/rss.xml", 200, ""},
		{below, "www.example.com", "/feeds/topics/harbour", 308, "/feeds/topics/harbour/"},
		{below, "www.example.com", "/feeds/topics/Port/rss.xml", 308, "/feeds/topics/port/rss.xml"},
		{below, "www.example.com", "/feeds/search/?q=harbour", 200, ""},
		{below, "www.example.com", "/feeds/readyz", 200, ""},
		{below, "www.example.com", "/feeds/status", 403, ""},
		{below, "www.example.com", "/feed.xml", 308, "https://feeds.example.com/rss.xml"},
	} {
		r := must(http.NewRequest(http.MethodGet, "http://"+c.address+c.path, nil))
		r.Host = c.host
		var res *http.Response
		if !poll(func() bool {
			var err error
			res, err = plain.RoundTrip(r)
			return err == nil
		}) {
			t.Fatalf("%s answers nothing:\n%s", proxy, &log)
		}
		res.Body.Close() // a stream would have no end
		if res.StatusCode != c.status || res.Header.Get("Location") != c.location {
			t.Errorf("%s%s: %s to %q, want %d to %q", c.host, c.path, res.Status, res.Header.Get("Location"), c.status, c.location)
		}
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
