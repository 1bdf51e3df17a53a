package names

// mostTokens is how many tokens of one name are compared; names with more are rare, and the rest is ignored.
const mostTokens = 10

// Parsed is a name taken apart once, to be compared often: 80 bytes and one short string. The zero Parsed is no name.
type Parsed struct {
	text string // the folded tokens, then their sounds
	at   [mostTokens]part
	n    uint8
}

// part is where one token lies in text, and what is known of it.
type part struct {
	end, soundEnd uint8 // in the folded half; in the half of the sounds
	class         uint16
	group         uint8
	flags         uint8
}

const (
	flagParticle = 1 << iota
	flagAlias
	flagArabic
)

// Parse takes a name apart. It needs no name that Check took; whatever is no letter falls away.
func Parse(full string) Parsed {
	var p Parsed
	var folds, sounds [256]byte
	f, s := folds[:0], sounds[:0]
	for _, t := range Tokens(full) {
		if p.n == mostTokens || len(f)+len(t.Fold) > 255 || len(s)+len(t.sound) > 255 {
			break
		}
		f, s = append(f, t.Fold...), append(s, t.sound...)
		a := &p.at[p.n]
		*a = part{end: uint8(len(f)), soundEnd: uint8(len(s)), class: t.Class, group: t.group}
		if t.Particle {
			a.flags |= flagParticle
		}
		if t.Alias {
			a.flags |= flagAlias
		}
		if t.arabic {
			a.flags |= flagArabic
		}
		p.n++
	}
	p.text = string(append(f, s...))
	return p
}

// Len is the number of tokens.
func (p *Parsed) Len() int { return int(p.n) }

func (p *Parsed) fold(i int) string {
	if i == 0 {
		return p.text[:p.at[0].end]
	}
	return p.text[p.at[i-1].end:p.at[i].end]
}

func (p *Parsed) sound(i int) string {
	half := p.text[p.at[p.n-1].end:]
	if i == 0 {
		return half[:p.at[0].soundEnd]
	}
	return half[p.at[i-1].soundEnd:p.at[i].soundEnd]
}

func (p *Parsed) start(i int) uint8 {
	if i == 0 {
		return 0
	}
	return p.at[i-1].end
}
