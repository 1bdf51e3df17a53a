package linkage

// Band is where a pair belongs.
type Band uint8

// The bands, least sure first.
const (
	Different  Band = iota // not worth a person's time
	Review                 // shown to the desk, side by side
	AlmostSure             // flagged at once as an existing person, and held until the desk decides
)

// String is the band's code in the language catalogue.
func (b Band) String() string { return [...]string{"different", "review", "almost-sure"}[b] }

// The lines between the bands, in bits of odds. One in a hundred is worth a look, so that all but one in a hundred repeats
// are shown with one and a half pairs to look at for each; where something stated speaks for two people, one in twenty is. The surest are so much surer than the line
// that one wrong in five at the line is one in some hundreds among all above it.
const (
	reviewBits  = -7
	asunderBits = -4.4
	sureBits    = 2
)

// band places a pair. Whatever the odds, a person should see two stated facts that contradict one another side by side
// (case C015), and a name, a village and a number the whole family uses are never almost sure.
func (m *Model) band(out *[maxFields]outcome, odds float32) Band {
	switch {
	case odds < reviewBits || odds < asunderBits && m.schema.Relatives && asunder(out):
		return Different
	case odds < sureBits || m.schema.Relatives && m.doubtful(out):
		return Review
	}
	return AlmostSure
}

// asunder reports whether births lie a generation apart, or no number agrees and the regions are two.
func asunder(out *[maxFields]outcome) bool {
	born := out[fieldBirth].level
	return born == birthGeneration || born == aboutGeneration || out[fieldPhones].level < phoneFamily && out[fieldPlace].level == placeDifferent
}

// doubtful reports whether the facts contradict one another as stated, or nothing agrees that tells one person from a
// relative or a namesake next door.
func (m *Model) doubtful(out *[maxFields]outcome) bool {
	var d doubt
	for i := range m.schema.Fields {
		level := out[i].level
		if level == missing {
			continue
		}
		switch m.schema.Fields[i].Kind {
		case Names:
			d.variant = level == nameVariant
			d.order = level == nameOrder && m.levels[i][nameOrder].M < usualOrder*nameLevels[nameOrder].M
			d.otherwise = level < nameOrder && level != nameSlip
		case Choice:
			d.contradicted = d.contradicted || i == fieldSex && level == choiceDifferent
		case Birth:
			d.birth(level)
		case Phones:
			d.ownPhones = level == phoneNone
			if level == phoneSame {
				d.phone = true
				d.facts++
			}
		case Relation, Calling:
			if level > relationPart {
				d.vouchers++
			}
		}
	}
	return d.prevails()
}

// usualOrder is how many times what the schema believes of names in another order has to have been learned before such an
// order says nothing: there are registries whose clerks write the family's name first as often as last.
const usualOrder = 2

// doubt is what speaks for a relative or a namesake while a pair is looked at.
type doubt struct {
	facts, vouchers     int  // what agrees and is the person's own; what agrees and is said of them
	slips               int  // stated facts that differ by what may be a slip
	contradicted, apart bool // facts that cannot both be true; births that miss one another
	phone, ownPhones    bool // a number of one's own agrees; both have numbers, and others
	order               bool // the same names in another order, where few are known to write them so
	variant, otherwise  bool // a name in another language; or in another form than the other's
}

func (d *doubt) birth(level int8) {
	switch level {
	case birthEqual, aboutEqual:
		d.facts++
	case aboutInside:
	case aboutNear:
		d.apart = true
	case birthFar, birthGeneration, aboutFar, aboutGeneration:
		d.contradicted = true
	default:
		d.slips++
	}
}

// prevails weighs it. A father's name vouches against strangers and never against brothers, so births that miss one
// another, and the forms of a name that one family gives to two sons (Amadou and Ahmed), want a fact of the person's own.
func (d *doubt) prevails() bool {
	if !d.ownPhones && (d.otherwise || d.order) {
		d.slips++ // one household: brothers of like names; Issa, son of Moussa, and Moussa, son of Issa
	}
	return d.contradicted || d.apart && !d.phone || d.variant && d.facts == 0 || d.slips > d.vouchers || d.facts+d.vouchers == 0
}
