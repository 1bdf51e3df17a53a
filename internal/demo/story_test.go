package demo

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

// program builds the real command, which the story kills at Gaya.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "muster")
	if out, err := exec.Command("go", "build", "-o", path, "muster/cmd/muster").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

func TestTheStoryKeepsItsPromises(t *testing.T) {
	var out bytes.Buffer
	command := program(t)
	tell := func(seed uint64) (Result, error) {
		return Run(t.Context(), Config{People: 1500, Seed: seed, Headless: true, Program: command, Out: &out, Import: "../../cases/files/C022_bad_rows.csv"})
	}
	result, err := tell(2)
	if err != nil && !chance(result) {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if err != nil {
		t.Logf("a promise of chance was broken: %v", result.PromisesBroken)
	}
	// Whatever chance does, the call-up may not miss by far: nine in ten of those wanted, and at most a third too many.
	if 10*result.Arrived < 9*result.Wanted || 3*result.TurnedAway > result.Wanted {
		t.Errorf("of %d wanted %d arrived and %d were turned away", result.Wanted, result.Arrived, result.TurnedAway)
	}
	if result.Registered < 1300 || result.RefusedUnderAge == 0 || result.FieldNodeStubs == 0 || result.Imported == 0 || result.AuditEntries == 0 {
		t.Errorf("the story told too little: %+v", result)
	}
}

// A result that broke a promise must not pass for one that kept it: each is broken once, alone.
func TestABrokenPromiseIsToldAlone(t *testing.T) {
	good := Result{DuplicatesTrue: 100, DuplicatesFound: 80, DuplicatesOffered: 98, FieldNodeDelivered: 5, FieldNodeStubs: 5, Wanted: 40, Arrived: 41, HandedOver: 9,
		WithdrawnAfter: 1, AuditOK: true, EditFound: true, CanaryFound: true, Rehearsal: Drill{Wanted: 20, Confirmed: 20, MostSeen: 20}}
	if err := good.judge(); err != nil {
		t.Fatalf("a good result: %v", err)
	}
	for name, spoil := range map[string]func(r *Result){
		"a minor can be called":     func(r *Result) { r.MinorsCallable = 1 },
		"few duplicates are marked": func(r *Result) { r.DuplicatesFound = 74 },
		"marks are wrong":           func(r *Result) { r.DuplicatesWrong = 1 },
		"few are shown":             func(r *Result) { r.DuplicatesOffered = 94 },
		"the field node lost one":   func(r *Result) { r.FieldNodeLost = 1 },
		"stubs and registry differ": func(r *Result) { r.FieldNodeDelivered = 4 },
		"the limit was passed":      func(r *Result) { r.Overconfirmed = 1 },
		"too few arrived":           func(r *Result) { r.Arrived = 39 },
		"too many were turned away": func(r *Result) { r.TurnedAway = 7 },
		"a place was taken twice":   func(r *Result) { r.Rehearsal.MostSeen = 21 },
		"nothing was handed over":   func(r *Result) { r.HandedOver = 0 },
		"the withdrawn is shown":    func(r *Result) { r.ShownAfterWithdrawal = 1 },
		"the log is broken":         func(r *Result) { r.AuditOK = false },
		"an edit is not found":      func(r *Result) { r.EditFound = false },
		"a name lies on the disk":   func(r *Result) { r.PersonalDataOnDisk = 1 },
		"the search is blind":       func(r *Result) { r.CanaryFound = false },
	} {
		r := good
		spoil(&r)
		if err := r.judge(); err == nil || len(r.PromisesBroken) != 1 {
			t.Errorf("%s: got %d promises broken, want 1", name, len(r.PromisesBroken))
		}
	}
}

// chance reports whether only promises are broken that people, who come or do not come as they like, can break now and
// then: the product aims at nine in ten. Everything else must hold every time.
func chance(r Result) bool {
	for _, p := range r.PromisesBroken {
		if p != "enough people arrived" && p != "at most 15 % of the places' number were turned away" {
			return false
		}
	}
	return len(r.PromisesBroken) > 0
}
