package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// htmlFaults checks a page as a careful reader of WCAG 2.2 would: well-formed, a language and direction, one main
// heading and no level skipped, a label for every input, unique ids that every reference finds, no inline script or style.
func htmlFaults(page string) []string {
	c := &htmlCheck{ids: map[string]bool{}, labelled: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return c.finish()
		case html.StartTagToken, html.SelfClosingTagToken:
			c.open(z.Token())
		case html.EndTagToken:
			c.close(z.Token())
		case html.TextToken:
			c.text(string(z.Text()))
		}
	}
}

type htmlCheck struct {
	faults   []string
	stack    []string
	ids      map[string]bool
	labelled map[string]bool // ids that a label names
	inputs   []string        // ids of inputs that need one
	refs     []string
	heading  int
	mains    int
	title    bool
	root     bool
	named    string // tag that must hold text before it closes
	words    bool
}

func (c *htmlCheck) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

var voidTags = []string{"meta", "link", "input", "br", "img", "hr"}

func (c *htmlCheck) open(t html.Token) {
	a := map[string]string{}
	for _, x := range t.Attr {
		if _, twice := a[x.Key]; twice {
			c.fault("<%s> has %s twice", t.Data, x.Key)
		}
		a[x.Key] = x.Val
		if strings.HasPrefix(x.Key, "on") || x.Key == "style" {
			c.fault("<%s> has an inline %s", t.Data, x.Key)
		}
	}
	if id := a["id"]; id != "" {
		if c.ids[id] {
			c.fault("id %q twice", id)
		}
		c.ids[id] = true
	}
	for _, k := range []string{"aria-describedby", "aria-labelledby", "aria-controls"} {
		c.refs = append(c.refs, strings.Fields(a[k])...)
	}
	if to, ok := strings.CutPrefix(a["href"], "#"); ok {
		c.refs = append(c.refs, to)
	}
	c.tag(t.Data, a)
	if !slices.Contains(voidTags, t.Data) {
		c.stack = append(c.stack, t.Data)
	}
}

func (c *htmlCheck) tag(name string, a map[string]string) {
	_, labelled := a["aria-label"]
	switch name {
	case "html":
		c.root = a["lang"] != "" && (a["dir"] == "ltr" || a["dir"] == "rtl")
	case "main":
		c.mains++
	case "title":
		c.title = true
	case "label":
		c.labelled[a["for"]] = true
	case "input", "select", "textarea":
		if a["type"] == "hidden" || labelled || a["aria-labelledby"] != "" || slices.Contains(c.stack, "label") {
			break
		}
		c.inputs = append(c.inputs, a["id"])
	case "h1", "h2", "h3", "h4":
		level := int(name[1] - '0')
		if level > c.heading+1 {
			c.fault("heading %s after h%d", name, c.heading)
		}
		c.heading = level
		c.named, c.words = name, false
	case "button", "a", "legend", "th":
		c.named, c.words = name, labelled || name == "th"
	case "img":
		if _, ok := a["alt"]; !ok {
			c.fault("image without a text")
		}
	case "svg":
		if a["aria-hidden"] != "true" && !labelled {
			c.fault("drawing without a text")
		}
	case "script":
		if a["src"] == "" {
			c.fault("inline script")
		}
	}
}

func (c *htmlCheck) text(s string) {
	if strings.TrimSpace(s) != "" {
		c.words = true
	}
	if strings.Contains(s, "⟦") {
		c.fault("a key without a sentence: %s", s)
	}
}

func (c *htmlCheck) close(t html.Token) {
	if len(c.stack) == 0 || c.stack[len(c.stack)-1] != t.Data {
		c.fault("</%s> closes %v", t.Data, c.stack)
		return
	}
	c.stack = c.stack[:len(c.stack)-1]
	if t.Data == c.named {
		if !c.words {
			c.fault("<%s> without words", t.Data)
		}
		c.named = ""
	}
}

func (c *htmlCheck) finish() []string {
	if len(c.stack) > 0 {
		c.fault("never closed: %v", c.stack)
	}
	if !c.root || !c.title || c.mains != 1 {
		c.fault("no language and direction, no title, or not one main part")
	}
	if c.heading == 0 {
		c.fault("no heading")
	}
	for _, id := range c.inputs {
		if !c.labelled[id] {
			c.fault("input %q without a label", id)
		}
	}
	for _, id := range c.refs {
		if !c.ids[id] {
			c.fault("nothing has the id %q that something names", id)
		}
	}
	return c.faults
}

func TestTheCheckerFindsFaults(t *testing.T) {
	frame := func(s string) string {
		return `<!doctype html><html lang="en" dir="ltr"><head><title>x</title></head><body><main><h1>x</h1>` + s + `</main></body></html>`
	}
	if got := htmlFaults(frame(`<label for="a">x</label><input id="a">`)); len(got) > 0 {
		t.Errorf("a good page: got %v", got)
	}
	for name, bad := range map[string]string{
		"an input without a label":   frame(`<input id="a">`),
		"an id twice":                frame(`<p id="a">x</p><p id="a">x</p>`),
		"a heading skipped":          frame(`<h3>x</h3>`),
		"an inline script":           frame(`<script>x</script>`),
		"an inline handler":          frame(`<p onclick="x">x</p>`),
		"a tag not closed":           frame(`<div><p>x</div>`),
		"a reference to nothing":     frame(`<p aria-describedby="b">x</p>`),
		"a button without words":     frame(`<button></button>`),
		"a page without a language":  strings.Replace(frame(``), `lang="en" `, "", 1),
		"a picture without a text":   frame(`<img src="x">`),
		"a drawing without a text":   frame(`<svg></svg>`),
		"a key without its sentence": frame(`<p>⟦x.y⟧</p>`),
	} {
		if len(htmlFaults(bad)) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
}
