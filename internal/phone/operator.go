package phone

import "strings"

// nigerOperators gives the operator of each two-digit prefix of Niger's mobile ranges (number plan in
// libphonenumber 9.0.35, July 2026). There is no number portability in Niger, so the prefix decides.
var nigerOperators = map[string]string{
	"23": "Zamani (Orange)", "70": "Zamani (Orange)", "80": "Zamani (Orange)", "81": "Zamani (Orange)",
	"82": "Zamani (Orange)", "90": "Zamani (Orange)", "91": "Zamani (Orange)", "92": "Zamani (Orange)",
	"74": "Moov", "84": "Moov", "85": "Moov", "94": "Moov", "95": "Moov",
	"77": "Airtel", "86": "Airtel", "87": "Airtel", "88": "Airtel", "89": "Airtel",
	"96": "Airtel", "97": "Airtel", "98": "Airtel", "99": "Airtel",
	"83": "Niger Telecoms", "93": "Niger Telecoms",
}

// Operator names the operator of a mobile number of Niger, for showing a number back; empty where it is not known
// or, as in Nigeria and Benin, where numbers move between operators and the prefix tells nothing.
func Operator(e164 string) string {
	rest, ok := strings.CutPrefix(e164, "+227")
	if !ok || len(rest) != 8 {
		return ""
	}
	return nigerOperators[rest[:2]]
}
