package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/audit"
	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/store"
)

func TestADeskListsSearchesShowsAndCorrects(t *testing.T) {
	h := newHouse(t)
	owner := h.token(staff.Account{Handle: "owner", Role: reserve.RoleOwner})
	id := h.person("Hadiza Noma", "+22793123451", "gaya", "medical")
	for i, name := range []string{"Fadima Bello", "Oumarou Sindi", "Rakia Labo", "Djibo Namata"} {
		h.person(name, fmt.Sprintf("+2279312346%d", i), "niamey", "logistics", "other")
	}
	const base = "/api/v1/drives/test-drive/volunteers"
	var seen []string
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		p := want[page[personOut]](t, h.as(owner, "GET", base+"?limit=2&cursor="+cursor, ""), 200)
		for _, person := range p.Items {
			seen = append(seen, person.ID)
			if strings.Contains(person.Phones[0].E164, "9312") {
				t.Errorf("a list shows the number %s", person.Phones[0].E164)
			}
		}
		cursor = p.Next
	}
	if len(seen) != 5 || !slices.IsSorted(seen) {
		t.Errorf("five people paged by two: %v", seen)
	}
	for query, n := range map[string]int{"function=medical": 1, "site=niamey": 4, "state=held": 0, "level=0": 5, "level=2": 0, "function=logistics&level=0": 4} {
		if p := want[page[personOut]](t, h.as(owner, "GET", base+"?"+query, ""), 200); len(p.Items) != n {
			t.Errorf("%s: %d people, want %d", query, len(p.Items), n)
		}
	}
	for query, code := range map[string]string{"limit=0": "limit out-of-range", "limit=x": "limit wrong-type", "level=-1": "level out-of-range"} {
		a := h.as(owner, "GET", base+"?"+query, "")
		if got := faultsOf(t, a); a.status != 422 || !slices.Equal(got, []string{code}) {
			t.Errorf("%s: %d %q", query, a.status, got)
		}
	}
	found := want[page[personOut]](t, h.as(owner, "POST", base+"/search", `{"q":"Hadiza Nooma"}`), 200)
	if len(found.Items) == 0 || found.Items[0].ID != id {
		t.Errorf("search found %+v", found.Items)
	}
	shown := want[wholeOut](t, h.as(owner, "GET", "/api/v1/volunteers/"+id, ""), 200)
	if shown.Name != "Hadiza Noma" || shown.Phones[0].E164 != "+22793123451" || shown.Birth != "1990-05-17" || len(shown.Received) != 1 || len(shown.Consents) != 1 {
		t.Errorf("shown %+v", shown)
	}
	changed := want[wholeOut](t, h.as(owner, "PATCH", "/api/v1/volunteers/"+id, `{"phones":["93 12 34 59"],"place":"Kollo","version":`+strconv.FormatInt(shown.Version, 10)+`}`), 200)
	if changed.Phones[0].E164 != "+22793123459" || changed.Place == "" || changed.Name != "Hadiza Noma" {
		t.Errorf("changed to %+v", changed)
	}
	stale := h.as(owner, "PATCH", "/api/v1/volunteers/"+id, `{"name":"X","version":`+strconv.FormatInt(shown.Version, 10)+`}`)
	if got := faultsOf(t, stale); stale.status != 409 || !slices.Equal(got, []string{"changed-meanwhile"}) {
		t.Errorf("a stale correction got %d %q", stale.status, got)
	}
	if got := want[stateOut](t, h.as(owner, "POST", "/api/v1/volunteers/"+id+"/verify", `{"function":"medical","level":3,"evidence":"document"}`), 200); got.State != string(store.VerificationStanding) {
		t.Errorf("verified %+v", got)
	}
	if p := want[page[personOut]](t, h.as(owner, "GET", base+"?level=3&function=medical", ""), 200); len(p.Items) != 1 {
		t.Errorf("verified at 3: %d people", len(p.Items))
	}
	for _, step := range []struct{ verb, state string }{{"withdraw", "withdrawn"}, {"erase", "erased"}} {
		if got := want[stateOut](t, h.as(owner, "POST", "/api/v1/volunteers/"+id+"/"+step.verb, ""), 200); got.State != step.state {
			t.Errorf("%s gave %+v", step.verb, got)
		}
	}
	if found := want[page[personOut]](t, h.as(owner, "POST", base+"/search", `{"q":"Hadiza Noma"}`), 200); slices.ContainsFunc(found.Items, func(p personOut) bool { return p.ID == id }) {
		t.Error("an erased person is found")
	}
}

func TestTwoRegistrationsOfOnePersonAreMergedAndUnmerged(t *testing.T) {
	h := newHouse(t)
	desk := h.token(staff.Account{Handle: "desk", Role: reserve.RoleDesk})
	first := h.person("Hadiza Maïga", "+22790000011", "niamey", "medical")
	second := h.person("Hadiza Maiga", "+22790000011", "niamey", "medical")
	pairs := want[page[pairOut]](t, h.as(desk, "GET", "/api/v1/drives/test-drive/duplicates", ""), 200)
	if len(pairs.Items) != 1 || pairs.Items[0].Newer != second || pairs.Items[0].People[0].ID != first || pairs.Items[0].Score < 0.9 || len(pairs.Items[0].Reasons) == 0 {
		t.Fatalf("pairs %+v", pairs)
	}
	want[stateOut](t, h.as(desk, "POST", "/api/v1/duplicates/"+pairs.Items[0].ID+"/merge", ""), 200)
	if p := want[wholeOut](t, h.as(desk, "GET", "/api/v1/volunteers/"+second, ""), 200); p.ID != first || len(p.Received) != 2 {
		t.Errorf("after the merge: %+v", p)
	}
	want[stateOut](t, h.as(desk, "POST", "/api/v1/volunteers/"+first+"/unmerge", ""), 200)
	if p := want[wholeOut](t, h.as(desk, "GET", "/api/v1/volunteers/"+second, ""), 200); p.ID != second || len(p.Received) != 1 {
		t.Errorf("after the unmerge: %+v", p)
	}
	want[stateOut](t, h.as(desk, "POST", "/api/v1/duplicates/"+pairs.Items[0].ID+"/distinct", ""), 200)
	if p := want[page[pairOut]](t, h.as(desk, "GET", "/api/v1/drives/test-drive/duplicates", ""), 200); len(p.Items) != 0 {
		t.Errorf("pairs left: %+v", p)
	}
}

// imported is the part of an import's answer that is looked at here.
type imported struct {
	Report struct {
		Batch                    string
		Added, Refused, Repeated int
	}
	Refused string `json:"refused_csv"`
}

func TestAListIsImportedAsABodyAndAsAForm(t *testing.T) {
	h := newHouse(t)
	clerk := h.token(staff.Account{Handle: "clerk", Role: reserve.RoleCoordinator})
	const path = "/api/v1/drives/test-drive/imports"
	csv := "nom,naissance,tel\nHadiza Noma,17/05/1990,93123451\nFadima Bello,31/02/1990,93123452\n"
	trial := want[imported](t, h.as(clerk, "POST", path+"?dry_run=true&site=gaya", csv, "Content-Type", "text/csv"), 200)
	if trial.Report.Added != 1 || trial.Report.Batch != "" || h.roll.Count() != 0 {
		t.Errorf("trial %+v", trial)
	}
	got := want[imported](t, h.as(clerk, "POST", path+"?site=gaya", csv, "Content-Type", "text/csv", "Accept-Language", "fr"), 200)
	if got.Report.Added != 1 || got.Report.Refused != 1 || !strings.Contains(got.Refused, "Ce jour n’existe pas") {
		t.Errorf("import %+v", got)
	}
	var form strings.Builder
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "liste.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(csv)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := want[imported](t, h.as(clerk, "POST", path+"?site=gaya", form.String(), "Content-Type", w.FormDataContentType()), 200)
	if again.Report.Added != 0 || again.Report.Repeated != 1 {
		t.Errorf("the same file as a form: %+v", again)
	}
	want[stateOut](t, h.as(clerk, "POST", "/api/v1/imports/"+got.Report.Batch+"/undo", ""), 200)
	if h.roll.Count() != 0 {
		t.Errorf("%d people after the undo", h.roll.Count())
	}
	for name, c := range map[string]struct {
		body, kind, query string
		status            int
		code              string
	}{
		"JSON":            {"{}", "application/json", "", 415, "content-type unsupported-type"},
		"no file":         {"--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x", "", 422, "file required"},
		"a broken form":   {"--x\r\nbroken", "multipart/form-data; boundary=x", "", 422, "file bad-form"},
		"nothing":         {" ", "text/csv", "", 422, "file file-unreadable"},
		"no names":        {"a,b\n1,2\n", "text/csv", "", 422, "map no-name-column"},
		"a wrong choice":  {csv, "text/csv", "?dates=yesterday", 422, "dates unknown-choice"},
		"too large":       {strings.Repeat("a", maxFile+1), "text/csv", "", 413, "too-large"},
		"ambiguous dates": {"nom,naissance\nA,03/04/1991\n", "text/csv", "", 422, "birth day-order"},
	} {
		a := h.as(clerk, "POST", path+c.query, c.body, "Content-Type", c.kind)
		if got := faultsOf(t, a); a.status != c.status || !slices.Equal(got, []string{c.code}) {
			t.Errorf("%s: got %d %q, want %d %q", name, a.status, got, c.status, c.code)
		}
	}
}

const gayaCallUp = `{"needs":[{"function":"medical","wanted":1,"level":0,"assembly_point":"Gaya health centre"}],"report_by":"2026-11-25T08:00:00+01:00","urgent":false,"exercise":true,
	"risk":{"hazards":"flood","equipment":"boots","insurance":false,"refund":"transport","contact":"+22720000000"}}`

func TestACallUpIsOpenedShownCheckedIntoAndClosed(t *testing.T) {
	h := newHouse(t)
	boss := h.token(staff.Account{Handle: "boss", Role: reserve.RoleCoordinator})
	id := h.person("Hadiza Noma", "+22793123451", "gaya", "medical")
	const path = "/api/v1/drives/test-drive/callups"
	wrong := h.as(boss, "POST", path, `{"needs":[{"function":"fighting","wanted":0}],"report_by":"yesterday","risk":{}}`)
	if got := faultsOf(t, wrong); wrong.status != 422 || !slices.Contains(got, "report_by wrong-type") {
		t.Errorf("a call-up of nonsense got %d %q", wrong.status, got)
	}
	empty := h.as(boss, "POST", path, `{}`)
	if got := faultsOf(t, empty); empty.status != 422 || len(got) != 7 {
		t.Errorf("an empty call-up got %d %q", empty.status, got)
	}
	opened := want[callup.View](t, h.as(boss, "POST", path, gayaCallUp, "Idempotency-Key", "once"), 201)
	again := h.as(boss, "POST", path, gayaCallUp, "Idempotency-Key", "once")
	if v := want[callup.View](t, again, 201); v.ID != opened.ID || again.head.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same key opened %s and %s", opened.ID, v.ID)
	}
	if a := h.as(boss, "POST", path, strings.Replace(gayaCallUp, "flood", "fire", 1), "Idempotency-Key", "once"); a.status != 409 {
		t.Errorf("the same key with another body got %d", a.status)
	}
	if opened.Code == "" || opened.State != "open" || opened.Needs[0].Wanted != 1 || opened.Needs[0].AssemblyPoint != "Gaya health centre" {
		t.Errorf("opened %+v", opened)
	}
	if l := want[page[callUpOut]](t, h.as(boss, "GET", path, ""), 200); len(l.Items) != 1 || l.Items[0].ID != opened.ID {
		t.Errorf("list %+v", l)
	}
	one := "/api/v1/callups/" + opened.ID
	if a := h.as(boss, "POST", one+"/checkin", `{}`); !slices.Equal(faultsOf(t, a), []string{"volunteer required"}) {
		t.Errorf("a check-in of nobody: %s", a.body)
	}
	in := want[checkInOut](t, h.as(boss, "POST", one+"/checkin", `{"volunteer":"`+id+`"}`), 200)
	twice := want[checkInOut](t, h.as(boss, "POST", one+"/checkin", `{"phone":"+22793123451"}`), 200)
	if in.Repeat || !in.WalkIn || !twice.Repeat || twice.Volunteer != id || !twice.Since.Equal(*in.Since) {
		t.Errorf("checked in %+v, then %+v", in, twice)
	}
	if v := want[callup.View](t, h.as(boss, "GET", one, ""), 200); v.Needs[0].CheckedIn != 1 || v.Needs[0].ArrivedInTime != 1 {
		t.Errorf("shown %+v", v.Needs)
	}
	moved := want[callup.View](t, h.as(boss, "POST", one+"/change", `{"places":{"`+opened.Needs[0].ID+`":"Gaya stadium"}}`), 200)
	if moved.Needs[0].AssemblyPoint != "Gaya stadium" {
		t.Errorf("moved to %+v", moved.Needs)
	}
	if a := h.as(boss, "POST", one+"/change", `{}`); !slices.Equal(faultsOf(t, a), []string{"places required"}) {
		t.Errorf("a change of nothing: %s", a.body)
	}
	if s := want[stayOut](t, h.as(boss, "POST", one+"/checkout", `{"volunteer":"`+id+`"}`), 200); s.Out == nil || !s.In.Equal(*in.Since) {
		t.Errorf("checked out %+v", s)
	}
	for _, step := range []struct {
		method, path string
		paused       bool
	}{{"POST", "/pause", true}, {"GET", "", true}, {"POST", "/resume", false}, {"GET", "", false}} {
		if s := want[sendingOut](t, h.as(boss, step.method, "/api/v1/sending"+step.path, ""), 200); s.Paused != step.paused {
			t.Errorf("%s %s: paused %v", step.method, step.path, s.Paused)
		}
	}
	if v := want[callup.View](t, h.as(boss, "POST", one+"/close", ""), 200); v.State != "closed" {
		t.Errorf("closed %+v", v)
	}
	if r := want[callup.Report](t, h.as(boss, "GET", one+"/report", ""), 200); r.Needs[0].J2 != 1 {
		t.Errorf("report %+v", r)
	}
}

func TestTheSameKeySentManyTimesAtOnceActsOnce(t *testing.T) {
	h := newHouse(t)
	boss := h.token(staff.Account{Handle: "boss", Role: reserve.RoleCoordinator})
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wg.Go(func() {
			a := h.as(boss, "POST", "/api/v1/drives/test-drive/callups", gayaCallUp, "Idempotency-Key", "k")
			ids[i] = a.body
		})
	}
	wg.Wait()
	if slices.Sort(ids); ids[0] != ids[7] || !strings.Contains(ids[0], `"code":"A"`) {
		t.Errorf("one key gave %q and %q", ids[0], ids[7])
	}
	h.clock.Add(25 * time.Hour)
	if a := h.as(boss, "POST", "/api/v1/drives/test-drive/callups", gayaCallUp, "Idempotency-Key", "k"); a.body == ids[0] {
		t.Error("the key still holds after a day")
	}
}

func TestAListLeavesByTwoPeople(t *testing.T) {
	h := newHouse(t)
	one, two := h.token(staff.Account{Handle: "aicha", Role: reserve.RoleOwner}), h.token(staff.Account{Handle: "boubacar", Role: reserve.RoleOwner})
	h.person("Hadiza Noma", "+22793123451", "gaya", "medical")
	h.person("Fadima Bello", "+22793123452", "gaya", "medical")
	made := want[handoverOut](t, h.as(one, "POST", "/api/v1/drives/test-drive/handovers", `{"recipient":"civil-protection","purpose":"call-up","functions":["medical"]}`), 201)
	if made.Count != 2 || made.State != string(store.ListPrepared) {
		t.Fatalf("prepared %+v", made)
	}
	path := "/api/v1/handovers/" + made.ID
	if a := h.as(one, "POST", path+"/approve", `{"count":2}`); a.status != 403 || !slices.Equal(faultsOf(t, a), []string{"same-person"}) {
		t.Errorf("the same person got %d %s", a.status, a.body)
	}
	if a := h.as(two, "POST", path+"/approve", `{"count":3}`); a.status != 409 {
		t.Errorf("a wrong count got %d %s", a.status, a.body)
	}
	if a := h.as(two, "GET", path+"/file", ""); a.status != 404 {
		t.Errorf("the file before the seal got %d", a.status)
	}
	want[handoverOut](t, h.as(two, "POST", path+"/approve", `{"count":2}`), 200)
	if sealed := want[handoverOut](t, h.as(one, "POST", path+"/seal", ""), 200); sealed.State != string(store.ListSealed) || sealed.Sequence != 1 {
		t.Errorf("sealed %+v", sealed)
	}
	file := h.as(one, "GET", path+"/file", "")
	if file.status != 200 || file.head.Get("Content-Type") != "application/octet-stream" || len(file.body) < 500 || strings.Contains(file.body, "Hadiza") {
		t.Errorf("file: %d %s, %d bytes", file.status, file.head.Get("Content-Type"), len(file.body))
	}
	if l := want[page[handoverOut]](t, h.as(one, "GET", "/api/v1/drives/test-drive/handovers", ""), 200); len(l.Items) != 1 {
		t.Errorf("list %+v", l)
	}
}

func TestTheLogIsReadAndProvedByOthers(t *testing.T) {
	h := newHouse(t)
	auditor := h.token(staff.Account{Handle: "auditor", Role: reserve.RoleAuditor})
	h.person("Hadiza Noma", "+22793123451", "gaya", "medical")
	if a := h.as(auditor, "GET", "/api/v1/audit/checkpoint", ""); a.status != 404 {
		t.Errorf("before the first checkpoint: %d", a.status)
	}
	ctx := context.Background()
	if _, err := h.store.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
	signer, err := h.sec.AuditSigner()
	if err != nil {
		t.Fatal(err)
	}
	var head store.Head
	if err := h.store.View(ctx, func(r *store.Read) (err error) { head, err = r.Head(); return err }); err != nil {
		t.Fatal(err)
	}
	text, err := audit.SignCheckpoint(audit.Checkpoint{Origin: head.Origin, Size: head.Size, Root: head.Root, At: 1}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.KeepCheckpoint(ctx, head.Size, string(text)); err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(h.keys.AuditVerifier)
	if err != nil {
		t.Fatal(err)
	}
	got := h.as(auditor, "GET", "/api/v1/audit/checkpoint", "")
	cp, err := audit.OpenCheckpoint([]byte(got.body), verifier)
	if err != nil || cp.Size != head.Size {
		t.Fatalf("checkpoint %v of %d: %v", got, cp.Size, err)
	}
	entries := want[page[entryOut]](t, h.as(auditor, "GET", "/api/v1/audit/entries?limit=2&from=1", ""), 200)
	if len(entries.Items) != 2 || entries.Items[0].Index != 1 || entries.Next != "3" {
		t.Errorf("entries %+v", entries)
	}
	p := want[proofOut](t, h.as(auditor, "GET", "/api/v1/audit/proof?index=1", ""), 200)
	if p.Leaf != entries.Items[0].Leaf {
		t.Error("proof and entry disagree")
	}
	leaf, err := base64.StdEncoding.DecodeString(p.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	var proof tlog.RecordProof
	for _, s := range p.Proof {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(b) != tlog.HashSize {
			t.Fatalf("hash %q: %v", s, err)
		}
		proof = append(proof, tlog.Hash(b))
	}
	if err := audit.CheckEntry(proof, cp, 1, leaf); err != nil {
		t.Errorf("the proof does not hold: %v", err)
	}
	if a := h.as(auditor, "GET", "/api/v1/audit/proof?index=9999", ""); a.status != 404 {
		t.Errorf("a proof beyond the log got %d", a.status)
	}
}

func TestALockedNodeTakesPeopleAndSaysThatItIsLocked(t *testing.T) {
	file, secrets := freshKeys()
	h := newHouseWith(t, file, secrets)
	owner := h.token(staff.Account{Handle: "owner", Role: reserve.RoleOwner})
	id := h.person("Hadiza Noma", "+22793123451", "gaya", "medical")
	h.vault.Lock()
	h.reg.Forget()
	if a := h.do("POST", registrations, amina(ref1)); a.status != http.StatusCreated {
		t.Errorf("a registration on a locked node got %d", a.status)
	}
	a := h.as(owner, "GET", "/api/v1/volunteers/"+id, "")
	if got := faultsOf(t, a); a.status != http.StatusServiceUnavailable || a.head.Get("Retry-After") == "" || !slices.Equal(got, []string{"locked"}) {
		t.Errorf("showing got %d %q", a.status, got)
	}
	list := want[page[personOut]](t, h.as(owner, "GET", "/api/v1/drives/test-drive/volunteers", ""), 200)
	if len(list.Items) != 1 || list.Items[0].Name != "" || list.Items[0].State != "active" {
		t.Errorf("a list of a locked node: %+v", list.Items)
	}
}
