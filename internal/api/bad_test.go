package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// naughty are texts that have broken other programs.
var naughty = []string{"", " ", "\t", "\n", "null", "undefined", "True", "NaN", "0", "-1", "1e3", "1/0", "$1.00", "０", "٠٦٧١٢٣", "＋３８０", "O'Connor", `"`, "'", "`", "<img src=x onerror=alert(1)>",
	"</script><script>alert(1)</script>", "Robert'); DROP TABLE r;--", "{{7*7}}", "${7*7}", "%s%n%x", "../../etc/passwd", "C:\\aux", "=HYPERLINK(\"http://x\",\"y\")", "@SUM(1+1)", "\u202enimdA",
	"A\u200bli", "Ali\u200cReza", "e\u0301", "Z̴a̷l̸g̵o̶", strings.Repeat("\u0301", 300), "a" + strings.Repeat("\u0301", 300), strings.Repeat("a", 10_000), strings.Repeat("ﷺ", 300), "😀", "👨‍👩‍👧‍👦",
	"李", "Ø", "ﬁ", "Ивaн", "مُحَمَّد", "\u0000", "a\u0000b", "\u0007", "\u001b[31m", "\ufeff", "\ufffd", "\uffff", "line\r\nlevel=ERROR msg=forged", "CON", "2.27931E+10", "+979123456789", "112", "+1 900 555 0100",
	"0671234567;ext=12", "tel:+22790123456", "NE999999", "Tibiri", "1998-02-30", "1380", "2543", "29/02/2001", "9999-12-31", "0000-00-00", "-001-01-01", "1998~~", "age:18@2026-11-24", "army", "{}", "[]", "\\", "\\u0000"}

// secrets are what no log may hold: the distinctive parts of what is sent below.
var secrets = []string{"Zouera-Canary", "93777123", "Kanarienvogel"}

// checkAnswer is what holds for every answer whatever was sent.
func checkAnswer(t *testing.T, sent string, a answer) {
	t.Helper()
	if a.status >= 500 {
		t.Fatalf("%.200q got %d %s", sent, a.status, a.body)
	}
	if strings.Contains(a.body, "goroutine") || strings.Contains(a.body, ".go:") || strings.Contains(a.body, "⟦") {
		t.Fatalf("%.200q: the answer shows insides: %s", sent, a.body)
	}
	if a.status >= 400 && (a.head.Get("Content-Type") != problemType || !json.Valid([]byte(a.body)) || !utf8.ValidString(a.body)) {
		t.Fatalf("%.200q: %d is no problem: %s", sent, a.status, a.body)
	}
}

// body is the registration with each of its texts replaced in turn.
func body(field string, value any) string {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(amina(ref1)), &m); err != nil {
		panic(err)
	}
	m["name"], m["note"], m["phones"] = "Zouera-Canary", "Kanarienvogel", []any{"+22793777123"}
	switch field {
	case "phones.e164":
		m["phones"] = []any{map[string]any{"e164": value}}
	case "phones.owner":
		m["phones"] = []any{map[string]any{"e164": "+22793777123", "owner": value}}
	case "phones.relay_name":
		m["phones"] = []any{map[string]any{"e164": "+22793777123", "owner": "relay", "relay_name": value}}
	case "functions[0]":
		m["functions"] = []any{value}
	case "qualifications[0]":
		m["qualifications"] = []any{value}
	case "consents[0]":
		m["consents"] = []any{map[string]any{"recipient": value, "purpose": value, "wording": 1}}
	default:
		m[field] = value
	}
	out, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(out)
}

var fieldNames = []string{"ref", "name", "known_as", "father_name", "birth", "age", "phones", "phones.e164", "phones.owner", "phones.relay_name", "availability", "language", "place", "place_within", "sex", "note",
	"site", "functions", "functions[0]", "qualifications", "qualifications[0]", "consents", "consents[0]", "role"}

func TestNaughtyTextsInEveryFieldBreakNothing(t *testing.T) {
	h := newHouse(t)
	n := 0
	try := func(sent string) {
		if n++; n%400 == 0 {
			h.clock.Add(time.Minute)
		}
		checkAnswer(t, sent, h.do("POST", registrations, sent, "Accept-Language", "fr"))
	}
	for _, f := range fieldNames {
		for _, s := range naughty {
			try(body(f, s))
		}
		for _, v := range []any{nil, true, 7, -1.5, 1e300, []any{}, []any{[]any{[]any{}}}, map[string]any{}, map[string]any{"a": "b"}} {
			try(body(f, v))
		}
	}
	if n < 1500 {
		t.Errorf("only %d inputs", n)
	}
	holdsNothing(t, h)
}

// holdsNothing looks for what was sent in the log.
func holdsNothing(t *testing.T, h *house) {
	t.Helper()
	log := h.log.String()
	for _, s := range append(secrets, "forged", "etc/passwd") {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q:\n%s", s, log)
		}
	}
}

func TestMutatedBodiesBreakNothing(t *testing.T) {
	h := newHouse(t)
	seed := body("sex", "f")
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{`"`, `{`, `}`, `[`, `]`, `,`, `:`, `\`, `\u`, `\ud800`, "\xff", "\x00", "null", "1e999", `"name"`, `"phones"`, strings.Repeat("[", 40), "\xed\xa0\x80", "-", "\u2028"}
	for n := range 1500 {
		b := []byte(seed)
		for range 1 + r.IntN(4) {
			at := r.IntN(len(b))
			switch r.IntN(4) {
			case 0:
				b = append(b[:at:at], b[min(len(b), at+1+r.IntN(20)):]...)
			case 1:
				b[at] = byte(r.IntN(256))
			case 2:
				b = append(b[:at:at], append([]byte(parts[r.IntN(len(parts))]), b[at:]...)...)
			case 3:
				b = b[:at]
			}
			if len(b) == 0 {
				b = []byte("x")
			}
		}
		if n%400 == 0 {
			h.clock.Add(time.Minute)
		}
		checkAnswer(t, string(b), h.do("POST", registrations, string(b)))
	}
	holdsNothing(t, h)
}

// TestNaughtyBodiesOfStaffRoutesBreakNothing sends what is no sense to each route that takes a body, and to each address.
func TestNaughtyBodiesOfStaffRoutesBreakNothing(t *testing.T) {
	h := newHouse(t)
	owner := h.token(staff.Account{Handle: "owner", Role: reserve.RoleOwner})
	id := h.person("Zouera-Canary", "+22793777123", "gaya", "medical")
	bodies := []string{"", "{}", "[]", "null", `"x"`, "{", `{"a":1}`, `{"a":1,"a":2}`, `{"name":"\ud800"}`, "\xff", strings.Repeat("[", 1000), `{"` + strings.Repeat("x", 1000) + `":1}`,
		`{"q":"\u0000"}`, `{"q":7}`, `{"needs":{}}`, `{"needs":[1,2]}`, `{"needs":[{"wanted":"x"}],"risk":[]}`, `{"phones":[{"e164":{}}],"qualifications":[[]],"functions":[7]}`, `{"level":99999999999999999999}`,
		`{"count":-1}`, `{"report_by":"2026-13-45"}`, `{"report_by":7}`, `{"birth":"1990-02-31","place":"\n","name":"","sex":"x"}`, `{"volunteer":"' OR 1=1 --"}`, `{"phone":"Zouera-Canary"}`}
	for _, s := range naughty {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, `{"q":`+string(text)+`}`, `{"function":`+string(text)+`,"level":1,"evidence":`+string(text)+`}`, `{"recipient":`+string(text)+`,"purpose":"call-up"}`)
	}
	n := 0
	for _, rt := range table() {
		method, path := rt.filled()
		real := strings.ReplaceAll(path, "01JNOBODY", id)
		if strings.Contains(path, "erase") || strings.Contains(path, "withdraw") {
			real = path
		}
		for _, b := range bodies {
			if method == http.MethodGet && b != "" {
				continue
			}
			n++
			checkAnswer(t, rt.pattern+" "+b, h.as(owner, method, real, b))
		}
		for _, q := range []string{"?limit=%00", "?cursor=%27--", "?level=x", "?index=-1", "?from=9999999999999999999", "?function=%25&site=%5C", "?state=%F0%9F%98%80", "?a=1;b=2", "?cursor=" + strings.Repeat("a", 5000)} {
			n++
			checkAnswer(t, rt.pattern+q, h.as(owner, method, real+q, ""))
		}
	}
	if n < 500 {
		t.Errorf("only %d inputs", n)
	}
	holdsNothing(t, h)
}

func TestAFaultOfOursIsNamedInTheLogAndNowhereElse(t *testing.T) {
	h := newHouse(t)
	for name, fault := range map[string]func() error{
		"an error": func() error { return fmt.Errorf("do a thing: %w", errors.New("the inner text")) },
		"a panic":  func() error { panic("Zouera-Canary") },
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /api/v1/volunteers/{id}", h.api.guarded(func(http.ResponseWriter, *http.Request) error { return fault() }))
		a := (&house{mux: mux}).do("GET", "/api/v1/volunteers/01JSECRET", "")
		var p problem
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 500 || len(p.Ref) != 8 || p.Code != "internal" || !strings.Contains(p.Errors[0].Message, p.Ref) {
			t.Errorf("%s: got %d %s", name, a.status, a.body)
		}
		if strings.Contains(a.body, "inner") || strings.Contains(a.body, "goroutine") {
			t.Errorf("%s: the answer shows %s", name, a.body)
		}
		log := h.log.String()
		if !strings.Contains(log, p.Ref) || !strings.Contains(log, "GET /api/v1/volunteers/{id}") || strings.Contains(log, "01JSECRET") || strings.Contains(log, "Zouera-Canary") {
			t.Errorf("%s: the log holds %s", name, log)
		}
	}
}

func TestAPanicUnderAKeyLeavesNobodyWaiting(t *testing.T) {
	h := newHouse(t)
	tries := 0
	mux := http.NewServeMux()
	mux.HandleFunc("POST /x", h.api.guarded(h.api.once(func(rw http.ResponseWriter, _ *http.Request) error {
		if tries++; tries == 1 {
			panic("once")
		}
		write(rw, http.StatusOK, "application/json", []byte("{}"))
		return nil
	})))
	for i, status := range []int{500, 200, 200} {
		if a := (&house{mux: mux}).do("POST", "/x", "{}", "Idempotency-Key", "k"); a.status != status {
			t.Errorf("try %d got %d, want %d", i+1, a.status, status)
		}
	}
	if tries != 2 {
		t.Errorf("the handler ran %d times, want a failure and one success", tries)
	}
}

func TestANodeThatCannotTakeMoreSaysWhenToComeBack(t *testing.T) {
	h := newHouse(t)
	full := New(Config{Registry: h.reg, Lang: h.lang, Now: h.clock.Now, MaxWaiting: -1})
	mux := http.NewServeMux()
	mux.HandleFunc(registrationRoute, full.guarded(full.register))
	a := (&house{mux: mux}).do("POST", registrations, amina(ref1))
	if got := faultsOf(t, a); a.status != http.StatusServiceUnavailable || a.head.Get("Retry-After") != "5" || got[0] != "busy" {
		t.Errorf("got %d %q, Retry-After %q", a.status, got, a.head.Get("Retry-After"))
	}
}

func TestAReaderWhoHasGoneIsNoFault(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.api.guarded(func(http.ResponseWriter, *http.Request) error { return context.Canceled })(&sink{head: http.Header{}}, (&http.Request{Header: http.Header{}}).WithContext(ctx))
	if s := h.log.String(); s != "" {
		t.Errorf("the log holds %s", s)
	}
}
