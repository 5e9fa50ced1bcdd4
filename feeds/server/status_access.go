package server

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
)

const statusCookie = "feedmill_status"

// refuse is the answer to somebody who may not ask for an operator's path, or who
// has to ask again with the cookie that goes with it; not ok for whom it lets in.
func (h *Handler) refuse(r request, path string) (a answer, ok bool) {
	if h.mayAsk(r) {
		return a, false
	}
	if h.opt.StatusToken == "" {
		return brief(http.StatusForbidden, "only for the machine that the feeds are served from\n"), true
	}
	if given, asked := tokenIn(r.Target()); asked && sameSecret(given, h.opt.StatusToken) {
		cookie := http.Cookie{Name: statusCookie, Value: cookieOf(h.opt.StatusToken), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: h.secure()}
		to := strings.TrimPrefix(path, "/") // right below any folder that a proxy serves us in
		return redirect(http.StatusSeeOther, to, noStore, one("Set-Cookie", cookie.String()), one("Referrer-Policy", "no-referrer")), true
	}
	return text(http.StatusUnauthorized, "only with the token that status_token names: as Authorization: Bearer TOKEN, or once as ?token=TOKEN\n",
		noStore, one("Www-Authenticate", `Bearer realm="status"`)), true
}

// mayAsk reports whether a request shows that it is the operator's: by a token,
// or, where none is set, by coming from this machine.
func (h *Handler) mayAsk(r request) bool {
	scheme, given, _ := strings.Cut(first(r.Field("Authorization")), " ")
	if given = strings.TrimSpace(given); strings.EqualFold(scheme, "Bearer") && given != "" {
		for _, secret := range [...]string{h.opt.StatusToken, h.opt.StatusKey} {
			if secret != "" && sameSecret(given, secret) {
				return true
			}
		}
	}
	if h.opt.StatusToken == "" {
		return fromHere(r)
	}
	cookies := http.Request{Header: http.Header{"Cookie": r.Field("Cookie")}}
	for _, c := range cookies.CookiesNamed(statusCookie) {
		if sameSecret(c.Value, cookieOf(h.opt.StatusToken)) {
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
	mac.Write([]byte(statusCookie))
	return hex.EncodeToString(mac.Sum(nil))
}

// tokenIn is the token parameter of a request target.
func tokenIn(target string) (token string, ok bool) {
	_, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	return values.Get("token"), err == nil && values.Has("token")
}

// secure reports whether subscribers come by https.
func (h *Handler) secure() bool {
	snap := h.source.Snapshot()
	return snap != nil && strings.HasPrefix(snap.Site.BaseURL, "https:")
}

// fromHere reports whether a request comes from this machine itself: neither
// through a proxy that says so or keeps the public host name, nor from a page
// in a browser that has a name of its own lead here.
func fromHere(r request) bool {
	if throughProxy(r) {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host())
	if err != nil {
		host = strings.Trim(r.Host(), "[]")
	}
	ip, err := netip.ParseAddr(host)
	return r.Peer().Addr().Unmap().IsLoopback() && (host == "localhost" || err == nil && ip.IsLoopback())
}

// throughProxy reports whether a request says that it was passed on.
func throughProxy(r request) bool {
	for _, name := range [...]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if first(r.Field(name)) != "" {
			return true
		}
	}
	return false
}
