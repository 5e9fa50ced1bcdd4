package status

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const secret = "correct-horse-battery"

func guarded() *Operator {
	return New(heldNow.with(snapshot()), Options{Token: secret, Key: "key-of-this-run"})
}

// TestStatusToken: with a token set, it lets in and nothing else does, not even
// to come from this machine.
func TestStatusToken(t *testing.T) {
	o := guarded()
	for _, tt := range []struct {
		name, target, remote string
		fields               []string
		want                 int
	}{
		{"nothing", "/status", someone, nil, 401},
		{"this machine", "/status", "127.0.0.1:80", nil, 401},
		{"bearer", "/status", someone, []string{"Authorization: Bearer " + secret}, 200},
		{"in any case", "/metrics", someone, []string{"Authorization: bEARER  " + secret}, 200},
		{"key of the run", "/status.json", someone, []string{"Authorization: Bearer key-of-this-run"}, 200},
		{"another", "/status", someone, []string{"Authorization: Bearer correct-horse-batterx"}, 401},
		{"part of it", "/status", someone, []string{"Authorization: Bearer correct-horse"}, 401},
		{"empty", "/status", someone, []string{"Authorization: Bearer "}, 401},
		{"basic", "/status", someone, []string{"Authorization: Basic " + secret}, 401},
		{"bare", "/status", someone, []string{"Authorization: " + secret}, 401},
		{"as a cookie", "/status", someone, []string{"Cookie: " + cookieName + "=" + secret}, 401},
		{"the cookie", "/status", someone, []string{"Cookie: a=b; " + cookieName + "=" + cookieOf(secret)}, 200},
		{"of another token", "/status", someone, []string{"Cookie: " + cookieName + "=" + cookieOf("x")}, 401},
		{"in the address", "/status?token=" + secret, someone, nil, 303},
		{"in the address of metrics", "/metrics?x=1&token=" + secret, someone, nil, 303},
		{"a wrong one", "/status?token=x", someone, nil, 401},
		{"an empty one", "/status?token=", someone, nil, 401},
		{"the key there", "/status?token=key-of-this-run", someone, nil, 401},
		{"an odd query", "/status?token=%zz", someone, nil, 401},
	} {
		w := askFrom(tt.remote, o, tt.target, tt.fields...)
		if w.Code != tt.want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", tt.name, w.Code, w.Header())
		}
		if w.Code != 200 && (strings.Contains(w.Body.String(), "a.md") || strings.Contains(w.Body.String(), secret)) {
			t.Errorf("%s tells: %s", tt.name, w.Body)
		}
		if (w.Code == 303) != (w.Header().Get("Set-Cookie") != "") {
			t.Errorf("%s: cookie %q", tt.name, w.Header().Get("Set-Cookie"))
		}
	}
	if w := askFrom("127.0.0.1:80", New(heldNow.with(snapshot()), Options{}), "/status", "Authorization: Bearer"); w.Code != 403 {
		t.Errorf("no token, another host: %d", w.Code)
	}
}

// TestStatusCookie: the token leaves a cookie for this site alone, and the address
// that held it.
func TestStatusCookie(t *testing.T) {
	o := guarded()
	w := ask(o, "/status?token="+secret)
	c, err := http.ParseSetCookie(w.Header().Get("Set-Cookie"))
	if err != nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || !c.Secure || strings.Contains(c.Value, secret) {
		t.Errorf("cookie %v, %v", c, err)
	}
	if to := w.Header().Get("Location"); to != "status" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("leads to %q, %v", to, w.Header())
	}
	if again := ask(o, "/status", "Cookie: "+c.Name+"="+c.Value); again.Code != 200 {
		t.Errorf("with the cookie: %d", again.Code)
	}
}

// FuzzStatusAccess: nobody gets in without the secret.
func FuzzStatusAccess(f *testing.F) {
	f.Add("/status?token=x", "Bearer x", cookieName+"=y; a")
	f.Add("/status.json?token=%", "bearer", "=;=")
	o := guarded()
	f.Fuzz(func(t *testing.T, target, authorization, cookie string) {
		for _, known := range []string{secret, "key-of-this-run", cookieOf(secret)} {
			if strings.Contains(target+authorization+cookie, known) || strings.Contains(target, "%") {
				return
			}
		}
		r := httptest.NewRequest("GET", "/status", nil)
		r.RequestURI, r.RemoteAddr, r.Host = target, "127.0.0.1:80", "localhost"
		r.Header = http.Header{"Authorization": {authorization}, "Cookie": {cookie}}
		if path, _, _ := strings.Cut(target, "?"); path == "/status" || path == "/metrics" || path == "/status.json" {
			if w := answerTo(o, r); w.Code != http.StatusUnauthorized {
				t.Errorf("%q %q %q: %d", target, authorization, cookie, w.Code)
			}
		}
	})
}
