package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"muster/internal/reserve"
	"muster/internal/store"
)

func TestAListLeavesByTwoPeople(t *testing.T) {
	s := newOpenSite(t)
	identity, err := age.GenerateX25519Identity()
	check(t, err)
	s.drive.Recipients[0].Key = identity.Recipient().String()
	s.putDrive(store.DriveOpen)
	public := s.browser()
	me := s.joined(public, nil)
	s.joined(public, func(f url.Values) { f.Set("name", "Salou Issa"); f.Set("phone", "96112233"); f.Set("site", "gaya") })
	s.joined(public, func(f url.Values) { f.Set("name", "Rabi Ali"); f.Set("phone", "96445566"); f.Del("consents") })
	s.openAll()

	first, second := s.as(reserve.RoleCoordinator), s.as(reserve.RoleOwner)
	page := "/console/d/" + s.drive.Code + "/handovers"
	first.get(page).want(t, http.StatusOK, "Protection civile", "Prepare", "By default no list leaves")
	first.post(page, url.Values{"recipient": {"red-cross"}, "purpose": {"call-up"}}).want(t, http.StatusForbidden, `class="faults"`)
	list := first.post(page, url.Values{"recipient": {"civil-protection"}, "purpose": {"call-up"}}).to(t)
	first.get(list).want(t, http.StatusOK, "Waiting for a second person", "<strong>2</strong>")
	first.post(list+"/approve", url.Values{"count": {"2"}}).want(t, http.StatusForbidden, `class="faults"`)

	p := second.get(list)
	p.want(t, http.StatusOK, `name="count"`, "Niamey", "Gaya")
	if strings.Contains(p.body, "<strong>2</strong>") {
		t.Error("the count is shown to the person who must find it")
	}
	second.post(list+"/approve", url.Values{"count": {"two"}}).want(t, http.StatusUnprocessableEntity, "in digits")
	second.post(list+"/approve", url.Values{"count": {"3"}}).want(t, http.StatusConflict, `class="faults"`)
	second.get(list+"/file").want(t, http.StatusNotFound)
	second.post(list+"/approve", url.Values{"count": {"2"}}).to(t)
	second.post(list+"/seal", nil).to(t)
	second.get(list).want(t, http.StatusOK, "Sealed", "Save as a file")
	file := second.get(list + "/file")
	if got := file.header.Get("Content-Disposition"); file.status != http.StatusOK || !strings.HasPrefix(got, "attachment; filename=") {
		t.Errorf("the file: got %d, %q", file.status, got)
	}
	for _, clear := range []string{"Amina", "90123456", "Salou"} {
		if strings.Contains(file.body, clear) {
			t.Errorf("the sealed list shows %q", clear)
		}
	}

	public.get(me+"?lang=en").want(t, http.StatusOK, "Given to Protection civile on 2026-11-24")
	public.post(me+"?lang=en", url.Values{"do": {"withdraw"}, "sure": {"1"}}).to(t)
	public.get(me+"?lang=en").want(t, http.StatusOK, "Not confirmed yet")
	if got := regexp.MustCompile(`Agreements ended since</dt><dd><bdi>(\d+)`).FindStringSubmatch(second.get(list).body); got == nil || got[1] != "1" {
		t.Errorf("ended entries: got %v, want 1", got)
	}
}
