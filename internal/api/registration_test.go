package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/testkit"
)

// amina is the registration of the CONTRACT, with a reference that the test chooses.
func amina(ref string) string {
	return `{"ref":"` + ref + `","name":"Amina Oumarou","known_as":"","father_name":"","birth":"1998-04-12",
	"phones":["+22790123456",{"e164":"+22790123457","owner":"relay","relay_name":"Malam Sani","texts":false}],"availability":"any","language":"ha",
	"place":"NE008001","sex":"","age":null,"note":"","site":"niamey","functions":["medical"],"qualifications":[{"code":"nurse"}],
	"consents":[{"recipient":"civil-protection","purpose":"call-up","wording":1}]}`
}

const ref1, ref2 = "9f2c6a0e5b7d41c8a3e0ffff00000001", "9f2c6a0e5b7d41c8a3e0ffff00000002"

// faultsOf lists "field code" of a problem.
func faultsOf(t *testing.T, a answer) []string {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("answer %d is no problem: %v\n%s", a.status, err, a.body)
	}
	if got := a.head.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	if p.Status != a.status {
		t.Errorf("the body says %d, the status is %d", p.Status, a.status)
	}
	var out []string
	for _, f := range p.Errors {
		if f.Message == "" || strings.Contains(f.Message, "⟦") || f.Message == f.Code {
			t.Errorf("%s %s has no sentence: %q", f.Field, f.Code, f.Message)
		}
		out = append(out, strings.TrimSpace(f.Field+" "+f.Code))
	}
	return out
}

func TestARegistrationGetsAReceiptAndARepeatTheSameOne(t *testing.T) {
	h := newHouse(t)
	first := h.do("POST", registrations, amina(ref1))
	if first.status != http.StatusCreated || first.head.Get("Content-Type") != "application/json" || first.head.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %v %s", first.status, first.head, first.body)
	}
	var receipt struct{ Receipt, State, Me string }
	if err := json.Unmarshal([]byte(first.body), &receipt); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(receipt.Receipt, "NIA-") || len(receipt.Receipt) != len("NIA-7K3MQ-2XWT9-4") || receipt.State != "received" || len(receipt.Me) != len("/me/")+26 {
		t.Errorf("got %+v", receipt)
	}
	again := h.do("POST", registrations, amina(ref1))
	if again.status != http.StatusOK || again.body != first.body {
		t.Errorf("the repeat got %d %s, want 200 %s", again.status, again.body, first.body)
	}
	other := h.do("POST", registrations, strings.Replace(amina(ref1), "Amina", "Aminata", 1))
	if got := faultsOf(t, other); other.status != http.StatusConflict || !slices.Equal(got, []string{"ref conflict"}) {
		t.Errorf("other content got %d %v", other.status, got)
	}
	pending := h.do("POST", registrations, `{"ref":"`+ref2+`","name":"Sani","functions":["other"]}`)
	if pending.status != http.StatusCreated || !strings.Contains(pending.body, `"state":"pending-age"`) {
		t.Errorf("unknown birth got %d %s, want 201 pending-age", pending.status, pending.body)
	}
}

func TestARegistrationIsRefusedWithEveryFaultAtOnce(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("a", 300)
	for _, c := range []struct {
		name, body string
		status     int
		want       []string
	}{
		{"nothing", ``, 415, []string{"content-type unsupported-type"}},
		{"no JSON", `hello`, 400, []string{"bad-json"}},
		{"cut off", `{"ref":"x"`, 400, []string{"ref bad-json"}},
		{"trailing data", `{"ref":"x"} {}`, 400, []string{"bad-json"}},
		{"a text", `"x"`, 422, []string{"wrong-type", "ref ref-too-short", "name required", "functions required"}},
		{"an empty list", `[]`, 422, []string{"wrong-type", "ref ref-too-short", "name required", "functions required"}},
		{"equal names", `{"name":"a","name":"b","note":"c","note":"d"}`, 400, []string{"name duplicate-field", "note duplicate-field"}},
		{"names that differ in case", `{"name":"a","NAME":"b"}`, 400, []string{"NAME duplicate-field"}},
		{"equal names inside", `{"phones":["1",{"e164":"1","e164":"2"}]}`, 400, []string{"phones[1].e164 duplicate-field"}},
		{"half a pair", `{"name":"\ud800"}`, 400, []string{"name bad-utf8"}},
		{"bytes that are no UTF-8", "{\"name\":\"A\xff\"}", 400, []string{"name bad-utf8"}},
		{"a raw control character", "{\"name\":\"A\x01\"}", 400, []string{"name bad-json"}},
		{"twenty thousand lists", strings.Repeat("[", 20_000), 400, []string{"[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] too-deep"}},
		{"a field of another form", `{"role":"admin","site":2,"age":"30","functions":"medical","ref":"` + ref1 + `","name":7}`, 422,
			[]string{"ref", "role unknown-field", "site wrong-type", "age wrong-type", "functions wrong-type", "name wrong-type"}[1:]},
		{"every text too long", `{"ref":"` + ref1 + `","name":"` + long + `","place":"` + long + `","functions":["medical"]}`, 422, []string{"name too-long", "place too-long"}},
		{"unknown codes", `{"ref":"` + ref1 + `","name":"Sani","functions":["fighting"],"language":"xx","site":"x","sex":"q","qualifications":[{"code":"sniper"}],"consents":[{"recipient":"army","purpose":"call-up","wording":1}],"place":"Xyzzy"}`, 422,
			[]string{"language unknown-language", "place unknown-place", "site unknown-site", "sex unknown-sex", "functions unknown-function", "qualifications unknown-qualification", "consents unknown-recipient"}},
		{"a null character", `{"ref":"` + ref1 + `","name":"a\u0000b","functions":["other"]}`, 422, []string{"name control-character"}},
		{"a day that is none", `{"ref":"` + ref1 + `","name":"Sani","birth":"1990-02-31","phones":["2.27931E+10","17"],"functions":["other"]}`, 422,
			[]string{"birth no-such-day", "phones phone-damaged", "phones phone-service"}},
		{"a number too many", `{"ref":"` + ref1 + `","name":"Sani","phones":["90123451","90123452","90123453","90123454","90123455"],"functions":["other"]}`, 422, []string{"phones too-many-phones"}},
		{"half an age", `{"ref":"` + ref1 + `","name":"Sani","age":30.5,"functions":["other"]}`, 422, []string{"age wrong-type"}},
		{"an age that is none", `{"ref":"` + ref1 + `","name":"Sani","age":-3,"functions":["other"]}`, 422, []string{"age out-of-range"}},
		{"under age", `{"ref":"` + ref1 + `","name":"Issa","birth":"2012-03-02","functions":["other"]}`, 422, []string{"birth under-age"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.do("POST", registrations, c.body)
			if got := faultsOf(t, a); a.status != c.status || !slices.Equal(sorted(got), sorted(c.want)) {
				t.Errorf("got %d %q, want %d %q", a.status, got, c.status, c.want)
			}
		})
	}
	if n, err := h.reg.RefusedMinors(t.Context(), "test-drive"); err != nil || n != 1 {
		t.Errorf("%d minors counted, %v; want 1", n, err)
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestFaultsAreToldInTheReadersLanguage(t *testing.T) {
	h := newHouse(t)
	for header, want := range map[string]string{"fr-NE, en;q=0.5": "La demande n’est pas du JSON valable", "ha": "Saƙon ba JSON", "": "The request is not valid JSON", "de": "The request is not valid JSON"} {
		a := h.do("POST", registrations, "hello", "Accept-Language", header)
		if !strings.Contains(a.body, want) {
			t.Errorf("%q: got %s, want %q", header, a.body, want)
		}
	}
}

func TestWhatIsNoRegistrationIsTurnedAway(t *testing.T) {
	h := newHouse(t)
	big := `{"ref":"` + ref1 + `","note":"` + strings.Repeat("a", maxRegistration) + `"}`
	for _, c := range []struct {
		name, path, body string
		head             []string
		status           int
		code             string
	}{
		{"too large", registrations, big, nil, 413, "too-large"},
		{"a form", registrations, "name=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "content-type unsupported-type"},
		{"another charset", registrations, amina(ref1), []string{"Content-Type", "application/json; charset=latin1"}, 415, "content-type unsupported-type"},
		{"packed", registrations, amina(ref1), []string{"Content-Encoding", "gzip"}, 415, "content-encoding unsupported-type"},
		{"another drive", "/api/v1/drives/nowhere/registrations", amina(ref1), nil, 404, "drive not-found"},
		{"a token that is none", registrations, amina(ref1), []string{"Authorization", "Bearer muster-bearer.x"}, 401, "signed-out"},
	} {
		a := h.do("POST", c.path, c.body, c.head...)
		if got := faultsOf(t, a); a.status != c.status || !slices.Equal(got, []string{c.code}) {
			t.Errorf("%s: got %d %q, want %d %q", c.name, a.status, got, c.status, c.code)
		}
	}
	if a := h.do("POST", registrations, amina(ref1), "Content-Type", "Application/JSON; charset=UTF-8"); a.status != 201 {
		t.Errorf("another spelling of the type got %d", a.status)
	}
}

func TestAReferenceBelongsToItsSender(t *testing.T) {
	h := newHouse(t)
	tablet := h.token(staff.Account{Handle: "tablet1", Role: reserve.RoleDevice})
	second := h.token(staff.Account{Handle: "tablet2", Role: reserve.RoleDevice})
	short := strings.Replace(amina("7"), "Amina", "Amadou", 1)
	if a := h.do("POST", registrations, short); a.status != 422 {
		t.Errorf("a short reference without a token got %d, want 422", a.status)
	}
	one := h.do("POST", registrations, short, "Authorization", "Bearer "+tablet)
	two := h.do("POST", registrations, short, "Authorization", "Bearer "+second)
	if one.status != 201 || two.status != 201 || one.body == two.body {
		t.Errorf("the same reference of two tablets got %d %s and %d %s, want two receipts", one.status, one.body, two.status, two.body)
	}
	auditor := h.token(staff.Account{Handle: "auditor", Role: reserve.RoleAuditor})
	if a := h.do("POST", registrations, short, "Authorization", "Bearer "+auditor); a.status != 403 {
		t.Errorf("an auditor registering got %d, want 403", a.status)
	}
}

func TestTheAnswerDoesNotTellWhetherANumberIsKnown(t *testing.T) {
	h := newHouse(t)
	if a := h.do("POST", registrations, amina(ref1)); a.status != 201 {
		t.Fatal(a)
	}
	shape := func(body, number, ref string) string {
		a := h.do("POST", registrations, `{"ref":"`+ref+`","name":"Zeina Gora","birth":"1990","phones":["`+number+`"],"functions":["other"]}`)
		var r struct{ Receipt, State, Me string }
		if err := json.Unmarshal([]byte(a.body), &r); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(a.status, a.head, strings.NewReplacer(r.Receipt, "R", r.Me, "M").Replace(a.body))
	}
	known, unknown := shape("", "+22790123456", ref2), shape("", "+22790000099", "9f2c6a0e5b7d41c8a3e0ffff00000003")
	if known != unknown {
		t.Errorf("a known number got\n%s\nan unknown one\n%s", known, unknown)
	}
}

func TestAnAddressMaySendABurstAndThenAPace(t *testing.T) {
	clock := testkit.NewClock()
	l := newLimiter(clock.Now)
	site, neighbour := netip.MustParseAddr("2001:db8:7::1"), netip.MustParseAddr("2001:db8:7:ffff::2")
	for i := range burst {
		if err := l.take(site); err != nil {
			t.Fatalf("request %d of the burst: %v", i+1, err)
		}
	}
	err := l.take(neighbour)
	if reserve.KindOf(err) != reserve.TooMany || waitOf(err) != 1 {
		t.Errorf("the same /48 beyond the burst got %v, wait %d; want too many, 1 s", err, waitOf(err))
	}
	if err := l.take(netip.MustParseAddr("::ffff:192.0.2.1")); err != nil {
		t.Errorf("another address: %v", err)
	}
	clock.Add(time.Second)
	taken := 0
	for range 100 {
		if l.take(site) == nil {
			taken++
		}
	}
	if taken != 50 {
		t.Errorf("%d in the second after, want 50", taken)
	}
	for i := range 20 * shards * maxPerShard / 10 {
		if err := l.take(netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})); err != nil {
			t.Fatal(err)
		}
	}
	for i := range l.shards {
		if n := len(l.shards[i].full); n > maxPerShard {
			t.Errorf("a shard holds %d addresses, at most %d", n, maxPerShard)
		}
	}
}

func TestTooManyRegistrationsAreToldWhenToComeBack(t *testing.T) {
	h := newHouse(t)
	for range burst {
		h.do("POST", registrations, "x")
	}
	a := h.do("POST", registrations, amina(ref1))
	if wait, err := strconv.Atoi(a.head.Get("Retry-After")); a.status != 429 || err != nil || wait < 1 {
		t.Errorf("got %d, Retry-After %q", a.status, a.head.Get("Retry-After"))
	}
	if got := faultsOf(t, a); !slices.Equal(got, []string{"too-many"}) {
		t.Errorf("got %q", got)
	}
}
