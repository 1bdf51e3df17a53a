package main

import (
	"io"
	"os"

	"muster/internal/demo"
)

// demoCommand tells the main job as one story.
type demoCommand struct {
	People   int    `help:"How many synthetic people register." default:"2000"`
	Import   string `help:"A CSV of people nobody here invented, taken in with the others." type:"existingfile"`
	Listen   string `help:"Where the live console is." default:"127.0.0.1:8080"`
	Headless bool   `help:"End after the story, and fail if a promise was broken."`
	Seed     uint64 `help:"Seed of the people, their habits and the network." default:"1"`
}

func (c *demoCommand) Run(r *run) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	story := io.Writer(os.Stdout)
	if r.json {
		story = os.Stderr
	}
	result, err := demo.Run(r.ctx, demo.Config{People: c.People, Seed: c.Seed, Import: c.Import, Listen: c.Listen, Headless: c.Headless, Program: program, Out: story, Log: r.log})
	if r.json {
		if printing := r.print(result, func(io.Writer) {}); err == nil {
			err = printing
		}
	}
	return err
}
