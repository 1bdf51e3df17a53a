package registry

import (
	"encoding/binary"
	"strconv"

	"muster/internal/reserve"
)

// content writes what an application says, as typed, so that a repeat of a reference can be told from other content
// under the same one. What only the way here decides (channel, sender, batch, line) is left out. Each part stands after
// its length, so that no two contents give the same bytes.
func content(a *reserve.Application) []byte {
	b := make([]byte, 0, 512)
	text := func(list ...string) {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	birth, age := a.Birth, ""
	if a.BirthRead != nil {
		birth = "read:" + a.BirthRead.String() // the day on which an age was stated is no content: a repeat comes later
		if a.BirthRead.Precision == reserve.PrecisionAge {
			birth = "age:" + strconv.Itoa(a.BirthRead.Age)
		}
	}
	if a.Age != nil {
		age = strconv.Itoa(*a.Age)
	}
	text(a.Site, a.Name.Reveal(), a.KnownAs.Reveal(), a.FatherName.Reveal(), birth, age, a.Availability, a.Language,
		a.Place, a.PlaceWithin, a.Sex, a.Note.Reveal())
	text(a.Functions...)
	for _, p := range a.Phones {
		texts := ""
		if p.Texts != nil {
			texts = strconv.FormatBool(*p.Texts)
		}
		text(p.Number.Reveal(), string(p.Owner), p.RelayName.Reveal(), texts)
	}
	for _, q := range a.Qualifications {
		text(q.Code)
	}
	for _, c := range a.Consents {
		text(c.Recipient, c.Purpose, strconv.Itoa(c.Wording))
	}
	return b
}
