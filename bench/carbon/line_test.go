package carbon

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestParseLine(t *testing.T) {
	for _, tt := range []struct {
		why, line string
		want      Grid
		fails     string
	}{
		{"table", "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)",
			Grid{Code: "FRA", Name: "FRA", Year: 2024, Intensity: 40.48, Source: "Ember via OWID"}, ""},
		{"live, CO2 only", "GB region 13 2026-11-28T23:30Z 142 gCO2/kWh (Carbon Intensity API, forecast, direct)",
			Grid{Code: "GB region 13", Name: "GB region 13", Time: time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC), Intensity: 142, CO2Only: true, Source: "Carbon Intensity API, forecast, direct"}, ""},
		{"own", "my site 123 gCO2e/kWh (given by user)",
			Grid{Code: "my site", Name: "my site", Intensity: 123, Source: "given by user"}, ""},
		{"own that ends like a year", "roof 2024 12 gCO2e/kWh (given by user)",
			Grid{Code: "roof 2024", Name: "roof 2024", Intensity: 12, Source: "given by user"}, ""},
		{"own that is like a line", "FRA 2024 40.48 gCO2e/kWh (Ember via OWID) 12 gCO2e/kWh (given by user)",
			Grid{Code: "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)", Name: "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)", Intensity: 12, Source: "given by user"}, ""},
		{"a year alone is a name", "2024 12 gCO2e/kWh (x)", Grid{Code: "2024", Name: "2024", Intensity: 12, Source: "x"}, ""},
		{"empty", "", Grid{}, "no unit and source"},
		{"no source", "FRA 2024 40.48 gCO2e/kWh", Grid{}, "no unit and source"},
		{"no unit", "FRA 2024 40.48 (Ember via OWID)", Grid{}, "no unit and source"},
		{"another unit", "FRA 2024 40.48 kgCO2e/kWh (x)", Grid{}, `"kgCO2e/kWh" is no unit`},
		{"no number", "FRA gCO2e/kWh (x)", Grid{}, "no name, number and unit"},
		{"no name", " 40 gCO2e/kWh (x)", Grid{}, "no name"},
		{"words for a number", "FRA 2024 low gCO2e/kWh (x)", Grid{}, `"low" is no intensity`},
		{"zero", "FRA 2024 0 gCO2e/kWh (x)", Grid{}, `"0" is no intensity`},
		{"NaN", "FRA 2024 NaN gCO2e/kWh (x)", Grid{}, `"NaN" is no intensity`},
	} {
		t.Run(tt.why, func(t *testing.T) {
			got, err := ParseLine(tt.line)
			if tt.fails != "" {
				require.ErrorContains(t, err, tt.fails)
				require.ErrorContains(t, err, "carbon: grid line")
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, got))
			require.Equal(t, tt.line, got.String())
		})
	}
	grids, err := Grids()
	require.NoError(t, err)
	for _, g := range grids {
		if g.Intensity == 0 {
			continue
		}
		got, err := ParseLine(g.String())
		require.NoError(t, err)
		got.Name = g.Name
		require.Equal(t, g, got)
	}
}

// Whatever a user may name a grid, its line says the same again.
func FuzzParseLine(f *testing.F) {
	for _, s := range []string{"FRA", "my site=123", "roof 2024=1e-300", "a (b) gCO2/kWh (c)=5", " 7=7", "x  y=1"} {
		f.Add(s)
	}
	f.Add("FRA 2024 40.48 gCO2e/kWh (Ember via OWID)")
	f.Fuzz(func(t *testing.T, s string) {
		if g, err := Lookup(s); err == nil {
			got, err := ParseLine(g.String())
			if err != nil {
				t.Fatal(err)
			}
			got.Name = g.Name
			if got != g {
				t.Errorf("%q: got %+v, want %+v", g.String(), got, g)
			}
		}
		if g, err := ParseLine(s); err == nil && (!(g.Intensity > 0) || g.Code == "") {
			t.Errorf("ParseLine(%q) = %+v", s, g)
		}
	})
}
