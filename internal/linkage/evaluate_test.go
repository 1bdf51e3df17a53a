package linkage

import (
	"io"
	"os"
	"strconv"
	"testing"
)

func open(t testing.TB, paths ...string) []io.Reader {
	t.Helper()
	var out []io.Reader
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		out = append(out, f)
	}
	return out
}

const febrl = "../../bench/data/febrl/"

func TestFebrl(t *testing.T) {
	cases := []struct {
		name    string
		files   []string
		without []string
		f1      float64
	}{
		{"1 without the card", []string{"dataset1.csv"}, []string{"soc_sec_id"}, 0.998},
		{"2 without the card", []string{"dataset2.csv"}, []string{"soc_sec_id"}, 0.998},
		{"3 without the card", []string{"dataset3.csv"}, []string{"soc_sec_id"}, 0.995},
		{"4 without the card", []string{"dataset4a.csv", "dataset4b.csv"}, []string{"soc_sec_id"}, 0.999},
		{"3 with the card", []string{"dataset3.csv"}, nil, 0.9995},
		{"4 with the card", []string{"dataset4a.csv", "dataset4b.csv"}, nil, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var paths []string
			for _, f := range c.files {
				paths = append(paths, febrl+f)
			}
			r, err := Evaluate(Evaluation{Layout: "febrl", Files: open(t, paths...), Without: c.without})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v", r)
			if r.F1 < c.f1 {
				t.Errorf("got F1 %.5f, want %.4f or more", r.F1, c.f1)
			}
		})
	}
}

func TestARegistryWithFullFacts(t *testing.T) {
	n := 20_000
	if given, err := strconv.Atoi(os.Getenv("LINKAGE_SCALE")); err == nil {
		n = given
	}
	records, person := newVillage(2).plainly(n, 0.2)
	entity := make([]string, len(person))
	for i, p := range person {
		entity[i] = strconv.Itoa(p)
	}
	r := EvaluateRecords(records, entity)
	t.Logf("%+v", r)
	if r.F1 < 0.990 || r.Precision < 0.998 {
		t.Errorf("got F1 %.4f and precision %.4f, want 0.990 and 0.998", r.F1, r.Precision)
	}
}
