package status

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"feedmill/feeds/front"
	"feedmill/feeds/internal/client"
)

const cookieName = "feedmill_status"

// refuse returns the answer to a request that does not show that it is the
// operator's, or that has to be repeated with the cookie that this answer sets;
// ok is false for one that may be answered.
func (o *Operator) refuse(r front.Request, path string) (a front.Answer, ok bool) {
	if o.mayAsk(r) {
		return a, false
	}
	if o.opt.Token == "" {
		return answer(http.StatusForbidden, textType, []byte("only for the machine that the feeds are served from\n")), true
	}
	if given, asked := tokenIn(r.Target()); asked && sameSecret(given, o.opt.Token) {
		snap := o.program.Snapshot()
		secure := snap != nil && strings.HasPrefix(snap.Site.BaseURL, "https:")
		cookie := http.Cookie{Name: cookieName, Value: cookieOf(o.opt.Token), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure}
		to := strings.TrimPrefix(path, "/") // right below any folder that a proxy serves us in
		return answer(http.StatusSeeOther, textType, []byte("see "+to+"\n"), front.One("Location", to), front.One("Set-Cookie", cookie.String()), noReferrer), true
	}
	return answer(http.StatusUnauthorized, textType, []byte("only with the token that status_token names: as Authorization: Bearer TOKEN, or once as ?token=TOKEN\n"),
		front.One("Www-Authenticate", `Bearer realm="status"`)), true
}

// mayAsk reports whether a request shows that it is the operator's: by a token,
// or, where none is set, by coming from this machine.
func (o *Operator) mayAsk(r front.Request) bool {
	scheme, given, _ := strings.Cut(first(r.Field("Authorization")), " ")
	if given = strings.TrimSpace(given); strings.EqualFold(scheme, "Bearer") && given != "" {
		for _, secret := range [...]string{o.opt.Token, o.opt.Key} {
			if secret != "" && sameSecret(given, secret) {
				return true
			}
		}
	}
	if o.opt.Token == "" {
		return isLocal(r)
	}
	cookies := http.Request{Header: http.Header{"Cookie": r.Field("Cookie")}}
	for _, c := range cookies.CookiesNamed(cookieName) {
		if sameSecret(c.Value, cookieOf(o.opt.Token)) {
			return true
		}
	}
	return false
}

// sameSecret compares in a time that tells nothing about either.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// cookieOf stands for the token in a browser, so that nobody reads it there.
func cookieOf(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(cookieName))
	return hex.EncodeToString(mac.Sum(nil))
}

// tokenIn is the token parameter of a request target.
func tokenIn(target string) (token string, ok bool) {
	_, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	return values.Get("token"), err == nil && values.Has("token")
}

// isLocal reports whether a request comes from this machine itself: neither
// through a proxy that says so or keeps the public host name, nor from a page
// in a browser whose host name somebody has made lead here.
func isLocal(r front.Request) bool {
	if client.ThroughProxy(r) {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host())
	if err != nil {
		host = strings.Trim(r.Host(), "[]")
	}
	ip, err := netip.ParseAddr(host)
	return r.Peer().Addr().Unmap().IsLoopback() && (host == "localhost" || err == nil && ip.IsLoopback())
}
