package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"muster/examples"
	"muster/internal/people"
	"muster/internal/reserve"
)

// again is the share of registrations that are people who registered before.
const again = 0.08

// nursesWanted is how many nurses the drive, which is also announced at health centres, should bring: enough for the call-up to choose from.
const nursesWanted = 700

// sites is where people come: Gaya more than its size says, because the border is near.
func sites() []people.Site {
	return []people.Site{{Code: "niamey", Place: "NE008001", Weight: 30}, {Code: "dosso", Place: "NE003004", Weight: 10}, {Code: "gaya", Place: "NE003006", Weight: 12},
		{Code: "konni", Place: "NE005003", Weight: 8}, {Code: "maradi", Place: "NE004007", Weight: 12}, {Code: "zinder", Place: "NE007011", Weight: 12},
		{Code: "tahoua", Place: "NE005013", Weight: 8}, {Code: "tillaberi", Place: "NE006012", Weight: 8}}
}

// gather makes the crowd: who comes, and how each will behave when asked.
func (s *story) gather() {
	source := people.NewWith(s.Seed, people.Options{On: reserve.DateOf(s.clock.Now(), morning().Location()), Sites: sites()})
	nurses := min(0.35, float64(nursesWanted)/float64(s.People))
	trade := map[uint64]bool{}
	habits := map[uint64]habit{}
	for _, p := range source.Sample(s.People, again) {
		id := p.Truth.ID
		if _, seen := trade[id]; !seen {
			trade[id] = s.rand.Float64() < nurses
			habits[id] = habitOf(p, s.rand)
		}
		if trade[id] {
			p.Functions, p.Qualifications = []string{"medical"}, []string{"nurse"}
		}
		s.crowd = append(s.crowd, &known{number: len(s.crowd), person: p, habit: habits[id]})
	}
}

// rush sends everybody but those at Gaya through the doors: the form, the API and texts.
func (s *story) rush(ctx context.Context) error {
	s.gather()
	begin := time.Now()
	work := make(chan func() error)
	errs := make(chan error, 1)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for do := range work {
				if err := do(); err != nil {
					select {
					case errs <- err:
					default: // the first fault is the one to tell
					}
				}
			}
		})
	}
	var texting []*known
	for i, k := range s.crowd {
		switch {
		case k.person.Site == "gaya":
			continue
		case len(texting) < mostTexting && s.texts(k, i):
			texting = append(texting, k)
			continue
		}
		if i%25 == 0 {
			s.clock.Jump(s.clock.Now().Add(time.Second))
		}
		join := s.joinByForm
		if i%2 == 1 {
			join = s.joinByAPI
		}
		work <- func() error { return join(ctx, s.base, k) }
	}
	close(work)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	// Everybody counts once they are opened, linked and searchable.
	if err := s.node.Settle(ctx); err != nil {
		return err
	}
	took := time.Since(begin)
	s.result.RegistrationsPerSecond = float64(taken(s.crowd)) / took.Seconds()
	if err := s.joinByText(ctx, texting); err != nil {
		return err
	}
	if err := s.node.Settle(ctx); err != nil {
		return err
	}
	s.count()
	return nil
}

// taken counts those who hold a receipt.
func taken(crowd []*known) int {
	n := 0
	for _, k := range crowd {
		if k.receipt != "" {
			n++
		}
	}
	return n
}

// count tells how the rush went.
func (s *story) count() {
	r := &s.result
	for _, k := range s.crowd {
		switch {
		case k.refused:
			r.RefusedUnderAge++
		case k.receipt != "":
			r.Registered++
			if k.pending {
				r.PendingAge++
			}
			s.byReceipt[k.receipt] = k
		}
	}
	s.say("   %d registered by form, API and text, %d told that their age is still open, %d refused because they are under 18: of those nothing is kept but this number.",
		r.Registered, r.PendingAge, r.RefusedUnderAge)
}

// phoneAddress is the address a phone has on its network: the limit of what one address may send is a site's, not a country's.
func phoneAddress(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

var refField = regexp.MustCompile(`name="ref" value="([^"]+)"`)

// joinByForm fetches the form as a phone would, fills it in and sends it.
func (s *story) joinByForm(ctx context.Context, base string, k *known) error {
	page := base + "/" + examples.NigerCode + "/join?lang=" + k.person.Language
	if k.ref == "" {
		body, _, err := s.ask(ctx, http.MethodGet, page, "", "", k)
		if err != nil {
			return err
		}
		ref := refField.FindStringSubmatch(body)
		if ref == nil {
			return off("the form has no reference")
		}
		k.ref = strings.Clone(ref[1]) // not the whole page with it
	}
	form := formOf(k.person)
	form.Set("ref", k.ref)
	answer, resp, err := s.ask(ctx, http.MethodPost, page, "application/x-www-form-urlencoded", form.Encode(), k)
	if err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusSeeOther:
		token, _, _ := strings.Cut(strings.TrimPrefix(resp.Header.Get("Location"), "/me/"), "?")
		return s.readReceipt(ctx, base, k, token)
	case http.StatusUnprocessableEntity:
		k.refused = k.person.Truth.Minor
		if !k.refused {
			return off("the form refused %s: %s", k.person, firstFault(answer))
		}
		return nil
	}
	return off("the form answered %d", resp.StatusCode)
}

var faultText = regexp.MustCompile(`<p class="fault"[^>]*>([^<]*)<`)

func firstFault(page string) string {
	if m := faultText.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return "no fault named"
}

var receiptText = regexp.MustCompile(`[A-Z0-9]{2,5}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]`)

// readReceipt opens the person's own page and reads the receipt from it, as the person would.
func (s *story) readReceipt(ctx context.Context, base string, k *known, token string) error {
	body, resp, err := s.ask(ctx, http.MethodGet, base+"/me/"+token+"?new=1&lang=fr", "", "", k)
	if err != nil {
		return err
	}
	k.token, k.receipt = strings.Clone(token), strings.Clone(receiptText.FindString(body))
	if resp.StatusCode != http.StatusOK || k.receipt == "" {
		return off("the person's own page answered %d without a receipt", resp.StatusCode)
	}
	return nil
}

// formOf fills in the form as the person would.
func formOf(p people.Person) url.Values {
	f := url.Values{"name": {p.Name}, "known_as": {p.KnownAs}, "father_name": {p.FatherName}, "place": {p.Place}, "site": {p.Site}, "language": {p.Language},
		"sex": {p.Sex}, "availability": {p.Availability}, "functions": p.Functions, "qualifications": p.Qualifications, "wording": {"1"},
		"consents": {"civil-protection/call-up"}}
	year, about := strings.CutSuffix(p.Birth, "~")
	if about {
		f.Set("birth_about", "1")
	}
	for i, part := range strings.Split(year, "-") {
		f.Set([]string{"birth_year", "birth_month", "birth_day"}[i], part)
	}
	if p.Age > 0 {
		f.Set("age", strconv.Itoa(p.Age))
	}
	for i, n := range p.Phones {
		switch i {
		case 0:
			f.Set("phone", n.Written)
			f.Set("phone_owner", string(n.Owner))
			f.Set("phone_relay_name", n.Relay)
		case 1:
			f.Set("phone2", n.Written)
		}
	}
	return f
}

// joinByAPI sends what a partner's system would.
func (s *story) joinByAPI(ctx context.Context, base string, k *known) error {
	text, err := json.Marshal(bodyOf(k.person, fmt.Sprintf("demo-%d-%026d", s.Seed, k.number)))
	if err != nil {
		return err
	}
	answer, resp, err := s.ask(ctx, http.MethodPost, base+"/api/v1/drives/"+examples.NigerCode+"/registrations", "application/json", string(text), k)
	if err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusCreated, http.StatusOK:
		var said struct{ Receipt, State, Me string }
		if err := json.Unmarshal([]byte(answer), &said); err != nil {
			return err
		}
		k.receipt, k.pending, k.token = said.Receipt, said.State == string(reserve.ReceivedPending), strings.TrimPrefix(said.Me, "/me/")
		return nil
	case http.StatusUnprocessableEntity:
		if k.refused = k.person.Truth.Minor && strings.Contains(answer, `"under-age"`); k.refused {
			return nil
		}
		return off("the API refused %s: %s", k.person, codesIn(answer))
	}
	return off("the API answered %d", resp.StatusCode)
}

var codeField = regexp.MustCompile(`"code":"([a-z-]+)"`)

func codesIn(answer string) string {
	var codes []string
	for _, m := range codeField.FindAllStringSubmatch(answer, -1) {
		codes = append(codes, m[1])
	}
	return strings.Join(codes, ", ")
}

// bodyOf is the JSON of a registration.
func bodyOf(p people.Person, ref string) map[string]any {
	body := map[string]any{"ref": ref, "name": p.Name, "known_as": p.KnownAs, "father_name": p.FatherName, "birth": p.Birth, "availability": p.Availability,
		"language": p.Language, "place": p.Place, "sex": p.Sex, "site": p.Site, "functions": p.Functions,
		"consents": []reserve.ConsentGiven{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}}}
	if p.Age > 0 {
		body["age"] = p.Age
	}
	var phones []map[string]any
	for _, n := range p.Phones {
		phones = append(phones, map[string]any{"e164": n.Written, "owner": n.Owner, "relay_name": n.Relay})
	}
	body["phones"] = phones
	var claims []reserve.Claim
	for _, q := range p.Qualifications {
		claims = append(claims, reserve.Claim{Code: q})
	}
	body["qualifications"] = claims
	return body
}

// ask sends one request from a person's phone and reads the whole answer; redirects are the caller's to follow.
func (s *story) ask(ctx context.Context, method, address, kind, body string, k *known) (string, *http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader([]byte(body)))
	if err != nil {
		return "", nil, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("X-Forwarded-For", phoneAddress(k.number))
	resp, err := phoneClient.Do(r)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), resp, err
}

// phoneClient follows no redirect and keeps its connections, as a network's gateway does.
var phoneClient = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	Timeout:       time.Minute,
}
