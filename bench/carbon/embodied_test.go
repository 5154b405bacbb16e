package carbon

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEmbodied(t *testing.T) {
	for _, tt := range []struct {
		why, spec string
		want      Embodied
		line      string
		fails     string
	}{
		{"as the help has it", "300kg/4y", Embodied{300, 35040 * time.Hour}, "300kg/4y", ""},
		{"years spelt out", "300kg/4years", Embodied{300, 35040 * time.Hour}, "300kg/4y", ""},
		{"tonnes", "1.2t/5y", Embodied{1200, 43800 * time.Hour}, "1200kg/5y", ""},
		{"grams, days", "450000g/730d", Embodied{450, 17520 * time.Hour}, "450kg/2y", ""},
		{"half a year more: 4.5 × 8760 h", "300kg/4.5y", Embodied{300, 39420 * time.Hour}, "300kg/39420h", ""},
		{"days that are no years", "300kg/1000d", Embodied{300, 24000 * time.Hour}, "300kg/1000d", ""},
		{"hours that are a year", "0.5kg/8760h", Embodied{0.5, 8760 * time.Hour}, "0.5kg/1y", ""},
		{"rounded to the hour", "1kg/1.6h", Embodied{1, 2 * time.Hour}, "1kg/2h", ""},
		{"the longest", "1kg/100y", Embodied{1, 876000 * time.Hour}, "1kg/100y", ""},

		{"nothing", "", Embodied{}, "", "want CO2e over a lifetime, such as 300kg/4y"},
		{"no lifetime", "300kg", Embodied{}, "", "want CO2e over a lifetime"},
		{"no mass", "/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"no units", "300/4", Embodied{}, "", "want CO2e over a lifetime"},
		{"months may be minutes", "300kg/48m", Embodied{}, "", "want CO2e over a lifetime"},
		{"pounds", "300lb/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"the other way round", "4y/300kg", Embodied{}, "", "want CO2e over a lifetime"},
		{"negative", "-300kg/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"spaces", "300 kg / 4 y", Embodied{}, "", "want CO2e over a lifetime"},
		{"thousands", "1,200kg/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"exponent", "3e2kg/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"NaN", "NaNkg/4y", Embodied{}, "", "want CO2e over a lifetime"},
		{"more behind it", "300kg/4y/2", Embodied{}, "", "want CO2e over a lifetime"},
		{"0 kg: nothing was ever made of nothing", "0kg/4y", Embodied{}, "", "want a mass from 1g to 1000000t"},
		{"a mass beyond any float", "1" + strings.Repeat("0", 400) + "t/4y", Embodied{}, "", "want a mass from 1g to 1000000t"},
		{"no time", "300kg/0y", Embodied{}, "", "want a lifetime from 1h to 100y"},
		{"less than an hour", "300kg/0.4h", Embodied{}, "", "want a lifetime from 1h to 100y"},
		{"more than a Duration holds", "300kg/300y", Embodied{}, "", "want a lifetime from 1h to 100y"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			got, err := ParseEmbodied(tt.spec)
			if tt.fails != "" {
				require.ErrorContains(t, err, tt.fails)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.line, got.String())
			again, err := ParseEmbodied(got.String())
			require.NoError(t, err)
			require.Equal(t, got, again)
		})
	}
}

func TestEmbodiedGrams(t *testing.T) {
	// The standard's own example: 1000 kg over four years, used for an hour,
	// "around 28 g": 1e6 g / (4 × 365 × 24) = 28.538812785...
	e, err := ParseEmbodied("1000kg/4y")
	require.NoError(t, err)
	require.InDelta(t, 28.538812785388, e.Grams(time.Hour), 1e-9)
	require.InDelta(t, 1e6, e.Grams(e.Lifetime), 1e-6, "all of it in the end")
	// 42 s of it: 28.5388 × 42 / 3600 = 0.33295
	require.InDelta(t, 0.332952816, e.Grams(42*time.Second), 1e-9)
	require.Zero(t, e.Grams(0))
	require.Zero(t, Embodied{}.Grams(time.Hour), "nothing is known")
}

func FuzzParseEmbodied(f *testing.F) {
	for _, s := range []string{"300kg/4y", "1.2t/5years", "450000g/730d", "0.5kg/8760h", "", "1kg/0.0001y", "/", "9999999999999999999999kg/1h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseEmbodied(s)
		if err != nil {
			if e != (Embodied{}) {
				t.Errorf("ParseEmbodied(%q) = %+v, %v", s, e, err)
			}
			return
		}
		if again, err := ParseEmbodied(e.String()); err != nil || again != e {
			t.Errorf("%q: %+v, read back from %q: %+v, %v", s, e, e.String(), again, err)
		}
		if g := e.Grams(time.Hour); !(g > 0 && g <= e.Kilograms*1000) {
			t.Errorf("%q: %v g an hour", s, g)
		}
	})
}
