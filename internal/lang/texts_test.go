package lang

import (
	"slices"
	"strings"
	"testing"
)

// widest fills every placeholder of a text message with about the longest value it has in the field: a name of twenty
// letters, a day with its hour, a receipt, a link with its token.
func widest(c *Catalog, lang, key string) string {
	return c.Text(lang, key,
		"name", "Abdoulrahamane Issou", "code", "A", "hour", "25/11 08:00", "pin", "4821", "receipt", "NIA-7K3MQ-2XWT9-4",
		"contact", "+22790123456", "place", "Centre de sante de Gaya", "link", "https://m.example.ne/me/"+strings.Repeat("x", 22),
		"arrived", "120", "recipient", "Protection civile", "question", "?", "list", "A=mar. 08:00 B=mer. 09:00", "summary", "Abdoulrahamane Issou, 1998, Gaya")
}

func TestTextsFitTheirMessages(t *testing.T) {
	c := load(t)
	for _, code := range c.Languages() {
		for _, key := range c.Keys() {
			if !strings.HasPrefix(key, "sms.") {
				continue
			}
			text := Plain(widest(c, code, key))
			size := Segments(text)
			latin := c.Direction(code) == "ltr"
			if latin && size.Encoding != GSM7 {
				t.Errorf("%s: %s needs UCS-2 for %q", code, key, Forcing(text))
			}
			if size.Segments > 2 {
				t.Errorf("%s: %s costs %d segments: %q", code, key, size.Segments, text)
			}
			if strings.Contains(text, "?") && strings.Contains(text, "⟦") {
				t.Errorf("%s: %s is not filled: %q", code, key, text)
			}
		}
	}
}

func TestAnInvitationIsOneMessage(t *testing.T) {
	c := load(t)
	for _, code := range c.Languages() {
		most := 1
		if c.Direction(code) == "rtl" {
			most = 2
		}
		for _, key := range []string{"sms.invite", "sms.invite-shared"} {
			text := Plain(c.Text(code, "sms.exercise") + " " + widest(c, code, key))
			if size := Segments(text); size.Segments > most {
				t.Errorf("%s: %s with the exercise mark costs %d segments, %d units: %q", code, key, size.Segments, size.Units, text)
			}
		}
	}
}

// TestInvitationsAreNeutral: operators and whoever shares the phone read a text. It says that one may refuse, and it
// says nothing of volunteers, functions or organisers (field notes on safety, §6.2 item 10).
func TestInvitationsAreNeutral(t *testing.T) {
	c := load(t)
	telling := []string{"volunt", "volont", "bénévol", "sa kai", "reserv", "réserv", "médic", "medic", "متطوع", "organis"}
	for _, code := range c.Languages() {
		for _, key := range []string{"sms.invite", "sms.invite-shared", "sms.seat", "sms.standby", "sms.full", "sms.reminder", "sms.moved", "sms.cancelled", "sms.who", "sms.home-safe"} {
			text := strings.ToLower(c.Text(code, key))
			for _, word := range telling {
				if strings.Contains(text, word) {
					t.Errorf("%s: %s says %q: %s", code, key, word, text)
				}
			}
		}
		for _, key := range []string{"sms.invite", "sms.invite-shared"} {
			if e := c.tongues[code].texts[key]; slices.Contains(e.placeholders(), "place") {
				t.Errorf("%s: %s gives the place away before a yes", code, key)
			}
			text := c.Text(code, key)
			for _, must := range []string{"1", "2", "STOP"} {
				if !strings.Contains(text, must) {
					t.Errorf("%s: %s does not offer %s: %s", code, key, must, text)
				}
			}
		}
	}
}
