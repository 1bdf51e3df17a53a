package people

// trades are the qualifications of each function of the shipped drive, and how common each is among those who offer
// it; the empty one is "none".
var trades = map[string][]share{
	"civil-protection": {{"", 55}, {"crowd-guidance", 12}, {"evacuation", 10}, {"shelter", 10}, {"fire-watch", 6}, {"first-aid", 7}},
	"medical":          {{"", 25}, {"first-aid", 38}, {"nurse", 22}, {"midwife", 8}, {"pharmacist", 4}, {"doctor", 3}},
	"engineering":      {{"", 30}, {"mason", 22}, {"mechanic", 20}, {"electrician", 14}, {"plumber", 6}, {"engineer", 5}, {"radio", 3}},
	"logistics":        {{"", 40}, {"driver", 38}, {"cook", 14}, {"store-keeper", 8}},
	"other":            {{"", 1}},
}

// offer says what somebody can do and when.
func (s *Source) offer(p *Person) {
	r := s.rand
	functions := []share{{"civil-protection", 38}, {"logistics", 22}, {"engineering", 14}, {"medical", 12}, {"other", 14}}
	p.Functions = append(p.Functions, pick(r, functions))
	if chance(r, 25) {
		if second := pick(r, functions); second != p.Functions[0] {
			p.Functions = append(p.Functions, second)
		}
	}
	for _, f := range p.Functions {
		if trade := pick(r, trades[f]); trade != "" {
			p.Qualifications = append(p.Qualifications, trade)
		}
	}
	if len(p.Qualifications) == 2 && p.Qualifications[0] == p.Qualifications[1] {
		p.Qualifications = p.Qualifications[:1]
	}
	p.Availability = pick(r, []share{
		{"any", 58}, {"weekends", 14}, {"days", 11}, {"nights", 5}, {"", 6}, {"hors saison des pluies", 3}, {"sauf le vendredi", 3},
	})
}
