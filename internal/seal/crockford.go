package seal

import "strings"

// crockford is the alphabet people can read to each other: no I, L, O or U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// crockfordText writes the first count groups of five bits of b and their check
// symbol, without separators.
func crockfordText(b []byte, count int) string {
	symbols := make([]byte, count)
	for i := range symbols {
		for bit := range 5 {
			at := 5*i + bit
			symbols[i] = symbols[i]<<1 | b[at/8]>>(7-at%8)&1
		}
	}
	out := make([]byte, count+1)
	for i, s := range symbols {
		out[i] = crockford[s]
	}
	out[count] = crockford[checkSymbol(symbols)]
	return string(out)
}

// readCrockford reads what a person typed: any case, spaces and dashes anywhere,
// O for 0, I and L for 1. It returns count symbols and the check symbol as text,
// or false if the check does not agree.
func readCrockford(text string, count int) (string, bool) {
	if len(text) > 64 {
		return "", false
	}
	symbols := make([]byte, 0, count+1)
	for _, r := range strings.ToUpper(text) {
		switch r {
		case ' ', '-':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		at := strings.IndexRune(crockford, r)
		if at < 0 || len(symbols) > count {
			return "", false
		}
		symbols = append(symbols, byte(at))
	}
	if len(symbols) != count+1 || checkSymbol(symbols[:count]) != symbols[count] {
		return "", false
	}
	out := make([]byte, count+1)
	for i, s := range symbols {
		out[i] = crockford[s]
	}
	return string(out), true
}

// checkSymbol is the sum of the symbols, each times another power of a generator
// of GF(32) (x^5+x^2+1), the check itself having the power 0. All weights differ
// and none is zero, so every wrong symbol and every exchange of two is noticed.
func checkSymbol(symbols []byte) byte {
	var sum byte
	weight := byte(1)
	for _, s := range symbols {
		weight = timesGF32(weight, 2)
		sum ^= timesGF32(s, weight)
	}
	return sum
}

func timesGF32(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		a <<= 1
		if a&32 != 0 {
			a ^= 0b100101
		}
	}
	return product
}
