package web

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// phone is a real browser on a small screen.
type phone struct {
	t   *testing.T
	ctx context.Context
	url string
	dir string // of the pictures
}

// newPhone starts Debian's Chromium with a screen of 360 by 740.
func (s *site) newPhone() *phone {
	s.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"), chromedp.Flag("accept-lang", "en"))
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	s.t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	s.t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(ctx)
	s.t.Cleanup(leave)
	p := &phone{t: s.t, ctx: ctx, url: s.url, dir: os.Getenv("MUSTER_SCREENSHOTS")}
	if p.dir == "" {
		p.dir = s.t.TempDir()
	}
	p.screen(360, 740)
	return p
}

func (p *phone) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	check(p.t, chromedp.Do(p.ctx, steps...))
}

func (p *phone) screen(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

func (p *phone) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.url + path))
}

// ask gives what a script says of the page.
func ask[T any](p *phone, script string) T {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	check(p.t, err)
	return out
}

// until waits for a script to be true, over the change from one page to the next.
func (p *phone) until(script string) {
	p.t.Helper()
	var err error
	for range 20 { // a wait does not survive a change of page
		if _, err = chromedp.Run(p.ctx, chromedp.Poll[bool](`document.readyState === "complete" && Boolean(`+script+`)`, chromedp.WithPollingTimeout(5*time.Second))); err == nil {
			return
		}
		if p.ctx.Err() != nil || strings.Contains(err.Error(), "timeout") {
			break
		}
	}
	p.t.Fatalf("waited for %s: %v", script, err)
}

// press uses an element by the keyboard, as somebody without a mouse does.
func (p *phone) press(selector string) {
	p.t.Helper()
	p.do(chromedp.Focus(selector), chromedp.KeyEvent("\r"))
}

// picture keeps the whole page, and looks whether it fits the width of the screen.
func (p *phone) picture(name string) {
	p.t.Helper()
	image, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	check(p.t, err)
	check(p.t, os.WriteFile(filepath.Join(p.dir, name+".png"), image, 0o600))
	if wide := ask[int](p, "document.documentElement.scrollWidth - window.innerWidth"); wide > 0 {
		p.t.Errorf("%s: the page is %d px wider than the screen", name, wide)
	}
}

// signedIn opens the console by a link, as the demo prints one.
func (p *phone) signedIn(s *site, role reserve.Role) {
	p.t.Helper()
	ctx, system := context.Background(), staff.System("n1")
	id, err := s.staff.Add(ctx, system, staff.Account{Handle: "phone-" + string(role), Role: role})
	check(p.t, err)
	link, err := s.staff.IssueLink(ctx, system, id)
	check(p.t, err)
	p.open("/console/link/" + link.Reveal())
	p.press("button")
	p.until(`location.pathname.startsWith("/console/d/")`)
}

// TestADutyOfficerOnAPhone signs in, watches the board change by itself, decides duplicates with keys, and stops all sending.
func TestADutyOfficerOnAPhone(t *testing.T) {
	s := newOpenSite(t)
	public := s.browser()
	s.joined(public, nil)
	s.openAll()
	s.joined(public, func(f url.Values) { f.Set("name", "Aminata Oumarou"); f.Set("place", "Dosso") })
	s.openAll()
	s.nurses(6, "9655")
	s.send()
	boss := s.as(reserve.RoleCoordinator)
	callUp := boss.post("/console/d/"+s.drive.Code+"/callups", s.opening()).to(t)
	s.step()
	s.send()
	s.heard("+22796550000", "oui mais demain?")
	s.heard("+22796550001", "1")
	boss.post(callUp+"/check-in", url.Values{"volunteer": {s.volunteers()[0]}}).want(t, 200)
	p := s.newPhone()
	p.signedIn(s, reserve.RoleOwner)
	if got := ask[float64](p, `document.querySelector("[name=do][value=stop]").getBoundingClientRect().bottom`); got > 740 {
		t.Errorf("the button that stops all sending is %v px down the page", got)
	}
	p.picture("board-phone")
	s.joined(public, func(f url.Values) { f.Set("name", "Salou Issa"); f.Set("phone", "96112233"); f.Set("site", "gaya") })
	p.until(`document.querySelector("#board").innerText.match(/Registered today\s+9/)`)
	p.press("[name=do][value=stop]")
	p.until(`location.search === "?done=stopped" && document.body.innerText.includes("Sending is stopped")`)

	p.open("/console/d/" + s.drive.Code + "/duplicates")
	p.picture("duplicates-phone")
	p.do(chromedp.KeyEvent("s"))
	p.until(`document.body.innerText.includes("No pair is waiting")`)
	p.do(chromedp.KeyEvent("u"))
	p.until(`document.body.innerText.includes("Taken apart again")`)
	for name, path := range map[string]string{
		"people": "/d/" + s.drive.Code + "/people", "person": "/people/" + s.volunteers()[0], "handovers": "/d/" + s.drive.Code + "/handovers",
		"callup": strings.TrimPrefix(callUp, "/console"), "check-in": strings.TrimPrefix(callUp, "/console") + "/check-in",
		"callup-new": "/d/" + s.drive.Code + "/callups/new", "unclear": "/d/" + s.drive.Code + "/unclear", "callups": "/d/" + s.drive.Code + "/callups",
		"map": "/d/" + s.drive.Code + "/map", "audit": "/audit", "staff": "/staff", "lock": "/lock",
	} {
		p.open("/console" + path)
		p.picture(name + "-phone")
	}
	p.open("/console/password")
	p.picture("password-phone")
	p.screen(1280, 800)
	for name, path := range map[string]string{"board": "/d/" + s.drive.Code, "callup": strings.TrimPrefix(callUp, "/console"), "duplicates": "/d/" + s.drive.Code + "/duplicates", "person": "/people/" + s.volunteers()[0]} {
		p.open("/console" + path)
		p.picture(name + "-desk")
	}
	if strings.Contains(s.log.String(), "Amina") {
		t.Error("a name is in the log")
	}
}

// TestTheFormOnTheSmallestScreen opens the public form at 240 px, in French and from the right in Arabic.
func TestTheFormOnTheSmallestScreen(t *testing.T) {
	s := newSite(t)
	p := s.newPhone()
	p.open("/console/sign-in")
	p.picture("sign-in-phone")
	p.open(s.joined(s.browser(), nil) + "?new=1&lang=ha")
	p.picture("me-phone")
	p.screen(240, 320)
	for _, code := range []string{"fr", "ar"} {
		p.open(s.path("/join?lang=" + code))
		p.picture("join-" + code + "-240")
	}
	p.press("form button")
	p.until(`document.querySelector(".faults") !== null`)
	p.picture("join-ar-faults-240")
	ask[bool](p, `document.querySelector('.faults a[href="#f-name"]').click() || true`)
	p.until(`document.querySelector(":target").matches("input[name=name]")`)
}
