package gazetteer

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed data/*.csv
var files embed.FS

// Gazetteer holds every place. It is immutable once loaded and may be used by many goroutines.
type Gazetteer struct {
	places   []Place
	parent   []int            // index of the place around, -1 for a region
	children map[string][]int // by code
	index    map[string]int   // by code
	names    map[string][]int // by folded name without blanks, aliases too
	keys     []key            // every folded name once more, for the slower ways of finding
	points   map[string][2]float64
}

// key is one folded name of one place.
type key struct {
	words   string // "birni n konni"
	compact string // "birninkonni"
	place   int
}

// Load reads the embedded files; an error means that the program was built with broken data.
func Load() (*Gazetteer, error) {
	g := &Gazetteer{
		children: map[string][]int{}, index: map[string]int{}, names: map[string][]int{}, points: map[string][2]float64{},
	}
	spelling := map[string]string{}
	if err := read("niger_spellings.csv", 2, func(row []string) error {
		spelling[row[0]] = row[1]
		return nil
	}); err != nil {
		return nil, err
	}
	shown := func(code, name string) string {
		if s, ok := spelling[code]; ok {
			return s
		}
		return title(name)
	}
	for _, load := range []func(func(code, name string) string) error{g.loadNiger, g.loadNeighbours} {
		if err := load(shown); err != nil {
			return nil, err
		}
	}
	if err := g.loadAliases(); err != nil {
		return nil, err
	}
	return g, g.loadPoints()
}

func (g *Gazetteer) loadNiger(shown func(code, name string) string) error {
	return read("niger_communes.csv", 6, func(row []string) error {
		region, department := shown(row[0], row[1]), shown(row[2], row[3])
		if _, ok := g.index[row[0]]; !ok {
			g.add(Place{row[0], region, Region, "", region, "NE"}, "", row[1])
		}
		if _, ok := g.index[row[2]]; !ok {
			g.add(Place{row[2], department, Department, department, region, "NE"}, row[0], row[3])
		}
		if _, ok := g.index[row[4]]; ok {
			return fmt.Errorf("commune %s stands twice", row[4])
		}
		g.add(Place{row[4], shown(row[4], row[5]), Commune, department, region, "NE"}, row[2], row[5])
		return nil
	})
}

func (g *Gazetteer) loadNeighbours(shown func(code, name string) string) error {
	var inner [][]string
	err := read("sahel_neighbours.csv", 5, func(row []string) error {
		if row[1] != "1" {
			inner = append(inner, row)
			return nil
		}
		g.add(Place{row[2], shown(row[2], row[3]), Region, "", shown(row[2], row[3]), row[0]}, "", row[3])
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range inner {
		around, ok := g.index[row[4]]
		if !ok {
			return fmt.Errorf("place %s lies in unknown %s", row[2], row[4])
		}
		name := shown(row[2], row[3])
		g.add(Place{row[2], name, Department, name, g.places[around].Name, row[0]}, row[4], row[3])
	}
	return nil
}

func (g *Gazetteer) loadAliases() error {
	return read("niger_aliases.csv", 2, func(row []string) error {
		at, ok := g.index[row[0]]
		if !ok {
			return fmt.Errorf("alias of unknown place %s", row[0])
		}
		g.addKey(at, row[1])
		return nil
	})
}

func (g *Gazetteer) loadPoints() error {
	return read("niger_points.csv", 4, func(row []string) error {
		lat, errLat := strconv.ParseFloat(row[1], 64)
		lon, errLon := strconv.ParseFloat(row[2], 64)
		if _, ok := g.index[row[0]]; !ok || errLat != nil || errLon != nil {
			return fmt.Errorf("unreadable point of %s", row[0])
		}
		g.points[row[0]] = [2]float64{lat, lon}
		return nil
	})
}

func (g *Gazetteer) add(p Place, parent, original string) {
	at := len(g.places)
	around := -1
	if parent != "" {
		around = g.index[parent]
		g.children[parent] = append(g.children[parent], at)
	}
	g.places = append(g.places, p)
	g.parent = append(g.parent, around)
	g.index[p.Code] = at
	g.addKey(at, original)
	g.addKey(at, p.Name)
}

func (g *Gazetteer) addKey(at int, name string) {
	words := fold(name)
	k := key{words, strings.ReplaceAll(words, " ", ""), at}
	for _, other := range g.names[k.compact] {
		if other == at {
			return
		}
	}
	g.names[k.compact] = append(g.names[k.compact], at)
	g.keys = append(g.keys, k)
}

func read(name string, columns int, each func(row []string) error) error {
	f, err := files.Open("data/" + name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	for _, row := range rows[1:] {
		if err := each(row); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// ByCode finds a place by its P-code; older files write NER for NE, and case and blanks do not matter.
func (g *Gazetteer) ByCode(code string) (Place, bool) {
	at, ok := g.at(code)
	if !ok {
		return Place{}, false
	}
	return g.places[at], true
}

func (g *Gazetteer) at(code string) (int, bool) {
	if at, ok := g.index[code]; ok {
		return at, true
	}
	code = strings.ToUpper(strings.Join(strings.Fields(code), ""))
	if rest, old := strings.CutPrefix(code, "NER"); old {
		code = "NE" + rest
	}
	at, ok := g.index[code]
	return at, ok
}

// Parents gives the areas around a place, the nearest first; none for a region or an unknown code.
func (g *Gazetteer) Parents(code string) []Place {
	at, ok := g.at(code)
	if !ok {
		return nil
	}
	var out []Place
	for at = g.parent[at]; at >= 0; at = g.parent[at] {
		out = append(out, g.places[at])
	}
	return out
}

// Contains says whether place is area or lies in it; both are P-codes, and area may be a country ("NE").
func (g *Gazetteer) Contains(area, place string) bool {
	at, ok := g.at(place)
	if !ok {
		return false
	}
	return g.within(at, area)
}

func (g *Gazetteer) within(at int, area string) bool {
	if len(area) == 2 {
		return strings.EqualFold(g.places[at].Country, area)
	}
	around, ok := g.at(area)
	if !ok {
		return false
	}
	for ; at >= 0; at = g.parent[at] {
		if at == around {
			return true
		}
	}
	return false
}

// Children gives the areas directly inside a place, in the order of their codes.
func (g *Gazetteer) Children(code string) []Place {
	at, ok := g.at(code)
	if !ok {
		return nil
	}
	var out []Place
	for _, c := range g.children[g.places[at].Code] {
		out = append(out, g.places[c])
	}
	return out
}

// Regions gives the first level of a country (ISO 3166-1 alpha-2), in the order of the codes.
func (g *Gazetteer) Regions(country string) []Place {
	var out []Place
	for _, p := range g.places {
		if p.Level == Region && strings.EqualFold(p.Country, country) {
			out = append(out, p)
		}
	}
	return out
}

// Communes gives every commune inside an area, or of a country ("NE"), in the order of the codes.
func (g *Gazetteer) Communes(area string) []Place {
	var out []Place
	for at, p := range g.places {
		if p.Level == Commune && g.within(at, area) {
			out = append(out, p)
		}
	}
	return out
}

// Point gives the town of the same name as a place, in degrees (WGS 84, GeoNames); ok is false for the many
// communes of which no town is known.
func (g *Gazetteer) Point(code string) (lat, lon float64, ok bool) {
	at, ok := g.at(code)
	if !ok {
		return 0, 0, false
	}
	p, ok := g.points[g.places[at].Code]
	return p[0], p[1], ok
}

// PointAround gives the point of a place or, where it has none, of the nearest area around it that has one, and
// which that is; for a map that puts every person of an area on one spot.
func (g *Gazetteer) PointAround(code string) (lat, lon float64, of Place) {
	at, ok := g.at(code)
	if !ok {
		return 0, 0, Place{}
	}
	for ; at >= 0; at = g.parent[at] {
		if p, ok := g.points[g.places[at].Code]; ok {
			return p[0], p[1], g.places[at]
		}
	}
	return 0, 0, Place{}
}
