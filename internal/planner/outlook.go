package planner

import "time"

// outlook is the law of arrivals by the deadline: the chance of each number of further arrivals beyond those who are here.
type outlook struct {
	here  int
	terms []float64
}

// outlookPoints is how many numbers of yes stand for their law; enough for the 5 % and 95 % points of arrivals.
const outlookPoints = 15

// forecastTail is the chance left out at each end. The law does not know that seats will still follow what is seen
// (places given back, people on the road), which keeps arrivals nearer to wanted than it says; with a twelfth at each end
// the range holds nine to nineteen in twenty of simulated call-ups.
const forecastTail = 1.0 / 12

// forecast fills in what is to be expected with those asked, those asked now and those who can still be asked; of all who
// say yes, no more are seated than the limit can become.
func (p *plan) forecast() {
	in, out := p.in, p.out
	later := p.pending.with(p.text.of(p.texts())).with(p.rung()).with(p.future())
	yes := later.law()
	free := max(0, out.Goal-in.Confirmed)
	q := p.seats()
	o := outlook{here: p.here}
	for _, got := range yes.points(outlookPoints) {
		o.add(q.law(min(free, in.Standby+got)), 1.0/outlookPoints)
	}
	out.Chance = o.atLeast(in.Wanted)
	out.Forecast = Range{o.quantile(forecastTail), o.quantile(0.5), o.quantile(1 - forecastTail)}
}

// texts is how many are asked by text now.
func (p *plan) texts() int {
	if p.out.Channel != Text {
		return 0
	}
	return p.out.Invite
}

// rung is the people rung now, as a part.
func (p *plan) rung() part {
	n := p.out.Call
	if p.out.Channel == Call {
		n += p.out.Invite
	}
	return p.batch(Call).of(n)
}

// future is the people later waves can ask: what is left of the pool, as far as the line carries it, with the time that
// is left in the middle of those waves.
func (p *plan) future() part {
	if p.waves <= 1 || p.out.Over {
		return part{}
	}
	from := p.out.Next
	spare := p.in.useful() - from.Sub(p.in.Now)
	if spare <= 0 {
		return part{}
	}
	n := min(p.in.Pool-p.texts(), p.in.Lines[Text].carries(spare))
	return part{float64(max(0, n)), p.text.chance * p.text.delay.Within(time.Duration(0.6*float64(spare))), p.text.rho}
}

// add takes a law in with a weight.
func (o *outlook) add(b BetaBinomial, weight float64) {
	low, terms := b.window()
	for len(o.terms) < low+len(terms) {
		o.terms = append(o.terms, 0)
	}
	for k, term := range terms {
		o.terms[low+k] += weight * term
	}
}

func (o outlook) atLeast(q int) float64 {
	below := 0.0
	for k := 0; k < min(q-o.here, len(o.terms)); k++ {
		below += o.terms[k]
	}
	return max(0, 1-below)
}

// quantile is the smallest number of arrivals that is not passed with chance u.
func (o outlook) quantile(u float64) int {
	below := 0.0
	for k, term := range o.terms {
		if below += term; below >= u-1e-12 {
			return o.here + k
		}
	}
	return o.here + len(o.terms) - 1
}
