package web

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// Sheets is the door that reads files of people. Take answers with what its JSON says: a preview, a report, refused rows.
type Sheets interface {
	Take(ctx context.Context, actor reserve.Actor, file io.Reader, how url.Values) (any, error)
	Undo(ctx context.Context, actor reserve.Actor, batch string) error
}

// importView is the page of imports: nothing staged, a file being worked on, or what was found in it.
type importView struct {
	desk
	Staged  string // id of the file at hand
	Busy    bool
	Answer  sheetAnswer
	Batches []store.Batch
	Faults  reserve.Faults
}

// sheetAnswer is what the door of sheets says of a file, as far as the page shows it.
type sheetAnswer struct {
	Preview struct {
		Columns   []sheetColumn   `json:"columns"`
		Questions []sheetQuestion `json:"questions"`
		Sample    []sheetRow      `json:"sample"`
	} `json:"preview"`
	Report  *sheetReport `json:"report"`
	Refused string       `json:"refused_csv"`
}

type sheetColumn struct {
	Heading string `json:"heading"`
	Field   string `json:"field"`
}

func (c sheetColumn) title() string {
	if c.Heading == "" {
		return "—"
	}
	return c.Heading
}

type sheetQuestion struct {
	Column string `json:"column"`
	Line   int    `json:"line"`
	As     []struct {
		Order string `json:"order"`
		Birth string `json:"birth"`
		Age   int    `json:"age"`
	} `json:"as"`
}

type sheetRow struct {
	Line      int           `json:"line"`
	Name      string        `json:"name"`
	Birth     string        `json:"birth"`
	Phones    []string      `json:"phones"`
	Place     string        `json:"place"`
	Functions []string      `json:"functions"`
	Faults    []sheetRemark `json:"faults"`
}

func (r sheetRow) phones() string { return strings.Join(r.Phones, ", ") }

type sheetRemark struct {
	Line   int               `json:"line"`
	Column string            `json:"column"`
	Code   string            `json:"code"`
	Args   map[string]string `json:"args"`
}

type sheetReport struct {
	DryRun   bool          `json:"dry_run"`
	Rows     int           `json:"rows"`
	Added    int           `json:"added"`
	Updated  int           `json:"updated"`
	Repeated int           `json:"repeated"`
	Refused  int           `json:"refused"`
	Pending  int           `json:"pending_age"`
	Faults   []sheetRemark `json:"faults"`
}

// faults are the first of them: the file of refused rows has all.
func (r *sheetReport) faults() []sheetRemark { return r.Faults[:min(len(r.Faults), 100)] }

// remark says in words what is wrong with a row, and where.
func (v importView) remark(m sheetRemark) string {
	key := "error." + m.Code
	if !v.has(key) {
		key = "import." + m.Code
	}
	where := v.Text("console.line", "n", m.Line)
	if m.Column != "" {
		where += ", " + m.Column
	}
	return where + ": " + v.Text(key, lang.Pairs(m.Args)...)
}

func (v importView) here() templ.SafeURL {
	return templ.SafeURL(v.under("/import/" + v.Staged))
}

// polls makes the page ask again while a file is worked on.
func (v importView) polls() templ.Attributes {
	return templ.Attributes{"hx-get": string(v.here()), "hx-trigger": "every 2s", "hx-target": "body", "hx-swap": "outerHTML"}
}

// sheetField is a field that a column can hold, with its name on the page.
type sheetField struct{ Code, Label string }

// sheetFields are the fields of an import, by the codes of the door of sheets.
func sheetFields() []sheetField {
	return []sheetField{
		{"name", "join.name"}, {"given_name", "console.given-name"}, {"family_name", "console.family-name"}, {"known_as", "join.known-as"}, {"father_name", "join.family"},
		{"birth", "join.birth"}, {"age", "console.age"}, {"phone", "join.phone"}, {"country", "console.country"}, {"place", "console.place"},
		{"district", "console.district"}, {"region", "console.region"}, {"address", "console.address"}, {"sex", "join.sex"}, {"function", "console.function"},
		{"qualification", "console.qualifications"}, {"availability", "join.availability"}, {"language", "join.language"}, {"note", "join.note"}, {"site", "console.site"},
		{"consent", "console.consents"}, {"receipt", "console.receipt"}, {"reason", "console.reason"},
	}
}
