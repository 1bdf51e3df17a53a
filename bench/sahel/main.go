// Command sahel writes a labelled set of synthetic people of the Sahel, for `muster linkage evaluate --layout muster`.
//
// The columns are those of an import, and entity: the true person. The same seed writes the same file. What it holds, and
// what it is not, stands in bench/sahel/README.md.
package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"muster/internal/people"
	"muster/internal/reserve"
)

// columns are the headings; phone 2 is the second SIM.
var columns = []string{"name", "known_as", "father_name", "birth", "age", "phone", "phone 2", "owner", "place", "site", "sex", "entity"}

func main() {
	n := flag.Int("people", 20_000, "how many registrations")
	seed := flag.Uint64("seed", 1, "the seed")
	again := flag.Float64("again", 0.1, "share who are registering again")
	fathers := flag.Float64("fathers", 85, "percent who state their father's name")
	married := flag.Float64("married", 8, "percent of the women who come again under their husband's family name")
	papers := flag.Bool("papers", false, "everybody states a full birth date, a number and their sex")
	flag.Parse()
	source := people.NewWith(*seed, people.Options{Fathers: *fathers, Married: *married, Papers: *papers})
	if err := write(os.Stdout, source, *n, *again); err != nil {
		fmt.Fprintln(os.Stderr, "sahel:", err)
		os.Exit(1)
	}
}

// write writes n people.
func write(to io.Writer, source *people.Source, n int, again float64) error {
	buffered := bufio.NewWriter(to)
	out := csv.NewWriter(buffered)
	if err := out.Write(columns); err != nil {
		return err
	}
	for p := range source.Stream(again) {
		if n--; n < 0 {
			break
		}
		if err := out.Write(row(p)); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

func row(p people.Person) []string {
	age := ""
	if p.Age > 0 {
		age = strconv.Itoa(p.Age)
	}
	var numbers [2]string
	owner := ""
	for i, n := range p.Phones[:min(len(p.Phones), len(numbers))] {
		if n.Owner == reserve.PhoneRelay {
			continue // a shop's number says nothing of who asked it to pass a message on
		}
		numbers[i], owner = strings.TrimSpace(n.Written), string(n.Owner)
	}
	return []string{p.Name, p.KnownAs, p.FatherName, p.Birth, age, numbers[0], numbers[1], owner, p.Place, p.Site, p.Sex, "P" + strconv.FormatUint(p.Truth.ID, 10)}
}
