package gauge

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"muster/internal/linkage"
	"muster/internal/people"
	"muster/internal/reserve"
)

// Linkage is the figures of `bench linkage`.
type Linkage struct {
	Setting
	People       int     `json:"people"`
	Again        float64 `json:"again"` // share who are registering again
	Precision    float64 `json:"precision"`
	Recall       float64 `json:"recall"`
	F1           float64 `json:"f1"`
	AddUS        float64 `json:"add_us"`        // to take one person in
	LearnSeconds float64 `json:"learn_seconds"` // to learn from all of them, without labels
	RunSeconds   float64 `json:"run_seconds"`   // to compare everybody with everybody
	ArriveP50    float64 `json:"arrive_p50_ms"`
	ArriveP99    float64 `json:"arrive_p99_ms"`
	ArriveCPU99  float64 `json:"arrive_cpu_p99_ms"` // processor time, which a busy machine does not lengthen
	RunCPU       float64 `json:"run_cpu_seconds"`   // of learning and comparing
	BytesPerson  float64 `json:"index_bytes_per_person"`
}

// LinkageConfig says how to measure.
type LinkageConfig struct {
	People int
	Seed   uint64
	Again  float64 // share who are registering again
	Papers bool    // everybody states all: the set that other linkers are measured with
	Log    func(format string, args ...any)
}

// leanGC is how much garbage, in percent of what lives, is let lie.
const leanGC = 20

// arriving is how many people arrive one by one at the end.
const arriving = 2000

// MeasureLinkage fills an index with a stream of synthetic people, lets it learn, compares all with all, and lets more
// arrive. No person is kept, so the memory is the index's.
func MeasureLinkage(c LinkageConfig) Linkage {
	start := time.Now()
	// The garbage is that of the people made on the way, and the memory measured is to be the index's.
	defer debug.SetGCPercent(debug.SetGCPercent(leanGC))
	out := Linkage{People: c.People, Again: c.Again}
	options := people.Options{Papers: c.Papers}
	if c.Papers {
		options.Fathers = 80
	}
	on := reserve.Date{Year: 2026, Month: 11, Day: 25}
	trial := linkage.NewTrial(c.People)
	var filing time.Duration
	var late []linkage.Record
	n := 0
	for p := range people.NewWith(c.Seed, options).Stream(c.Again) {
		rec := recordOf(p, on)
		if n++; n > c.People {
			if late = append(late, rec); len(late) == arriving {
				break
			}
			continue
		}
		begin := time.Now()
		trial.Add(rec, strconv.FormatUint(p.Truth.ID, 36))
		filing += time.Since(begin)
		if n%100_000 == 0 {
			c.Log("%d people", n)
		}
	}
	out.AddUS = float64(filing.Nanoseconds()) / 1000 / float64(max(c.People, 1))
	index := trial.Index()
	begin, cpu := time.Now(), processCPU()
	index.Estimate()
	out.LearnSeconds = time.Since(begin).Seconds()
	c.Log("learned in %.1f s", out.LearnSeconds)
	begin = time.Now()
	index.All(linkage.Review, func(_, _ uint32, _ linkage.Match) bool { return true })
	out.RunSeconds = time.Since(begin).Seconds()
	out.RunCPU = (processCPU() - cpu).Seconds()
	c.Log("compared in %.1f s", out.RunSeconds)
	var times, work []time.Duration
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, rec := range late {
		begin, cpu := time.Now(), threadCPU()
		index.Candidates(rec)
		times, work = append(times, time.Since(begin)), append(work, threadCPU()-cpu)
	}
	out.ArriveP50, out.ArriveP99 = middle(times)
	_, out.ArriveCPU99 = middle(work)
	out.BytesPerson = float64(index.Bytes()) / float64(max(c.People, 1))
	out.Setting = settle(start) // before the labels are looked at: that is the measuring, not the work
	report := trial.Report()
	out.Precision, out.Recall, out.F1 = report.Precision, report.Recall, report.F1
	return out
}

// middle gives the middle and the hundredth slowest, in ms.
func middle(times []time.Duration) (p50, p99 float64) {
	if len(times) == 0 {
		return 0, 0
	}
	slices.Sort(times)
	return ms(times[len(times)/2]), ms(times[len(times)*99/100])
}

// recordOf is a synthetic registration as the roll hands it to linkage.
func recordOf(p people.Person, on reserve.Date) linkage.Record {
	rec := linkage.Record{Name: p.Name, FatherName: p.FatherName, KnownAs: p.KnownAs, Birth: birthOf(p, on), Place: p.Place, Site: p.Site, Sex: p.Sex}
	for _, n := range p.Phones {
		switch n.Owner {
		case reserve.PhoneRelay:
		case reserve.PhoneShared:
			rec.FamilyPhones = append(rec.FamilyPhones, n.E164)
		default:
			rec.Phones = append(rec.Phones, n.E164)
		}
	}
	return rec
}

func birthOf(p people.Person, on reserve.Date) reserve.Birth {
	if p.Age > 0 {
		return reserve.BirthFromAge(p.Age, on)
	}
	birth, fault := reserve.ParseBirth(p.Birth)
	if fault != nil {
		return reserve.Birth{} // no synthetic person has one that cannot be read; none is no evidence
	}
	return birth
}

// Evaluation is the figures of `linkage evaluate`.
type Evaluation struct {
	Setting
	linkage.Report
}

// Evaluate links a labelled set. Errors are those of linkage.Evaluate.
func Evaluate(e linkage.Evaluation) (Evaluation, error) {
	start := time.Now()
	report, err := linkage.Evaluate(e)
	return Evaluation{settle(start), report}, err
}
