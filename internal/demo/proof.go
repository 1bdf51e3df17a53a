package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"

	"muster/internal/audit"
	"muster/internal/people"
	"muster/internal/store"
)

// proof verifies the log, edits a copy of it, and searches the disk for everybody.
func (s *story) proof(ctx context.Context) error {
	if err := s.node.SignCheckpoint(ctx); err != nil {
		return err
	}
	report, err := s.node.VerifyLog(ctx, nil)
	if err != nil {
		return err
	}
	s.result.AuditEntries, s.result.AuditOK = report.Leaves, report.OK()
	s.say("   The audit log has %d entries and is whole: %v.", report.Leaves, report.OK())
	if err := s.tamper(ctx); err != nil {
		return err
	}
	return s.searchDisk()
}

// tamper changes one word of one act in a copy of the data, as somebody with the disk would, and verifies the copy.
func (s *story) tamper(ctx context.Context) error {
	path := filepath.Join(s.dir, "copy", "muster.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := s.node.Store.Snapshot(ctx, path); err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	at := bytes.Index(file, []byte("callup.wave"))
	if at < 0 {
		return off("no act of a wave in the data")
	}
	copy(file[at:], "callup.wove")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		return err
	}
	edited, err := store.Open(ctx, store.Config{Location: path, Node: "copy", Now: s.clock.Now})
	if err != nil {
		return err
	}
	var report audit.Report
	err = edited.View(ctx, func(r *store.Read) error {
		report, err = audit.Verify(r.Log())
		return err
	})
	if closing := edited.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	s.result.EditFound = !report.OK()
	if s.result.EditFound {
		s.say("   One word of one act changed in a copy of the file: found, %s.", report.Damage[0])
	}
	return nil
}

// perSearch is how many people are looked for at once: the forms of more would not fit beside the registry in memory.
const perSearch = 3000

// searchDisk looks for every full name, number and full birth date in every file of the folders of both nodes, while
// they serve, and for a canary that is planted to see whether the search can find anything.
func (s *story) searchDisk() error {
	folders := []string{filepath.Join(s.dir, "niamey"), filepath.Join(s.dir, "gaya")}
	for from := 0; from < len(s.crowd); from += perSearch {
		n := NewNeedles()
		for _, k := range s.crowd[from:min(from+perSearch, len(s.crowd))] {
			addNeedles(n, k.person)
		}
		for _, dir := range folders {
			found, err := n.SearchDisk(dir)
			if err != nil {
				return err
			}
			s.result.PersonalDataOnDisk += len(found)
			for i, f := range found {
				if i < 5 {
					s.say("   FOUND in %s at %d", filepath.Base(f.File), f.Offset)
				}
			}
		}
	}
	n := NewNeedles()
	n.Add(canary)
	planted := filepath.Join(folders[0], "canary")
	if err := os.WriteFile(planted, []byte("…"+canary+"…"), 0o600); err != nil {
		return err
	}
	found, err := n.SearchDisk(folders[0])
	if err != nil {
		return err
	}
	s.result.CanaryFound = len(found) > 0
	s.say("   %d names, numbers and birth dates of %d people searched for in every file, in eight forms each: %d found. A canary planted on purpose: found %v.",
		3*len(s.crowd), len(s.crowd), s.result.PersonalDataOnDisk, s.result.CanaryFound)
	return os.Remove(planted)
}

const canary = "Canari Témoin Planté"

// addNeedles adds what must not be readable of a person. A name of one common word stands in no file either, but would
// be found in the name of a place; it is looked for in quotes.
func addNeedles(n *Needles, p people.Person) {
	for _, name := range []string{p.Name, p.FatherName} {
		if !bytes.ContainsAny([]byte(name), " ") {
			name = strconv.Quote(name)
		}
		if name != `""` {
			n.Add(name)
		}
	}
	for _, t := range p.Phones {
		n.Add(t.E164[1:])
	}
	if len(p.Birth) == len("1998-04-12") {
		n.Add(p.Birth)
		n.Add(p.Birth[8:] + "/" + p.Birth[5:7] + "/" + p.Birth[:4])
	}
}
