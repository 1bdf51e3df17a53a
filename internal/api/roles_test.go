package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// filled is a route's address with the placeholders filled by things that are not there.
func (rt route) filled() (method, path string) {
	method, path, _ = strings.Cut(rt.pattern, " ")
	for name, value := range map[string]string{"drive": "test-drive", "id": "01JNOBODY", "batch": "01JNOBATCH"} {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return method, path
}

// TestEveryRouteAsksForItsRight tries each route of the table in each role: what a role may not do is 403, whatever the body;
// what it may do is anything but a refusal of the person; without a sign-in everything is 401.
func TestEveryRouteAsksForItsRight(t *testing.T) {
	h := newHouse(t)
	tokens := map[reserve.Role]string{}
	for _, role := range reserve.Roles() {
		tokens[role] = h.token(staff.Account{Handle: string(role) + "1", Role: role})
	}
	tried, unexpected := 0, 0
	for _, rt := range table() {
		method, path := rt.filled()
		body := ""
		if method != http.MethodGet {
			body = "{}"
		}
		for name, token := range map[string]string{"nobody": "", "a wrong token": "muster-bearer." + strings.Repeat("A", 43), "no token at all": "x"} {
			var head []string
			if token != "" {
				head = []string{"Authorization", "Bearer " + token}
			}
			tried++
			if a := h.do(method, path, body, head...); a.status != http.StatusUnauthorized || a.head.Get("WWW-Authenticate") == "" {
				unexpected++
				t.Errorf("%s as %s: got %d, want 401", rt.pattern, name, a.status)
			}
		}
		for _, role := range reserve.Roles() {
			tried++
			a := h.as(tokens[role], method, path, body)
			may := reserve.May(reserve.Actor{Kind: reserve.ActorStaff, Role: role}, rt.right)
			switch {
			case !may && a.status != http.StatusForbidden, may && (a.status == http.StatusUnauthorized || a.status >= 500):
				unexpected++
				t.Errorf("%s as %s: got %d %s", rt.pattern, role, a.status, a.body)
			case may && a.status == http.StatusForbidden && strings.Contains(a.body, "no-right"):
				unexpected++
				t.Errorf("%s as %s: refused for the right %s, which the role has", rt.pattern, role, rt.right)
			}
		}
	}
	if tried < 200 || unexpected != 0 {
		t.Errorf("%d tries, %d unexpected answers", tried, unexpected)
	}
	if s := h.log.String(); s != "" {
		t.Errorf("the log holds %s", s)
	}
}

func TestASignInThatWasRevokedIsGoneWithTheNextRequest(t *testing.T) {
	h := newHouse(t)
	token := h.token(staff.Account{Handle: "clerk", Role: reserve.RoleCoordinator})
	if a := h.as(token, "GET", "/api/v1/drives/test-drive/volunteers", ""); a.status != 200 {
		t.Fatal(a)
	}
	id, err := h.staff.Find(t.Context(), staff.SignedIn{Actor: reserve.Actor{Kind: reserve.ActorStaff, Role: reserve.RoleOwner}}, "clerk")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.staff.Revoke(t.Context(), staff.System("n1"), id); err != nil {
		t.Fatal(err)
	}
	if a := h.as(token, "GET", "/api/v1/drives/test-drive/volunteers", ""); a.status != 401 {
		t.Errorf("after the revocation: %d", a.status)
	}
}

// TestC051NobodySeesOthersByAsking holds the field case: a coordinator of one site asks for people of another, and for people
// who do not exist; the answers are the same bytes.
func TestC051NobodySeesOthersByAsking(t *testing.T) {
	h := newHouse(t)
	theirs := h.person("Moussa Maïga", "+22790000092", "niamey", "medical")
	h.person("Rakia Labo", "+22790000093", "gaya", "medical")
	gaya := h.token(staff.Account{Handle: "gaya", Role: reserve.RoleCoordinator, Sites: []string{"gaya"}})
	logistics := h.token(staff.Account{Handle: "logistics", Role: reserve.RoleCoordinator, Functions: []string{"logistics"}})
	auditor := h.token(staff.Account{Handle: "auditor", Role: reserve.RoleAuditor})
	for _, token := range []string{gaya, logistics} {
		for _, rt := range people() {
			if !strings.Contains(rt.pattern, "{id}") || rt.right == reserve.MayErase {
				continue
			}
			method, path := rt.filled()
			body := ""
			if method != http.MethodGet {
				body = `{}`
			}
			missing := h.as(token, method, path, body)
			hidden := h.as(token, method, strings.ReplaceAll(path, "01JNOBODY", theirs), body)
			if missing.status != hidden.status || missing.body != hidden.body || hidden.status != http.StatusNotFound {
				t.Errorf("%s: nobody gets %d %s, somebody else's %d %s", rt.pattern, missing.status, missing.body, hidden.status, hidden.body)
			}
		}
	}
	list := want[page[personOut]](t, h.as(gaya, "GET", "/api/v1/drives/test-drive/volunteers", ""), 200)
	if len(list.Items) != 1 || list.Items[0].Name != "Rakia Labo" {
		t.Errorf("the coordinator of Gaya sees %+v", list.Items)
	}
	known := h.as(gaya, "POST", "/api/v1/drives/test-drive/volunteers/search", `{"q":"+22790000092"}`)
	unknown := h.as(gaya, "POST", "/api/v1/drives/test-drive/volunteers/search", `{"q":"+22790000099"}`)
	if known.status != 200 || known.body != unknown.body {
		t.Errorf("searching a hidden number gives %s, an unknown one %s", known.body, unknown.body)
	}
	for _, rt := range table() {
		method, path := rt.filled()
		a := h.as(auditor, method, strings.ReplaceAll(path, "01JNOBODY", theirs), "")
		if strings.Contains(a.body, "Moussa") || strings.Contains(a.body, "90000092") {
			t.Errorf("%s shows the auditor a person: %s", rt.pattern, a.body)
		}
	}
}

func TestTheDescriptionIsWholeAndItsReferencesResolve(t *testing.T) {
	h := newHouse(t)
	if a := h.do("GET", "/api/v1/openapi.json", ""); a.status != 401 {
		t.Errorf("without a token: %d", a.status)
	}
	a := h.as(h.token(staff.Account{Handle: "tablet", Role: reserve.RoleDevice}), "GET", "/api/v1/openapi.json", "")
	doc := want[struct {
		OpenAPI    string                               `json:"openapi"`
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components struct{ Schemas map[string]any }     `json:"components"`
	}](t, a, 200)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	ids := map[any]bool{}
	for _, pattern := range append([]string{registrationRoute}, patterns(table())...) {
		method, path, _ := strings.Cut(pattern, " ")
		op := doc.Paths[path][strings.ToLower(method)]
		if op == nil {
			t.Errorf("%s is not described", pattern)
			continue
		}
		if ids[op["operationId"]] || op["summary"] == "" {
			t.Errorf("%s: operation %v is there twice or says nothing", pattern, op["operationId"])
		}
		ids[op["operationId"]] = true
	}
	for _, part := range strings.Split(a.body, `"$ref":"`)[1:] {
		name, ok := strings.CutPrefix(part[:strings.Index(part, `"`)], "#/components/schemas/")
		if !ok || doc.Components.Schemas[name] == nil {
			t.Errorf("a reference leads nowhere: %s", name)
		}
	}
	docs := h.do("GET", "/api/v1/docs", "")
	if docs.status != 200 || strings.Contains(docs.body, "<script") || strings.Contains(docs.body, "//") || !strings.Contains(docs.body, "volunteers/{id}/verify") {
		t.Errorf("docs: %d\n%s", docs.status, docs.body)
	}
}

func patterns(routes []route) (out []string) {
	for _, rt := range routes {
		out = append(out, rt.pattern)
	}
	return out
}

// TestTheDescribedRegistrationIsTheOneThatIsDecoded holds the hand-written decoder to the document.
func TestTheDescribedRegistrationIsTheOneThatIsDecoded(t *testing.T) {
	yes := true
	age := 30
	all := registrationIn{Ref: ref1, Name: "a", KnownAs: "b", FatherName: "c", Birth: "1990", Age: &age, Phones: []phoneIn{{"1", "self", "x", &yes}}, Availability: "any", Language: "fr",
		Place: "p", PlaceWithin: "w", Sex: "f", Note: "n", Site: "s", Functions: []string{"f"}, Qualifications: []skillIn{{"q"}}, Consents: []consentIn{{"r", "p", 1}}}
	body, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	v, bad := parse(string(body))
	a := application(&v)
	if len(bad)+len(a.Faults) > 0 {
		t.Errorf("the decoder does not know what is described: %v %v", bad, a.Faults)
	}
	if a.Name != "a" || a.PlaceWithin != "w" || *a.Age != 30 || a.Phones[0].RelayName != "x" || a.Consents[0].Wording != 1 || !slices.Equal(a.Functions, []string{"f"}) {
		t.Errorf("decoded %+v", a)
	}
	if n := len(v.members); n != 17 {
		t.Errorf("%d fields are described, the CONTRACT and place_within make 17", n)
	}
}

func TestWhatIsNotThereIsAProblemToo(t *testing.T) {
	h := newHouse(t)
	if a := h.do("GET", "/api/v1/nothing", ""); a.status != 404 || !slices.Equal(faultsOf(t, a), []string{"not-found"}) {
		t.Errorf("an unknown address: %d %s", a.status, a.body)
	}
	a := h.do("DELETE", "/api/v1/volunteers/x", "")
	if a.status != 405 || a.head.Get("Allow") != "GET, PATCH" || !slices.Equal(faultsOf(t, a), []string{"method-not-allowed"}) {
		t.Errorf("a wrong method: %d %q %s", a.status, a.head.Get("Allow"), a.body)
	}
}

func TestANodeWithoutCallUpsHasNoRoutesForThem(t *testing.T) {
	h := newHouse(t)
	mux := http.NewServeMux()
	New(Config{Store: h.store, Registry: h.reg, Roll: h.roll, Staff: h.staff, Lang: h.lang, Now: h.clock.Now}).Mount(mux)
	token := h.token(staff.Account{Handle: "owner", Role: reserve.RoleOwner})
	field := &house{mux: mux}
	for path, status := range map[string]int{"/api/v1/drives/test-drive/callups": 404, "/api/v1/drives/test-drive/handovers": 404, "/api/v1/drives/test-drive/volunteers": 200} {
		if a := field.as(token, "GET", path, ""); a.status != status {
			t.Errorf("%s: got %d, want %d", path, a.status, status)
		}
	}
	if a := field.do("POST", registrations, amina(ref1)); a.status != 201 {
		t.Errorf("a registration got %d", a.status)
	}
}
