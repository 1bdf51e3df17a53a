package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Config is how the story is told.
type Config struct {
	People   int
	Seed     uint64
	Import   string // a CSV of people nobody here invented; empty is none
	Listen   string
	Headless bool
	Program  string // the muster command itself, for the field node that is killed
	Out      io.Writer
	Log      *slog.Logger
}

// step is one part of the story.
type step struct {
	title string
	tell  func(ctx context.Context) error
}

// Run tells the story in a temporary folder. It returns an error where a step failed or a promise was broken; the result
// is filled as far as the story came. Where the story is not headless it then serves the console until ctx ends.
func Run(ctx context.Context, c Config) (Result, error) {
	start := time.Now()
	s := &story{Config: c}
	s.result.Seed = c.Seed
	defer s.close()
	if err := s.open(ctx); err != nil {
		return s.result, fmt.Errorf("open the story: %w", err)
	}
	for i, st := range s.steps() {
		s.say("\n%d. %s", i+1, st.title)
		if err := st.tell(ctx); err != nil {
			return s.result, fmt.Errorf("%s: %w", st.title, err)
		}
	}
	s.result.Seconds = time.Since(start).Seconds()
	s.result.PeakMB = peakMB()
	err := s.result.judge()
	s.sum()
	if c.Headless || ctx.Err() != nil {
		return s.result, err
	}
	return s.result, errors.Join(err, s.stayUp(ctx))
}

// steps is the story.
func (s *story) steps() []step {
	return []step{
		{"The rush: people register at eight sites", s.rush},
		{"Gaya loses its network, is killed, starts again locked, and its bundle is carried in", s.gaya},
		{"People nobody here invented", s.imported},
		{"One person, once: the desk looks at the likely duplicates", s.desk},
		{"A rehearsal: sixty say yes to twenty places within the same second", s.rehearse},
		{"The call-up: forty nurses at Gaya by eight", s.callUp},
		{"The list: prepared, approved by a second person, sealed, opened by its recipient", s.list},
		{"The withdrawal: one text from a basic phone", s.withdrawal},
		{"The proof: the audit log, an edit of it, and a search of the disk", s.proof},
	}
}

// say tells one line of the story.
func (s *story) say(format string, args ...any) { fmt.Fprintf(s.Out, format+"\n", args...) }

// sum tells how the promises came out.
func (s *story) sum() {
	s.say("\nThe promises:")
	for _, p := range s.result.promises() {
		mark := "kept   "
		if !p.kept {
			mark = "BROKEN "
		}
		s.say("  %s %s", mark, p.says)
	}
	s.say("  %.0f s, %.0f registrations a second while the rush lasted, at most %.0f MB of memory", s.result.Seconds, s.result.RegistrationsPerSecond, s.result.PeakMB)
}
