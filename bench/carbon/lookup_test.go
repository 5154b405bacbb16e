package carbon

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestLookup(t *testing.T) {
	for _, tt := range []struct{ why, spec, code, fails string }{
		{"alpha-3", "FRA", "FRA", ""},
		{"alpha-2", "FR", "FRA", ""},
		{"name", "France", "FRA", ""},
		{"any case, spaces around", " fra ", "FRA", ""},
		{"name of several words", "united states", "USA", ""},
		{"the default", World, World, ""},
		{"the default by name", "world", World, ""},
		{"what people call GB", "UK", "GBR", ""},
		{"no ISO code, alpha-2", "XK", "XKX", ""},
		{"no ISO code, name", "Kosovo", "XKX", ""},
		{"0 of the source", "CAF", "", "grid CAF: Ember via OWID has 0 gCO2e/kWh for Central African Republic in 2023"},
		{"0 of the source, remedy", "CF", "", "-grid 'CAF=NUMBER'"},
		{"slip of a key", "Frnace", "", `unknown grid "Frnace": did you mean FRA (France)`},
		{"part of a name", "Korea", "", "KOR (South Korea)"},
		{"code that is none", "FRX", "", "FRA (France)"},
		{"nothing like it", "Atlantis-on-Sea", "", `unknown grid "Atlantis-on-Sea": want a country's ISO 3166 code`},
		{"empty", "", "", `unknown grid ""`},
		{"region by name", "europe", "EUROPE", ""},
		{"region by the source's name", "OECD (Ember)", "OECD", ""},
		{"region by code", "g20", "G20", ""},
		{"region of several words", "European Union (27)", "EU27", ""},
		{"what people call it", "eu", "EU27", ""},
		{"region that the source draws twice, by its name", "Africa (Ember)", "AFRICA-EMBER", ""},
		{"income group", "low-income countries", "LOW-INCOME", ""},
		{"part of a region's name", "Caribbean", "", "LATIN-AMERICA (Latin America and Caribbean (Ember))"},
		{"a live source is opened, not looked up", "ukcarbon", "", "electricitymaps:ZONE or ukcarbon"},
		{"own", "my site=123.5", "my site", ""},
		{"own with = in its name", "a=b=1", "a=b", ""},
		{"own in place of a country", "FRA=50", "FRA", ""},
		{"own without a name", "=123", "", `grid "=123" has no printable name`},
		{"own with a line break would spoil the config lines", "a\nb=1", "", "has no printable name"},
		{"own in broken UTF-8", "a\xff=1", "", "has no printable name"},
		{"own, 0", "roof=0", "", `grid "roof": "0" is no intensity`},
		{"own, negative", "roof=-1", "", `"-1" is no intensity`},
		{"own, not a number", "roof=NaN", "", `"NaN" is no intensity`},
		{"own, infinite", "roof=Inf", "", `"Inf" is no intensity`},
		{"own, with a unit", "roof=12 g", "", `"12 g" is no intensity`},
		{"own, nothing", "roof=", "", `"" is no intensity`},
	} {
		t.Run(tt.why, func(t *testing.T) {
			g, err := Lookup(tt.spec)
			if tt.fails != "" {
				require.ErrorContains(t, err, tt.fails)
				require.Zero(t, g)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.code, g.Code)
			require.Greater(t, g.Intensity, 0.0)
		})
	}
}

func TestDistance(t *testing.T) {
	check := func(a, b string, want int) {
		t.Helper()
		require.Equal(t, want, distance(a, b))
		require.Equal(t, want, distance(b, a))
	}
	check("", "", 0)
	check("", "abc", 3)
	check("france", "frnace", 2) // two letters changed
	check("kitten", "sitting", 3)
}

// regions are the aggregates of the source, by its names, and our codes.
var regions = map[string]string{
	"ASEAN (Ember)":                       "ASEAN",
	"Africa":                              "AFRICA",
	"Africa (Ember)":                      "AFRICA-EMBER",
	"Asia":                                "ASIA",
	"Asia (Ember)":                        "ASIA-EMBER",
	"EU (Ember)":                          "EU-EMBER",
	"Europe":                              "EUROPE",
	"Europe (Ember)":                      "EUROPE-EMBER",
	"European Union (27)":                 "EU27",
	"G20 (Ember)":                         "G20",
	"G7 (Ember)":                          "G7",
	"High-income countries":               "HIGH-INCOME",
	"Latin America and Caribbean (Ember)": "LATIN-AMERICA",
	"Low-income countries":                "LOW-INCOME",
	"Lower-middle-income countries":       "LOWER-MIDDLE-INCOME",
	"Middle East (Ember)":                 "MIDDLE-EAST",
	"North America":                       "NORTH-AMERICA",
	"North America (Ember)":               "NORTH-AMERICA-EMBER",
	"OECD (Ember)":                        "OECD",
	"Oceania":                             "OCEANIA",
	"Oceania (Ember)":                     "OCEANIA-EMBER",
	"South America":                       "SOUTH-AMERICA",
	"Upper-middle-income countries":       "UPPER-MIDDLE-INCOME",
}

// The table's invariants, whatever its figures.
func TestTable(t *testing.T) {
	grids, err := parse(gridsTSV)
	require.NoError(t, err)
	require.Equal(t, 1+len(regions)+214, len(grids), "the world, its regions, 214 countries")
	require.Equal(t, World, grids[0].Code)
	country := regexp.MustCompile(`^[A-Z]{3}$`)
	codes := map[string]string{}
	for name, code := range regions {
		codes[code] = name
	}
	seen := map[string]bool{}
	zeros := 0
	for i, g := range grids {
		first := i == 0 || i == 1 || i == 1+len(regions)
		require.True(t, first || g.Code > grids[i-1].Code, "%s is out of order", g.Code)
		switch {
		case i > len(regions):
			require.Regexp(t, country, g.Code)
		case i > 0:
			require.Equal(t, codes[g.Code], g.Name)
			require.NotRegexp(t, country, g.Code, "a country may get it")
			require.Equal(t, 2024, g.Year, "%s: regions are there to be compared", g.Code)
		}
		for _, s := range []string{g.Code, strings.ToLower(g.Name)} {
			require.False(t, seen[s], "%s twice", s)
			seen[s] = true
		}
		require.True(t, 2000 <= g.Year && g.Year <= 2024, "%s: year %d", g.Code, g.Year)
		// Coal is at some 1000; the source's highest, Turkmenistan's old
		// gas plants, at 1306.27.
		require.LessOrEqual(t, g.Intensity, 1400.0, g.Code)
		if g.Intensity == 0 {
			zeros++
		}
		for _, spec := range []string{g.Code, g.Name} {
			got, err := Lookup(spec)
			if g.Intensity == 0 {
				require.ErrorContains(t, err, "0 gCO2e/kWh")
			} else {
				require.NoError(t, err)
				require.Equal(t, g, got, spec)
			}
		}
	}
	require.Equal(t, 1, zeros, "the Central African Republic alone")
	require.Contains(t, gridsTSV, "CC BY 4.0")
	require.Contains(t, gridsTSV, "Transcribed 2026-11-22")
}

// Where the source is at hand, the table must say what it says.
func TestTableAgainstSource(t *testing.T) {
	dir := os.Getenv("JOULEBENCH_DATA")
	if dir == "" {
		t.Skip("JOULEBENCH_DATA is not set: point it to a folder with owid-carbon-intensity.csv")
	}
	f, err := os.Open(filepath.Join(dir, "owid-carbon-intensity.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	want := map[string]Grid{}
	for _, r := range rows[1:] {
		code := map[string]string{"OWID_WRL": World, "OWID_KOS": "XKX"}[r[1]]
		switch {
		case len(r[1]) == 3:
			code = r[1]
		case code == "":
			code = regions[r[0]]
			require.NotEmpty(t, code, "%s is no country and has no code of ours", r[0])
		}
		year, err := strconv.Atoi(r[2])
		require.NoError(t, err)
		if year > 2024 || year < want[code].Year {
			continue // not the newest
		}
		v, err := strconv.ParseFloat(r[3], 64)
		require.NoError(t, err)
		want[code] = Grid{Code: code, Name: r[0], Year: year, Intensity: v, Source: "Ember via OWID"}
	}
	grids, err := parse(gridsTSV)
	require.NoError(t, err)
	got := map[string]Grid{}
	for _, g := range grids {
		got[g.Code] = g
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("grids.tsv (-source +table):\n%s", diff)
	}
	// What the head of the table gives as the reason for its year.
	newest := map[string]int{}
	for _, r := range rows[1:] {
		if len(r[1]) == 3 || r[1] == "OWID_KOS" {
			year, _ := strconv.Atoi(r[2])
			newest[r[0]] = max(newest[r[0]], year)
		}
	}
	in2025 := 0
	for _, year := range newest {
		if year >= 2025 {
			in2025++
		}
	}
	require.Len(t, newest, 214)
	require.Equal(t, 91, in2025)
}

func TestSearch(t *testing.T) {
	search := func(word string) (codes []string) {
		t.Helper()
		grids, err := Search(word)
		require.NoError(t, err)
		for _, g := range grids {
			codes = append(codes, g.Code)
		}
		return codes
	}
	require.Equal(t, []string{"FRA"}, search("france"), "a name")
	require.Equal(t, []string{"FRA"}, search(" France "), "any case, spaces around")
	require.Equal(t, "FRA", search("fra")[0], "a code; others are a letter away")
	require.Equal(t, "FRA", search("fr")[0], "a code of two letters")
	require.Equal(t, "EU27", search("EU")[0], "what people call it")
	require.ElementsMatch(t, []string{"KOR", "PRK"}, search("korea"), "part of names")
	require.ElementsMatch(t, []string{"HIGH-INCOME", "LOW-INCOME", "LOWER-MIDDLE-INCOME", "UPPER-MIDDLE-INCOME"}, search("income"), "part of codes")
	require.Empty(t, search("atlantis-on-sea"))
	require.Empty(t, search(" "))
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]string{
		"# c\ncode\tname\tyear\tintensity\nFRA\tFrance\t2024":       `grids.tsv:3: want code, name, year and intensity, got "FRA\tFrance\t2024"`,
		"code\n\tFrance\t2024\t1":                                   "grids.tsv:2: want code",
		"code\nFRA\tFrance\tMMXXIV\t1":                              "grids.tsv:2: year: ",
		"code\nFRA\tFrance\t2024\t-1":                               `grids.tsv:2: "-1" is no intensity`,
		"code\nFRA\tFrance\t2024\tNaN":                              `grids.tsv:2: "NaN" is no intensity`,
		"code\nDEU\tGermany\t2024\t336.38\nFRA\tFrance\t2024\tnone": `grids.tsv:3: "none" is no intensity`,
	} {
		_, err := parse(in)
		require.ErrorContains(t, err, want)
	}
}

func FuzzLookup(f *testing.F) {
	for _, s := range []string{"FRA", "FR", "my site=123", "=", "a=1e400", "\xff", "Åland", "XK", "world", "eu", "Latin America and Caribbean (Ember)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		g, err := Lookup(spec)
		if err != nil {
			return
		}
		if !(g.Intensity > 0) || g.Code == "" || strings.ContainsAny(g.String(), "\n\r") || !utf8.ValidString(g.String()) {
			t.Errorf("Lookup(%q) = %+v", spec, g)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(gridsTSV)
	f.Add("code\nFRA\tFrance\t2024\t40.48\n")
	f.Fuzz(func(t *testing.T, tsv string) {
		grids, err := parse(tsv)
		if err != nil && grids != nil {
			t.Errorf("parse(%q) = %v, %v", tsv, grids, err)
		}
	})
}
