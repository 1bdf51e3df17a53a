package linkage

// The chance that a stranger has some word within one slip, or some word as close as a short form, beyond those who
// have the word itself.
const (
	slipMass  = 0.0015
	closeMass = 0.015
)

// personal compares two full names as sets of words.
func (c *comparer) personal(v *vocabulary, a, b []uint32) outcome {
	c.line.match(c, v, a, b)
	found := c.line.matches()
	if twins(v, a, b, found) {
		return outcome{nameTwins, nan}
	}
	if len(found) == 0 {
		return outcome{nameDifferent, nan}
	}
	worst, ordered, first, logU := identical, true, false, float32(0)
	for i, m := range found {
		worst = min(worst, m.grade)
		first = first || m.a == 0 && m.b == 0
		for _, o := range found[:i] {
			ordered = ordered && (o.a < m.a) == (o.b < m.b)
		}
		logU += v.carriers(a[m.a], b[m.b], m.grade)
	}
	level := nameGivenDiffers
	switch {
	case len(found) < len(a) && len(found) < len(b):
		if first {
			level = nameRestDiffers
		}
	case len(a) != len(b) && len(found) == 1:
		level = namePartOne
	case len(a) != len(b):
		level = namePart
	case worst == near:
		level = nameClose
	case worst == slip:
		level = nameSlip
	case worst == variant:
		level = nameVariant
	case !ordered:
		level = nameOrder
	case worst == sameClass:
		level = nameClass
	default:
		level = nameEqual
		if len(found) > 1 {
			logU-- // and in this order
		}
	}
	return outcome{level, logU}
}

// carriers is log2 of the chance that a stranger has a word that agrees with x and y by this grade.
func (v *vocabulary) carriers(x, y uint32, g likeness) float32 {
	p := 0.0
	if g == identical {
		p = v.spelling(x)
	} else {
		p = max(v.commonness(x), v.commonness(y))
	}
	switch g {
	case slip:
		p += slipMass
	case near:
		p += closeMass
	}
	return fastLog2(p)
}

// Where few people are known, how common a name is comes from this: so many imagined people, of whom one in so many
// has the name.
const (
	imagined = 100
	usual    = 0.004
)

// calledSo is log2 of the chance that a stranger is called x or y.
func (v *vocabulary) calledSo(x, y uint32) float32 {
	n := float64(max(v.terms[x].called, v.terms[y].called))
	return fastLog2((n + imagined*usual) / (float64(v.callings) + imagined))
}

// commonness is the share of people who carry word w in any of its spellings.
func (v *vocabulary) commonness(w uint32) float64 {
	n, prior := float64(v.terms[w].count), usual
	if c := v.terms[w].class; c != 0 {
		n, prior = float64(v.classCount[c]), float64(v.classPrior[c])
	}
	return min((n+imagined*prior)/(float64(v.total)+imagined), 1)
}

// spelling is the share of people who carry word w in this very spelling. Where few are known it is taken for the
// usual spelling of its class.
func (v *vocabulary) spelling(w uint32) float64 {
	prior := usual
	if c := v.terms[w].class; c != 0 {
		prior = float64(v.classPrior[c])
	}
	return min((float64(v.terms[w].count)+imagined*prior)/(float64(v.total)+imagined), 1)
}

// twins reports whether the names differ in that one is the elder's and the other the younger's name of a pair of twins.
func twins(v *vocabulary, a, b []uint32, found []match) bool {
	for i, x := range a {
		tx := v.twin[v.terms[x].class]
		if tx == 0 {
			continue
		}
		for j, y := range b {
			if ty := v.twin[v.terms[y].class]; ty == 0 || ty == tx {
				continue
			}
			same := false
			for _, m := range found {
				same = same || (int(m.a) == i || int(m.b) == j) && m.grade >= variant
			}
			if !same {
				return true
			}
		}
	}
	return false
}

// relation compares the names of relatives, or what people are called. Words that the agreeing full names already hold
// prove nothing new: Moussa Issa is the son of Issa.
func (c *comparer) relation(v *vocabulary, a, b []uint32, calling bool) outcome {
	c.line.match(c, v, a, b)
	found := c.line.matches()
	if len(found) == 0 {
		return outcome{relationDifferent, nan}
	}
	worst, news, logU := identical, 0, float32(0)
	for _, m := range found {
		if c.inName(v, c.a, a[m.a]) && c.inName(v, c.b, b[m.b]) {
			continue
		}
		news++
		worst = min(worst, m.grade)
		if calling {
			logU += v.calledSo(a[m.a], b[m.b])
		} else {
			logU += v.carriers(a[m.a], b[m.b], m.grade)
		}
	}
	switch {
	case news == 0:
		return outcome{missing, 0}
	case len(found) < len(a) && len(found) < len(b):
		return outcome{relationPart, logU}
	case worst == near || worst == slip:
		return outcome{relationClose, logU}
	case worst != identical || len(a) != len(b):
		return outcome{relationClass, logU}
	}
	return outcome{relationEqual, logU}
}

// inName reports whether a record's full name holds a word or another spelling of it.
func (c *comparer) inName(v *vocabulary, r *view, w uint32) bool {
	for i, f := range c.rows.schema.Fields {
		if f.Kind != Names {
			continue
		}
		for _, x := range r.field(i) {
			if x == w || v.terms[x].class != 0 && v.terms[x].class == v.terms[w].class {
				return true
			}
		}
	}
	return false
}
