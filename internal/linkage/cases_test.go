package linkage

import (
	"encoding/csv"
	"os"
	"regexp"
	"strconv"
	"testing"

	"muster/internal/phone"
	"muster/internal/reserve"
)

// birthOf reads the births of the cases: a date, "1990 (year)" or "36 (age on 2026-11-24)".
func birthOf(t testing.TB, s string) reserve.Birth {
	t.Helper()
	if m := regexp.MustCompile(`^(\d+) \(age on (\S+)\)$`).FindStringSubmatch(s); m != nil {
		age, _ := strconv.Atoi(m[1])
		on, _ := reserve.ParseDate(m[2])
		return reserve.BirthFromAge(age, on)
	}
	b, fault := reserve.ParseBirth(regexp.MustCompile(` \(year\)$`).ReplaceAllString(s, ""))
	if fault != nil {
		t.Fatalf("birth %q: %v", s, fault.Code)
	}
	return b
}

func TestC015PairsWorthAPersonsTime(t *testing.T) {
	f, err := os.Open("testdata/C015_pairs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 13 {
		t.Fatalf("got %d rows, %v; want 13", len(rows), err)
	}
	want := map[string]Band{"same": AlmostSure, "review": Review, "different": Different}
	record := func(r []string) Record {
		rec := Record{Name: r[0], Birth: birthOf(t, r[1]), Sex: r[2], Place: r[4]}
		if r[3] != "" {
			rec.Phones = []string{phone.Canonical(r[3])}
		}
		return rec
	}
	for i, r := range rows[1:] {
		t.Run(strconv.Itoa(i+1)+" "+r[0]+" and "+r[5], func(t *testing.T) {
			a, b := record(r[0:5]), record(r[5:10])
			x := NewIndex(Sahel(), 10)
			x.Add(1, a)
			got := Different
			if list := x.Candidates(b); len(list) > 0 {
				got = list[0].Band
				if got == Different {
					t.Error("a candidate that is none")
				}
			}
			m, why := x.Score(a, b)
			t.Logf("%s %.1f bits %+v", m.Band, m.Bits, why)
			if got != want[r[10]] {
				t.Errorf("got %s, want %s", got, r[10])
			}
		})
	}
}

func TestC014OnePhoneSeveralPeople(t *testing.T) {
	f, err := os.Open("testdata/C014_shared_phone.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("got %d rows, %v; want 5", len(rows), err)
	}
	x := NewIndex(Sahel(), 10)
	var found [][]Match
	for id, r := range rows[1:] {
		rec := importRecord([]string{"name", "birth", "phone", "place"}, r)
		found = append(found, x.Candidates(rec))
		x.Add(uint32(id), rec)
	}
	if len(found[1]) != 0 {
		t.Errorf("Moussa: got %+v, want nobody listed", found[1])
	}
	if len(found[2]) != 1 || found[2][0].ID != 0 || found[2][0].Band != AlmostSure {
		t.Errorf("Hadiza again: got %+v, want row 1 alone, almost sure", found[2])
	}
	if len(found[3]) != 0 {
		t.Errorf("Issa: got %+v, want nobody listed", found[3])
	}
}
