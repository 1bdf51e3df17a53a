package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/server"
)

// callupCommand is about call-ups.
type callupCommand struct {
	Open  callupOpen  `cmd:"" help:"Open a call-up from a file, as the CONTRACT writes it in JSON."`
	Show  callupShow  `cmd:"" help:"Show a call-up."`
	Close callupClose `cmd:"" help:"Close a call-up; everybody still asked is told."`
}

// callupFile is a call-up as sent.
type callupFile struct {
	Drive string `json:"drive"`
	Needs []struct {
		Function      string `json:"function"`
		Qualification string `json:"qualification"`
		Wanted        int    `json:"wanted"`
		Level         int    `json:"level"`
		AssemblyPoint string `json:"assembly_point"`
		Area          string `json:"area"`
		ConfirmLimit  *int   `json:"confirm_limit"`
		StandbyMax    *int   `json:"standby_max"`
	} `json:"needs"`
	ReportBy time.Time    `json:"report_by"`
	Urgent   bool         `json:"urgent"`
	Exercise bool         `json:"exercise"`
	Risk     reserve.Risk `json:"risk"`
	Reason   string       `json:"reason"`
}

type callupOpen struct {
	File           string `arg:"" type:"existingfile"`
	Drive          string `help:"The drive whose people are asked."`
	PassphraseFile string `type:"path" help:"Unlocks for this command."`
}

func (c *callupOpen) Run(r *run) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	var in callupFile
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return usageError{fmt.Errorf("read %s: %w", c.File, err)}
	}
	req := reserve.CallUpRequest{Drive: in.Drive, ReportBy: in.ReportBy, Urgent: in.Urgent, Exercise: in.Exercise, Risk: in.Risk, Reason: in.Reason}
	if c.Drive != "" {
		req.Drive = c.Drive
	}
	for _, n := range in.Needs {
		req.Needs = append(req.Needs, reserve.NeedRequest{Function: n.Function, Qualification: n.Qualification, Wanted: n.Wanted, Level: n.Level,
			AssemblyPoint: n.AssemblyPoint, Area: n.Area, ConfirmLimit: n.ConfirmLimit, StandbyMax: n.StandbyMax})
	}
	return r.opened(c.PassphraseFile, func(n *server.Node) error {
		opened, err := n.Calls.Open(r.ctx, n.Operator(), req)
		if err != nil {
			return err
		}
		return showCallUp(r, n, opened.ID)
	})
}

type callupShow struct {
	ID string `arg:""`
}

// Run works on a locked folder too; what is sealed is then left out.
func (c *callupShow) Run(r *run) error {
	return r.offline(func(n *server.Node) error { return showCallUp(r, n, c.ID) })
}

type callupClose struct {
	ID             string `arg:""`
	PassphraseFile string `type:"path" help:"Unlocks for this command."`
}

func (c *callupClose) Run(r *run) error {
	return r.opened(c.PassphraseFile, func(n *server.Node) error {
		if err := n.Calls.Close(r.ctx, n.Operator(), c.ID); err != nil {
			return err
		}
		return showCallUp(r, n, c.ID)
	})
}

func showCallUp(r *run, n *server.Node, id string) error {
	v, err := n.Calls.Show(r.ctx, n.Operator(), id)
	if err != nil {
		return err
	}
	return r.print(v, func(w io.Writer) { writeCallUp(w, v) })
}

func writeCallUp(w io.Writer, v callup.View) {
	fmt.Fprintf(w, "call-up %s (%s), %s, report by %s\n", v.Code, v.ID, v.State, v.ReportBy.Format("2006-01-02 15:04"))
	for _, n := range v.Needs {
		fmt.Fprintf(w, "  %-16s need %d / yes %d (limit %d) / arrived %d / expected %.0f, stand-by %d, invited %d, silent %d, no %d, unclear %d\n",
			n.Function, n.Wanted, n.Confirmed, n.ConfirmLimit, n.ArrivedInTime, n.ExpectedArrivals, n.Standby, n.Invited, n.Silent, n.Declined, n.Unclear)
		fmt.Fprintf(w, "  %-16s by the hour: %d to %d, most likely %d\n", "", n.Forecast.Low, n.Forecast.High, n.Forecast.Median)
	}
}
