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

// The lines between the bands, in bits of odds. One in twenty is worth a look. The surest are so much surer than the line
// that one wrong in six at the line is one in some hundreds among all above it.
const (
	reviewBits = -4.4
	sureBits   = 2.5
)

// band places a pair. Whatever the odds, a person should see two stated facts that contradict one another side by side
// (case C015), and a name and a village alone are never almost sure.
func (m *Model) band(out *[maxFields]outcome, odds float32) Band {
	switch {
	case odds < reviewBits:
		return Different
	case odds < sureBits || m.schema.Relatives && m.doubtful(out):
		return Review
	}
	return AlmostSure
}

// doubtful reports whether sex or birth disagree as stated, or nothing but name and place agrees. A birth that disagrees
// by a slip is let pass where a relative's name or a calling agrees in something the full names do not hold.
func (m *Model) doubtful(out *[maxFields]outcome) bool {
	doubts, vouchers, facts := 0, 0, 0
	otherwise, ownPhones := false, false
	for i := range m.schema.Fields {
		level := out[i].level
		if level == missing {
			continue
		}
		switch m.schema.Fields[i].Kind {
		case Names:
			otherwise = level <= nameOrder && level != nameSlip
		case Choice:
			if i == fieldSex && level == choiceDifferent {
				return true
			}
		case Birth:
			switch level {
			case birthEqual, aboutEqual:
				facts++
			case aboutInside, aboutNear:
			default:
				doubts++
			}
		case Phones:
			ownPhones = level == phoneNone
			if level == phoneSame {
				facts++
			}
		case Relation, Calling:
			if level > relationPart {
				vouchers++
			}
		}
	}
	if otherwise && !ownPhones {
		doubts++ // brothers called Amadou and Ahmed; Issa, son of Moussa, and Moussa, son of Issa
	}
	return doubts > vouchers || facts+vouchers == 0
}
