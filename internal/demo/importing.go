package demo

import (
	"context"
	"os"

	"muster/examples"
	"muster/internal/channel/sheet"
)

// importFile takes a sheet in as an organiser would: it looks at the preview first, and reads dates day first where the
// file itself does not say, as people there write them.
func (s *story) importFile(ctx context.Context, path string) error {
	open := func(c sheet.Choices) (*sheet.Sheet, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return s.node.Sheets.Open(ctx, examples.NigerCode, f, c)
	}
	sh, err := open(sheet.Choices{Site: "niamey"})
	if err != nil {
		return err
	}
	p := sh.Preview()
	s.say("   %d rows, %s, separator %q.", p.Rows, p.Encoding, p.Separator)
	if len(p.Questions) > 0 {
		s.say("   No row settles the order of day and month in %q: the organiser says day first.", p.Questions[0].Column)
		if sh, err = open(sheet.Choices{Site: "niamey", Dates: sheet.DayFirst}); err != nil {
			return err
		}
	}
	rep, err := s.node.Sheets.Import(ctx, s.owner.Actor, sh, sheet.How{})
	if err != nil {
		return err
	}
	if err := s.node.Settle(ctx); err != nil {
		return err
	}
	r := &s.result
	r.Imported, r.ImportRefused = rep.Added, rep.Refused
	r.Registered += rep.Added
	r.RefusedUnderAge += rep.UnderAge
	r.PendingAge += rep.Pending
	s.say("   %d added, %d refused (%d under age), %d rows say something to look at.", rep.Added, rep.Refused, rep.UnderAge, len(rep.Remarks))
	return nil
}
