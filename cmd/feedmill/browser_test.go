package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// nowhere is where there is no page, as a browser's console says too.
const nowhere = "/nowhere/"

// visitor is somebody who looks at a site in a real browser. Whatever goes wrong
// there fails the test: errors in the console, dialogs, requests to other hosts.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	amiss  []string
	loaded int // requests
}

// visit starts a browser of its own, and ends it with the test.
func visit(t *testing.T, base string) *visitor {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no browser: install Chromium to see the pages tested in one")
	}
	profile, err := os.MkdirTemp("", "visitor")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	ctx, leave := chromedp.NewContext(ctx)
	ctx, giveUp := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		giveUp()
		leave()
		stop()
		poll(func() bool { return os.RemoveAll(profile) == nil }) // its processes end one after the other
	})
	v := &visitor{t: t, ctx: ctx, base: strings.TrimSuffix(base, "/")}
	chromedp.ListenTarget(ctx, v.note)
	t.Cleanup(v.check)
	v.do(network.Enable(), log.Enable(), runtime.Enable(), page.Enable(),
		browser.SetPermission(&browser.PermissionDescriptor{Name: "clipboard-read"}, browser.PermissionSettingGranted).WithOrigin(v.base),
		browser.SetPermission(&browser.PermissionDescriptor{Name: "clipboard-write"}, browser.PermissionSettingGranted).WithOrigin(v.base))
	return v
}

func (v *visitor) note(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.loaded++
		if url := e.Request.URL; !strings.HasPrefix(url, v.base+"/") && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "about:") {
			v.amiss = append(v.amiss, "asks "+url)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError && !strings.HasSuffix(e.Entry.URL, nowhere) {
			v.amiss = append(v.amiss, "console: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		v.amiss = append(v.amiss, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError {
			v.amiss = append(v.amiss, fmt.Sprint("console: ", e.Args))
		}
	case *page.EventJavascriptDialogOpening:
		v.amiss = append(v.amiss, "dialog: "+e.Message)
	}
}

func (v *visitor) check() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, what := range v.amiss {
		v.t.Error(what)
	}
	if v.loaded == 0 {
		v.t.Error("nothing was asked for")
	}
}

func (v *visitor) do(actions ...chromedp.Action) {
	v.t.Helper()
	if err := chromedp.Run(v.ctx, actions...); err != nil {
		v.t.Fatal(err)
	}
}

// open shows the page at a path.
func (v *visitor) open(path string) {
	v.t.Helper()
	v.do(chromedp.Navigate(v.base + path))
}

// on asks the page: the value of an expression, which may be a promise.
func on[T any](v *visitor, expression string) (value T) {
	v.t.Helper()
	v.do(chromedp.Evaluate(expression, &value, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return value
}

// sees waits until an expression is true on the page.
func (v *visitor) sees(expression string) {
	v.t.Helper()
	isTrue := func() (is bool) {
		err := chromedp.Run(v.ctx, chromedp.Evaluate("!!("+expression+")", &is))
		return err == nil && is // there is an error while another page comes
	}
	if !poll(isTrue) {
		v.t.Fatalf("%s: never on\n%s", expression, on[string](v, "document.body.innerText"))
	}
}

// scheme turns on the light or the dark colours.
func (v *visitor) scheme(name string) {
	v.t.Helper()
	v.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}

func (v *visitor) width(pixels int64) {
	v.t.Helper()
	v.do(emulation.SetDeviceMetricsOverride(pixels, 800, 1, pixels < 600))
}
