package phone

import (
	"fmt"
	"testing"
)

func TestTheShortReadingGivesWhatTheWholeReadingGives(t *testing.T) {
	short := 0
	for head := range 10000 {
		digits := fmt.Sprintf("%04d5678", head)
		for _, form := range []string{"%s", "+227%s", "00227%s", "+227 %s", " %s", "%s ", "227%s", "- %s", "%s-", "+%s"} {
			raw := fmt.Sprintf(form, digits)
			got, ok := commonest(raw, "NE")
			if !ok {
				continue
			}
			short++
			want, fault := readAny(raw, "NE")
			if fault != nil || len(want) != 1 || want[0] != got {
				t.Fatalf("form %q of range %04d: short gives kind %s, the whole gives %d numbers (%v)", form, head, got.Kind, len(want), fault)
			}
		}
	}
	for _, raw := range []string{"93 12 34 57", "9312-3457", "+227 93 12 34 57", "00227 93123457", "9 3 1 2 3 4 5 7", "93--123457", "+227-93123457", "93123457 -", "9312 3457 "} {
		got, ok := commonest(raw, "NE")
		if !ok {
			continue
		}
		short++
		want, fault := readAny(raw, "NE")
		if fault != nil || len(want) != 1 || want[0] != got {
			t.Errorf("%q: short gives a number, the whole gives %d (%v)", raw, len(want), fault)
		}
	}
	if short < 10000 {
		t.Errorf("the short reading took %d forms; it is of no use", short)
	}
}
