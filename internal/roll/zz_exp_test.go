package roll_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"strconv"
	"testing"
	"time"

	"muster/internal/linkage"
	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/roll"
)

func TestZZ(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	seeds, _ := strconv.Atoi(os.Getenv("SEEDS"))
	opts := people.Options{}
	if os.Getenv("TWO") != "" {
		opts.Sites = []people.Site{{Code: "niamey", Place: "NE008001", Weight: 4}, {Code: "gaya", Place: "NE003006", Weight: 1}}
	}
	pats := map[string][2]int{}
	defer func() {
		for k, v := range pats {
			fmt.Println("PAT", v[1], v[0], k)
		}
	}()
	for seed := 1; seed <= seeds; seed++ {
		r := roll.New()
		r.SetLoaded()
		type key struct{ a, b string }
		mk := func(a, b string) key {
			if a > b {
				a, b = b, a
			}
			return key{a, b}
		}
		pairs := map[key]linkage.Band{}
		truth := map[string]uint64{}
		copies := map[uint64]int{}
		begin := time.Now()
		for i, p := range people.NewWith(uint64(seed), opts).Sample(n, 0.08) {
			if p.Truth.Minor {
				continue
			}
			birth, _ := reserve.ParseBirth(p.Birth)
			if p.Age > 0 {
				birth = reserve.BirthFromAge(p.Age, reserve.Date{Year: 2026, Month: 11, Day: 25})
			}
			x := roll.Person{Volunteer: reserve.Volunteer{ID: fmt.Sprintf("%026d", i), Drive: "d", Site: p.Site, State: reserve.Active, Version: 1},
				Facts: reserve.Facts{Name: reserve.Private(p.Name), KnownAs: reserve.Private(p.KnownAs), FatherName: reserve.Private(p.FatherName), Birth: birth, Place: p.Place, Sex: p.Sex}}
			for _, ph := range p.Phones {
				x.Facts.Phones = append(x.Facts.Phones, reserve.Phone{E164: reserve.Private(ph.E164), Owner: ph.Owner})
			}
			truth[x.Volunteer.ID] = p.Truth.ID
			copies[p.Truth.ID]++
			for _, c := range r.Candidates(x) {
				pairs[mk(x.Volunteer.ID, c.ID)] = c.Band
			}
			r.Put(x)
		}
		total := 0
		for _, c := range copies {
			total += c * (c - 1) / 2
		}
		persons := map[string]people.Person{}
		show := func(k key) {
			c, _ := r.Compare(k.a, k.b)
			a, b := persons[k.a], persons[k.b]
			fmt.Printf("   WRONG p %.5f %v\n", c.Probability, c.Reasons)
			for _, q := range []people.Person{a, b} {
				var ph []string
				for _, x := range q.Phones {
					ph = append(ph, x.E164+string(x.Owner))
				}
				fmt.Printf("      %q known %q father %q sex %q birth %q age %d %v place %s site %s truth %d hh %d twin %d born %v copy %d\n", q.Name, q.KnownAs, q.FatherName, q.Sex, q.Birth, q.Age, ph, q.Place, q.Site, q.Truth.ID, q.Truth.Household, q.Truth.Twin, q.Truth.Born, q.Truth.Copy)
			}
		}
		for i, p := range people.NewWith(uint64(seed), opts).Sample(n, 0.08) {
			persons[fmt.Sprintf("%026d", i)] = p
		}
		report := func(what string) {
			sure, right, offered := 0, 0, 0
			for k, b := range pairs {
				same := truth[k.a] == truth[k.b]
				if same {
					offered++
				}
				if b == linkage.AlmostSure {
					if what == "relink" && os.Getenv("PATS") != "" {
						c, _ := r.Compare(k.a, k.b)
						slices.Sort(c.Reasons)
						key := strings.Join(c.Reasons, " ")
						v := pats[key]
						if same {
							v[0]++
						} else {
							v[1]++
						}
						pats[key] = v
					}
					sure++
					if same {
						right++
					} else if what == "relink" && os.Getenv("SHOW") != "" {
						show(k)
					}
				}
			}
			fmt.Printf("seed %d %s: true %d sure %.3f wrong %.4f offered %.3f, %.2f a true (%v)\n", seed, what, total, float64(right)/float64(total), float64(sure-right)/float64(max(sure, 1)), float64(offered)/float64(total), float64(len(pairs))/float64(total), time.Since(begin).Round(time.Millisecond))
			begin = time.Now()
		}
		report("arrive")
		r.Learn()
		report("learn ")
		rescored := map[key]linkage.Band{}
		for k, b := range pairs {
			c, _ := r.Compare(k.a, k.b)
			if b == linkage.AlmostSure && os.Getenv("KEEP") != "" {
				c.Band = b
			}
			rescored[k] = max(c.Band, linkage.Review)
		}
		pairs = rescored
		report("rescor")
		r.AllPairs("d", linkage.Review, func(list []roll.Likeness, done, total int) bool {
			for _, l := range list {
				pairs[mk(l.A, l.B)] = max(l.Band, pairs[mk(l.A, l.B)])
			}
			return true
		})
		report("relink")
	}
}
