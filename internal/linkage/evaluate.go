package linkage

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"muster/internal/reserve"
)

// Report is the quality of linking a labelled set: pairs after clustering, across files only where two were given.
type Report struct {
	Records    int     `json:"records"`
	PairsTrue  int     `json:"pairs_true"`
	PairsFound int     `json:"pairs_found"` // among them Right true ones
	Right      int     `json:"pairs_right"`
	Precision  float64 `json:"precision"`
	Recall     float64 `json:"recall"`
	F1         float64 `json:"f1"`
	Threshold  float64 `json:"threshold"` // the chance from which a pair was taken
	// What the desk of a registry would be shown; only where people are linked who may be relatives, and in one file.
	Sure    *Shown `json:"almost_sure,omitempty"` // marked at once, and held
	Offered *Shown `json:"offered,omitempty"`     // all of them
}

// Shown is pairs as the desk is shown them, before any clustering.
type Shown struct {
	Pairs     int     `json:"pairs"`
	Right     int     `json:"pairs_right"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	PerTrue   float64 `json:"pairs_per_true"`
}

// Evaluation says what to measure: Layout is febrl, splink or muster; Files are CSV texts with a header, one or two;
// Without are columns to leave out.
type Evaluation struct {
	Layout  string
	Files   []io.Reader
	Without []string
}

// table is a labelled set read in.
type table struct {
	columns []string
	rows    [][]string
	entity  []string
	file    []uint8
}

// Evaluate reads, links without looking at the labels, and then compares with them. Faults are of kind invalid:
// "layout-unknown", "column-missing" (Args column), "csv-unreadable" (Args line), "files-number".
func Evaluate(e Evaluation) (Report, error) {
	run, err := prepare(e)
	if err != nil {
		return Report{}, err
	}
	return run.measure(), nil
}

// EvaluateRecords measures the Sahel schema on records of known entities, one an entry.
func EvaluateRecords(records []Record, entity []string) Report {
	t := NewTrial(len(records))
	for id, rec := range records {
		t.Add(rec, entity[id])
	}
	t.Index().Estimate()
	return t.Report()
}

// Trial measures the Sahel schema on records given one by one, which it does not keep.
type Trial struct{ trial }

// NewTrial makes room for about expect records.
func NewTrial(expect int) *Trial { return &Trial{trial{index: NewIndex(Sahel(), expect)}} }

// Add takes the next record, whose id in the index is how many came before, and whose true person is entity.
func (t *Trial) Add(rec Record, entity string) {
	t.index.Add(uint32(len(t.data.entity)), rec)
	t.data.entity, t.data.file = append(t.data.entity, entity), append(t.data.file, 0)
}

// Index is the index of the records, to learn and to be asked.
func (t *Trial) Index() *Index { return t.index }

// Report links and clusters without looking at the labels, and then compares with them.
func (t *Trial) Report() Report { return t.measure() }

// trial is an evaluation under way.
type trial struct {
	data  table
	index *Index
}

func prepare(e Evaluation) (*trial, error) {
	if len(e.Files) < 1 || len(e.Files) > 2 {
		return nil, reserve.Fault("dataset", "files-number")
	}
	l, ok := layouts[e.Layout]
	if !ok {
		return nil, reserve.Fault("layout", "layout-unknown").With("layout", e.Layout)
	}
	t := &trial{}
	for i, f := range e.Files {
		if err := t.data.read(f, uint8(i), l); err != nil {
			return nil, err
		}
	}
	s := l.schema()
	t.index = NewIndex(s, len(t.data.rows))
	if err := l.fill(t, e.Without); err != nil {
		return nil, err
	}
	t.index.Estimate()
	return t, nil
}

func (t *table) read(from io.Reader, file uint8, l layout) error {
	r := csv.NewReader(from)
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return reserve.Fault("dataset", "csv-unreadable").With("line", "1")
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(head[i], "\ufeff")))
	}
	if t.columns == nil {
		t.columns = head
	}
	label := slices.Index(head, l.label)
	if label < 0 {
		return reserve.Fault("dataset", "column-missing").With("column", l.label)
	}
	for line := 2; ; line++ {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return reserve.Fault("dataset", "csv-unreadable").With("line", fmt.Sprint(line))
		}
		for len(row) < len(t.columns) {
			row = append(row, "")
		}
		t.rows = append(t.rows, row)
		t.entity = append(t.entity, l.entity(row[label]))
		t.file = append(t.file, file)
	}
}

// measure links, clusters and counts.
func (t *trial) measure() Report {
	if len(t.data.entity) == 0 {
		return Report{}
	}
	var edges []edge
	two := t.data.file[len(t.data.file)-1] > 0
	join := t.index.rows.schema.Join
	t.index.sweep(join, func(a, b uint32, m Match) bool {
		if !two || t.data.file[a] != t.data.file[b] {
			edges = append(edges, edge{a, b, float32(m.Bits)})
		}
		return true
	})
	var pairs [][2]uint32
	if two {
		pairs = marry(edges, join)
	} else {
		pairs = within(cluster(edges, join, t.index.bits))
	}
	r := t.count(pairs, probability(join))
	if t.index.rows.schema.Relatives && !two {
		t.show(&r)
	}
	return r
}

// show counts the pairs of each band.
func (t *trial) show(r *Report) {
	r.Sure, r.Offered = &Shown{}, &Shown{}
	t.index.All(Review, func(a, b uint32, m Match) bool {
		right := 0
		if t.data.entity[a] == t.data.entity[b] {
			right = 1
		}
		r.Offered.Pairs, r.Offered.Right = r.Offered.Pairs+1, r.Offered.Right+right
		if m.Band == AlmostSure {
			r.Sure.Pairs, r.Sure.Right = r.Sure.Pairs+1, r.Sure.Right+right
		}
		return true
	})
	for _, s := range []*Shown{r.Sure, r.Offered} {
		s.Precision = float64(s.Right) / float64(max(s.Pairs, 1))
		s.Recall = float64(s.Right) / float64(max(r.PairsTrue, 1))
		s.PerTrue = float64(s.Pairs) / float64(max(r.PairsTrue, 1))
	}
}

// bits weighs two held records, met or not.
func (x *Index) bits(a, b uint32) float32 {
	var va, vb view
	x.rows.open(a, &va)
	x.rows.open(b, &vb)
	m, _ := x.pair(&va, &vb)
	return float32(m.Bits)
}

// marry takes each record of either file at most once, the surest pairs first.
func marry(edges []edge, join float32) [][2]uint32 {
	sortEdges(edges)
	taken := map[uint32]bool{}
	var out [][2]uint32
	for _, e := range edges {
		if e.bits >= join && !taken[e.a] && !taken[e.b] {
			taken[e.a], taken[e.b] = true, true
			out = append(out, [2]uint32{e.a, e.b})
		}
	}
	return out
}

// within lists all pairs of each cluster.
func within(group map[uint32]uint32) [][2]uint32 {
	members := map[uint32][]uint32{}
	for id, g := range group {
		members[g] = append(members[g], id)
	}
	var out [][2]uint32
	for _, m := range members {
		for i, a := range m {
			for _, b := range m[:i] {
				out = append(out, [2]uint32{a, b})
			}
		}
	}
	return out
}

func (t *trial) count(pairs [][2]uint32, threshold float64) Report {
	r := Report{Records: len(t.data.entity), PairsTrue: t.truePairs(), PairsFound: len(pairs), Threshold: threshold}
	for _, p := range pairs {
		if t.data.entity[p[0]] == t.data.entity[p[1]] {
			r.Right++
		}
	}
	if r.PairsFound > 0 {
		r.Precision = float64(r.Right) / float64(r.PairsFound)
	}
	if r.PairsTrue > 0 {
		r.Recall = float64(r.Right) / float64(r.PairsTrue)
	}
	if r.Right > 0 {
		r.F1 = 2 * r.Precision * r.Recall / (r.Precision + r.Recall)
	}
	return r
}

// truePairs counts pairs of one entity, across files only where there are two.
func (t *trial) truePairs() int {
	type tally struct{ all, first int }
	seen := map[string]tally{}
	for i, e := range t.data.entity {
		n := seen[e]
		n.all++
		if t.data.file[i] == 0 {
			n.first++
		}
		seen[e] = n
	}
	two := t.data.file[len(t.data.file)-1] > 0
	pairs := 0
	for _, n := range seen {
		if two {
			pairs += n.first * (n.all - n.first)
		} else {
			pairs += n.all * (n.all - 1) / 2
		}
	}
	return pairs
}
