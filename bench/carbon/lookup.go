package carbon

import (
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

//go:embed grids.tsv
var gridsTSV string

// Grids returns the table: the world, its regions by code, the countries by
// code. An Intensity may be 0 here, see [Lookup].
func Grids() ([]Grid, error) { return parse(gridsTSV) }

// Lookup finds a grid of the table by code ("FRA", "FR", "EU", "WORLD") or
// English name ("France", "OECD (Ember)"), whatever the case, or takes one of
// the user's own, "my site=123" in gCO2e/kWh. An unknown grid is an error that
// names those that look like it. It asks no live source; [Open] knows those.
//
// An intensity of 0 is refused, wherever it comes from: no electricity is
// free of carbon over the life of what makes it, and a benchmark on such a
// grid could never get worse. The source has 22 such rows, of countries whose
// little generation was rounded away; one is the newest of its country
// (Central African Republic, 2023).
func Lookup(spec string) (Grid, error) {
	spec = strings.TrimSpace(spec)
	if i := strings.LastIndexByte(spec, '='); i >= 0 {
		return custom(strings.TrimSpace(spec[:i]), strings.TrimSpace(spec[i+1:]))
	}
	grids, err := Grids()
	if err != nil {
		return Grid{}, err
	}
	code := alpha3(spec)
	for _, g := range grids {
		if g.Code != code && !strings.EqualFold(g.Name, spec) {
			continue
		}
		if g.Intensity == 0 {
			return Grid{}, fmt.Errorf("carbon: grid %s: %s has 0 gCO2e/kWh for %s in %d, which would make every joule free: give a figure of your own, -grid '%s=NUMBER'",
				g.Code, g.Source, g.Name, g.Year, g.Code)
		}
		return g, nil
	}
	hint := "want a country's ISO 3166 code or English name, a region, WORLD, NAME=NUMBER in gCO2e/kWh, electricitymaps:ZONE or ukcarbon (the table: go run ./tools/grid)"
	if near := similar(grids, spec); len(near) > 0 {
		var names []string
		for _, g := range near[:min(len(near), 5)] {
			names = append(names, g.Code+" ("+g.Name+")")
		}
		hint = "did you mean " + strings.Join(names, ", ") + "? Else " + hint
	}
	return Grid{}, fmt.Errorf("carbon: unknown grid %q: %s", spec, hint)
}

// userSource is the Source of a grid that the user gave.
const userSource = "given by user"

// custom makes a grid of what the user says.
func custom(name, number string) (Grid, error) {
	// It goes into a config line, so a line break or broken UTF-8 would
	// spoil the whole output.
	hidden := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if name == "" || strings.ContainsFunc(name, hidden) {
		return Grid{}, fmt.Errorf("carbon: grid %q has no printable name: want NAME=NUMBER in gCO2e/kWh", name+"="+number)
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0 && v <= math.MaxFloat64) {
		return Grid{}, fmt.Errorf("carbon: grid %q: %q is no intensity: want a number of gCO2e/kWh above 0", name, number)
	}
	return Grid{Code: name, Name: name, Intensity: v, Source: userSource}, nil
}

// alpha3 returns the table's code for a code of two or three letters.
func alpha3(spec string) string {
	code := strings.ToUpper(spec)
	switch code {
	case "XK": // ISO has none; this is what the world uses
		return "XKX"
	case "EU": // is a region to x/text as well, by another code
		return "EU27"
	}
	if len(code) == 2 {
		if r, err := language.ParseRegion(code); err == nil {
			return r.Canonicalize().ISO3() // UK is GB
		}
	}
	return code
}

// parse reads the table: "#" lines, a line of column names, one grid a line.
func parse(tsv string) ([]Grid, error) {
	var out []Grid
	header := true
	for i, line := range strings.Split(strings.TrimSuffix(tsv, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 || f[0] == "" || f[1] == "" {
			return nil, fmt.Errorf("carbon: grids.tsv:%d: want code, name, year and intensity, got %q", i+1, line)
		}
		year, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, fmt.Errorf("carbon: grids.tsv:%d: year: %w", i+1, err)
		}
		v, err := strconv.ParseFloat(f[3], 64)
		if err != nil || !(v >= 0 && v <= math.MaxFloat64) {
			return nil, fmt.Errorf("carbon: grids.tsv:%d: %q is no intensity in gCO2e/kWh", i+1, f[3])
		}
		out = append(out, Grid{Code: f[0], Name: f[1], Year: year, Intensity: v, Source: "Ember via OWID"})
	}
	return out, nil
}

// Search returns the grids of the table that word may mean, the likeliest
// first: whose code or name it is, contains it, or is a few letters from it.
func Search(word string) ([]Grid, error) {
	grids, err := Grids()
	if err != nil {
		return nil, err
	}
	return similar(grids, strings.TrimSpace(word)), nil
}

// similar returns the grids whose name contains spec or whose name or code is
// a few letters from it, nearest first.
func similar(grids []Grid, spec string) []Grid {
	spec = strings.ToLower(spec)
	if spec == "" {
		return nil
	}
	far := map[string]int{}
	var found []Grid
	for _, g := range grids {
		name, code := strings.ToLower(g.Name), strings.ToLower(g.Code)
		d := min(distance(spec, name), distance(spec, code))
		if g.Code == alpha3(spec) {
			d = 0
		}
		if d <= max(1, len(spec)/3) || len(spec) > 2 && (strings.Contains(name, spec) || strings.Contains(code, spec)) {
			far[g.Code] = d
			found = append(found, g)
		}
	}
	slices.SortStableFunc(found, func(a, b Grid) int { return cmp.Compare(far[a.Code], far[b.Code]) })
	return found
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
