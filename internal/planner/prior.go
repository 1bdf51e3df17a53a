package planner

// The figures taken before anything is learnt (field notes on planning, §2.4).
const (
	// priorWeight is how many people's worth of trust a prior has: Beta(2,14).
	priorWeight = 16
	// callUpRho is how alike the people of one call-up are: a rumour, a dead mast.
	callUpRho = 0.02
	// restRho stays however much is seen: an outage can start in the next minute.
	restRho = 0.005
)

// The channels people are asked through, as in reserve.Invitation.
const (
	Text = "sms"
	Call = "call"
)

// chain is the four links as mean shares.
type chain struct {
	reached, replies, yes, arrives float64
}

// coldChain is the chain of a channel and a kind of area. The field notes give replies × yes as one figure (0.25 by text,
// 0.35 by call); it is split so that a caller, who hears yes or no at once, has the higher share of replies.
func coldChain(channel string, city bool) chain {
	switch {
	case channel == Call:
		return chain{0.82, 0.875, 0.40, 0.80}
	case city:
		return chain{0.85, 0.50, 0.50, 0.75}
	default:
		return chain{0.62, 0.50, 0.50, 0.75}
	}
}

// History is what is known of one person's earlier call-ups.
type History struct {
	LastYes   bool // said yes the last time an answer came
	SilentRun int  // call-ups in a row left unanswered
	Due       int  // times confirmed and not released
	Arrived   int  // of those, arrived in time
}

// Factor multiplies the person's chance of saying yes: 1.5 after a yes, 0.5 after two silences (field notes, §2.4). The
// product is kept within 0.02 and 0.9 where it is used.
func (h History) Factor() float64 {
	switch {
	case h.SilentRun >= 2:
		return 0.5
	case h.LastYes:
		return 1.5
	}
	return 1
}

// showWeight is how many times a group's mean counts beside a person's own arrivals.
const showWeight = 4

// ShowFactor multiplies the person's chance of arriving, given the group's mean: 1 without history.
func (h History) ShowFactor(mean float64) float64 {
	if mean <= 0 {
		return 1
	}
	return (float64(h.Arrived) + showWeight*mean) / (float64(h.Due) + showWeight) / mean
}

// The bounds of one person's chance.
const (
	leastChance = 0.02
	mostChance  = 0.9
)

// personal is the chance p of a group for a person with a factor; 0 is no factor.
func personal(p, factor float64) float64 {
	if factor == 0 || factor == 1 {
		return p
	}
	return min(mostChance, max(leastChance, p*factor))
}
