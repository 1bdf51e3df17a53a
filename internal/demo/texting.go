package demo

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
)

// mostTexting is how many register by text: each needs some seven texts back, which is what the one SIM of the story
// carries in a morning.
const mostTexting = 60

// texts reports whether a person registers by text: one in eight of those with a phone of their own, whose name a
// keypad can write.
func (s *story) texts(k *known, i int) bool {
	p := k.person
	return i%8 == 3 && len(p.Phones) > 0 && p.Phones[0].Owner == reserve.PhoneSelf && p.Birth != "" && len(p.Birth) >= 4 &&
		strings.HasPrefix(p.Phones[0].E164, "+227") && lang.Segments(p.Name).Encoding == "gsm7"
}

// joinByText lets people register by text: half in one line, half by answering question after question.
func (s *story) joinByText(ctx context.Context, list []*known) error {
	places, err := gazetteer.Load()
	if err != nil {
		return err
	}
	for at := 0; at < len(list); at += 200 {
		part := list[at:min(at+200, len(list))]
		for i, k := range part {
			text := "INSCRIRE"
			if i%2 == 0 {
				text += " " + k.person.Name + " " + k.person.Birth[:4]
			}
			s.node.Simulated.Text(k.person.Phones[0].E164, text)
		}
		for range 12 { // questions and answers, each a text there and a text back
			if err := s.pass(ctx); err != nil {
				return err
			}
			if !s.answerQuestions(part, places) {
				break
			}
		}
	}
	return nil
}

// pass lets texts travel: some minutes in which every node and the network catch up. Replies have a lane of their own, so
// a slow SIM does not hold up a dialogue.
func (s *story) pass(ctx context.Context) error {
	until := s.clock.Now().Add(10 * time.Second)
	for {
		if err := s.node.Settle(ctx); err != nil {
			return err
		}
		next, err := s.node.NextDue(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || next.After(until.Add(3*time.Hour)) {
			s.clock.Jump(until)
			return nil
		}
		s.clock.Jump(later(next, s.clock.Now().Add(100*time.Millisecond)))
	}
}

// answerQuestions lets each person answer the last text they got; false where nobody has anything to answer.
func (s *story) answerQuestions(list []*known, places *gazetteer.Gazetteer) bool {
	any := false
	for _, k := range list {
		number := k.person.Phones[0].E164
		texts := s.node.Simulated.Phone(number)
		if len(texts) == 0 || len(texts) == k.read {
			continue
		}
		k.read = len(texts)
		if answer := k.answerTo(texts[len(texts)-1], places, s.node.Texts); answer != "" {
			s.node.Simulated.Text(number, answer)
			any = true
		}
	}
	return any
}

// answerTo is what a person texts back to a question of the registration, and empty where the text asks nothing.
func (k *known) answerTo(text string, places *gazetteer.Gazetteer, texts *lang.Catalog) string {
	if receipt := receiptText.FindString(text); receipt != "" {
		k.receipt = strings.Clone(receipt)
		return ""
	}
	asks := func(key string) bool {
		for _, l := range texts.Languages() {
			sentence := lang.Plain(texts.Text(l, key, "list", "", "recipient", "", "question", ""))
			if len(sentence) > 8 && strings.HasPrefix(lang.Plain(text), sentence[:8]) {
				return true
			}
		}
		return false
	}
	p := k.person
	switch {
	case asks("sms.join-under-age"):
		k.refused = true
		return ""
	case asks("sms.join-name"):
		return p.Name
	case asks("sms.join-birth"):
		return p.Birth[:4]
	case asks("sms.join-place-which"):
		return "1"
	case asks("sms.join-place"):
		place, _ := places.ByCode(p.Place)
		return gazetteer.Label(place)
	case asks("sms.join-function"):
		return strconv.Itoa(1 + slices.Index(functionOrder(), p.Functions[0]))
	case asks("sms.join-consent"):
		return "1"
	}
	return ""
}

// functionOrder is the order in which the shipped drive names its functions, as the question lists them.
func functionOrder() []string {
	return []string{"civil-protection", "medical", "engineering", "logistics", "other"}
}
