package drive

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"muster/internal/reserve"
)

type readers = map[string]func(*yaml.Node, string)

func (f *file) drive(n *yaml.Node) reserve.Drive {
	d := reserve.Drive{MinimumAge: reserve.MajorityAge, Retention: defaultRetention}
	at := map[string]*yaml.Node{}
	keep := func(key string, read func(*yaml.Node, string)) func(*yaml.Node, string) {
		return func(v *yaml.Node, field string) {
			at[key] = v
			read(v, field)
		}
	}
	f.fields(n, "", readers{
		"drive":          keep("drive", f.text(&d.Code)),
		"title":          keep("title", f.languages(&d.Title)),
		"country":        keep("country", f.text(&d.Country)),
		"time_zone":      keep("time_zone", f.text(&d.TimeZone)),
		"languages":      keep("languages", f.texts(&d.Languages)),
		"opens":          keep("opens", f.text(&d.Opens)),
		"closes":         keep("closes", f.text(&d.Closes)),
		"minimum_age":    keep("minimum_age", f.number(&d.MinimumAge)),
		"retention_days": keep("retention_days", f.number(&d.Retention)),
		"organiser": keep("organiser", func(n *yaml.Node, field string) {
			f.fields(n, field, readers{"name": f.text(&d.Organiser.Name), "contact": f.text(&d.Organiser.Contact)})
		}),
		"formality": func(n *yaml.Node, field string) {
			f.fields(n, field, readers{"kind": f.text(&d.Formality.Kind), "number": f.text(&d.Formality.Number), "date": f.text(&d.Formality.Date)})
		},
		"quiet_hours": func(n *yaml.Node, field string) {
			f.fields(n, field, readers{"from": f.clock(&d.QuietHours.From), "to": f.clock(&d.QuietHours.To)})
		},
		"sites":      keep("sites", func(n *yaml.Node, field string) { f.list(n, field, f.site(&d)) }),
		"functions":  keep("functions", func(n *yaml.Node, field string) { f.list(n, field, f.function(&d)) }),
		"recipients": func(n *yaml.Node, field string) { f.list(n, field, f.recipient(&d)) },
		"consent": keep("consent", func(n *yaml.Node, field string) {
			f.fields(n, field, readers{"wording": f.number(&d.Consent.Version), "text": f.languages(&d.Consent.Text)})
		}),
	})
	f.whole(n, at, &d)
	return d
}

// defaultRetention is how long a person who was never called is kept before being asked once and forgotten (DESIGN, field notes §1.5).
const defaultRetention = 180

// whole checks what concerns several fields, or their absence.
func (f *file) whole(n *yaml.Node, at map[string]*yaml.Node, d *reserve.Drive) {
	for _, key := range []string{"drive", "title", "country", "time_zone", "languages", "organiser", "sites", "functions", "consent"} {
		if at[key] == nil {
			f.fault(n, key, "required")
		}
	}
	where := func(key string) *yaml.Node {
		if at[key] != nil {
			return at[key]
		}
		return n
	}
	if at["drive"] != nil {
		f.code(at["drive"], "drive", d.Code)
	}
	if at["country"] != nil && len(f.Gazetteer.Regions(d.Country)) == 0 {
		f.fault(at["country"], "country", "unknown-country")
	}
	if _, err := time.LoadLocation(d.TimeZone); at["time_zone"] != nil && (err != nil || d.TimeZone == "" || d.TimeZone == "Local") {
		f.fault(at["time_zone"], "time_zone", "unknown-zone")
	}
	for _, l := range d.Languages {
		if !f.speaks(l) {
			f.fault(where("languages"), "languages", "unknown-language").Args["language"] = l
		} else if at["consent"] != nil && d.Consent.Text[l] == "" {
			f.fault(at["consent"], "consent.text", "consent-missing").Args["language"] = l
		}
	}
	if d.MinimumAge < reserve.MajorityAge {
		f.fault(where("minimum_age"), "minimum_age", "below-majority")
	}
	if d.Retention < 1 || d.Retention > 3650 {
		f.fault(where("retention_days"), "retention_days", "out-of-range")
	}
	if at["consent"] != nil && d.Consent.Version < 1 {
		f.fault(at["consent"], "consent.wording", "out-of-range")
	}
	if at["organiser"] != nil && (d.Organiser.Name == "" || d.Organiser.Contact == "") {
		f.fault(at["organiser"], "organiser", "required")
	}
	for _, key := range []string{"sites", "functions"} {
		if at[key] != nil && len(at[key].Content) == 0 {
			f.fault(at[key], key, "required")
		}
	}
	f.dates(at, d)
}

func (f *file) dates(at map[string]*yaml.Node, d *reserve.Drive) {
	for key, value := range map[string]string{"opens": d.Opens, "closes": d.Closes} {
		if at[key] == nil {
			continue
		}
		if _, ok := d.Moment(value); !ok {
			f.fault(at[key], key, "bad-date")
		}
	}
	opens, openOK := d.Moment(d.Opens)
	closes, closeOK := d.Moment(d.Closes)
	if openOK && closeOK && !opens.Before(closes) {
		f.fault(at["closes"], "closes", "closes-before-opens")
	}
}

func (f *file) clock(to *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		f.text(to)(n, field)
		if _, err := time.Parse("15:04", *to); err != nil {
			f.fault(n, field, "bad-hour")
		}
	}
}

func (f *file) site(d *reserve.Drive) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		var s reserve.Site
		f.fields(n, field, readers{"code": f.text(&s.Code), "name": f.text(&s.Name), "place": f.text(&s.Place)})
		f.code(n, field+".code", s.Code)
		if _, again := d.Site(s.Code); again {
			f.fault(n, field+".code", "duplicate-code")
		}
		if s.Name == "" {
			f.fault(n, field+".name", "required")
		}
		if _, ok := f.Gazetteer.ByCode(s.Place); !ok {
			f.fault(n, field+".place", "unknown-place")
		}
		d.Sites = append(d.Sites, s)
	}
}

func (f *file) function(d *reserve.Drive) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		var fn reserve.Function
		f.fields(n, field, readers{"code": f.text(&fn.Code), "name": f.languages(&fn.Name), "qualifications": f.texts(&fn.Qualifications), "minimum_level": f.number(&fn.MinimumLevel)})
		f.code(n, field+".code", fn.Code)
		if _, again := d.Function(fn.Code); again {
			f.fault(n, field+".code", "duplicate-code")
		}
		if len(fn.Name) == 0 {
			f.fault(n, field+".name", "required")
		}
		if fn.MinimumLevel < 0 || fn.MinimumLevel > 4 {
			f.fault(n, field+".minimum_level", "out-of-range")
		}
		for _, q := range fn.Qualifications {
			f.code(n, field+".qualifications", q)
		}
		d.Functions = append(d.Functions, fn)
	}
}

func (f *file) recipient(d *reserve.Drive) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		var r reserve.Recipient
		var kind string
		f.fields(n, field, readers{"code": f.text(&r.Code), "name": f.text(&r.Name), "type": f.text(&kind), "key": f.text(&r.Key),
			"purposes": f.texts(&r.Purposes), "handover": f.truth(&r.Handover)})
		r.Type = reserve.RecipientType(kind)
		f.code(n, field+".code", r.Code)
		if _, again := d.Recipient(r.Code); again {
			f.fault(n, field+".code", "duplicate-code")
		}
		if r.Name == "" {
			f.fault(n, field+".name", "required")
		}
		if !slices.Contains(reserve.RecipientTypes(), r.Type) {
			// Not a typing fault like the others: the product refuses recipients that are not civil, whatever the file says.
			f.fault(n, field+".type", "recipient-type").Kind = reserve.Forbidden
		}
		if r.Key != "" && !keyOK(r.Key) {
			f.fault(n, field+".key", "bad-key")
		}
		if r.Handover && r.Key == "" {
			f.fault(n, field+".key", "handover-without-key")
		}
		if len(r.Purposes) == 0 {
			f.fault(n, field+".purposes", "required")
		}
		for _, p := range r.Purposes {
			f.code(n, field+".purposes", p)
		}
		d.Recipients = append(d.Recipients, r)
	}
}
