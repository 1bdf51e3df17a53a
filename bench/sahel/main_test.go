package main

import (
	"bytes"
	"encoding/csv"
	"io"
	"testing"

	"muster/internal/linkage"
	"muster/internal/people"
)

func TestTheSetCanBeEvaluated(t *testing.T) {
	var a, b bytes.Buffer
	for _, to := range []*bytes.Buffer{&a, &b} {
		if err := write(to, people.NewWith(2, people.Options{Fathers: 85, Married: 8}), 3000, 0.1); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("one seed wrote two sets")
	}
	rows, err := csv.NewReader(bytes.NewReader(a.Bytes())).ReadAll()
	if err != nil || len(rows) != 3001 {
		t.Fatalf("got %d rows and %v, want 3000 and a heading", len(rows), err)
	}
	report, err := linkage.Evaluate(linkage.Evaluation{Layout: "muster", Files: []io.Reader{&a}})
	if err != nil {
		t.Fatal(err)
	}
	if report.PairsTrue < 270 || report.PairsTrue > 330 {
		t.Errorf("got %d true pairs, want about 300", report.PairsTrue)
	}
	if report.Precision < 0.98 || report.Recall < 0.80 {
		t.Errorf("got %+v, want a set that is hard and can be linked", report)
	}
}
