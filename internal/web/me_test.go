package web

import (
	"net/http"
	"net/url"
	"testing"
)

// joined registers a form and gives the person's own page.
func (s *site) joined(b *browser, change func(url.Values)) string {
	s.t.Helper()
	form := s.amina(b)
	if change != nil {
		change(form)
	}
	return b.post(s.path("/join?lang=en"), form).to(s.t)
}

func TestAPersonSeesCorrectsAndLeaves(t *testing.T) {
	s := newOpenSite(t)
	b := s.browser()
	me := s.joined(b, nil)
	s.openAll()
	p := b.get(me + "?lang=en&new=1")
	p.want(t, http.StatusOK, "We have your registration", "Amina Oumarou", "+22790123456", "Gaya", "Protection civile", s.url+me, "NIA-")
	p.lacks(t, "<script")

	p = b.post(me+"?lang=en", url.Values{"do": {"correct"}, "name": {"Amina <i>Oumarou</i> Sani"}, "phone": {"123"}})
	p.want(t, http.StatusUnprocessableEntity, `value="Amina &lt;i&gt;Oumarou&lt;/i&gt; Sani"`, `value="123"`, `id="fault-phones"`)

	b.post(me+"?lang=en", url.Values{"do": {"correct"}, "name": {"Amina Oumarou Sani"}, "phone": {"+22790123456", "96 00 00 01"}, "place": {"Dosso"},
		"functions_shown": {"1"}, "functions": {"logistics"}}).to(t)
	b.get(me+"?lang=en&done=correct").want(t, http.StatusOK, "Your correction is kept", "Amina Oumarou Sani", "+22796000001", "Dosso", "Logistics")

	b.post(me+"?lang=en", url.Values{"do": {"end-consent"}, "recipient": {"civil-protection"}, "purpose": {"call-up"}}).to(t)
	b.get(me+"?lang=en").want(t, http.StatusOK, "ended on 2026-11-24 12:00")

	b.post(me+"?lang=en", url.Values{"do": {"withdraw"}}).want(t, http.StatusUnprocessableEntity, "Tick the box first")
	b.post(me+"?lang=en", url.Values{"do": {"withdraw"}, "sure": {"1"}}).to(t)
	p = b.get(me + "?lang=en&done=withdraw")
	p.want(t, http.StatusOK, "You have withdrawn", "Withdrawn")
	p.lacks(t, `value="correct"`)

	other := s.joined(b, func(f url.Values) { f.Set("name", "Salou Issa"); f.Set("phone", "96112233") })
	s.openAll()
	b.post(other+"?lang=en", url.Values{"do": {"erase"}, "sure": {"1"}}).to(t)
	p = b.get(other + "?lang=en&done=erase")
	p.want(t, http.StatusOK, "Your entry is erased")
	p.lacks(t, "Salou", "112233")
}

func TestOnesOwnPageWorksOnALockedNode(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	me := s.joined(b, nil)
	p := b.get(me + "?lang=ar")
	p.want(t, http.StatusOK, `dir="rtl"`)
	p.lacks(t, "Amina", "90123456", "⟦")
	b.get(me+"?lang=en").want(t, http.StatusOK, "sealed at the moment", "Medical care", "Protection civile")
	b.post(me+"?lang=en", url.Values{"do": {"correct"}, "name": {"X"}}).want(t, http.StatusServiceUnavailable, "locked")
	b.post(me+"?lang=en", url.Values{"do": {"end-consent"}, "recipient": {"civil-protection"}, "purpose": {"call-up"}}).to(t)
	b.post(me+"?lang=en", url.Values{"do": {"withdraw"}, "sure": {"1"}}).to(t)
	b.get(me+"?lang=en").want(t, http.StatusOK, "Withdrawn")
	b.post(me+"?lang=en", url.Values{"do": {"dance"}}).want(t, http.StatusUnprocessableEntity)
	b.get("/me/00000000000000000000000000").want(t, http.StatusNotFound)
}

func TestAPersonWhoseAgeIsOpenIsToldWhatToBring(t *testing.T) {
	s := newOpenSite(t)
	b := s.browser()
	me := s.joined(b, func(f url.Values) { f.Del("birth_year"); f.Del("birth_month"); f.Del("birth_day") })
	b.get(me+"?lang=en&new=1").want(t, http.StatusOK, "One thing is still open: your age")
	s.openAll()
	b.get(me+"?lang=en").want(t, http.StatusOK, "Bring any document")
}
