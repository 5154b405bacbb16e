package text

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArticles(t *testing.T) {
	for _, tt := range []struct{ in, want, why string }{
		{"a order", "an order", "vowel"},
		{"A upgrade of a share", "An upgrade of a share", "capital; consonant"},
		{"a unit, a one-off, a EUR 1 bond, a US bank, a utility", "a unit, a one-off, a EUR 1 bond, a US bank, a utility", "vowels that sound like consonants"},
		{"an equal a", "an equal a", "nothing follows"},
		{"a 8 %", "a 8 %", "figures stay as they are"},
	} {
		t.Run(tt.why, func(t *testing.T) { require.Equal(t, tt.want, articles(tt.in)) })
	}
}

func TestCapital(t *testing.T) {
	for in, want := range map[string]string{
		"sales": "Sales", `"we said`: `"We said`, "€5m": "€5m", "$ABC up": "$ABC up", "5 things": "5 things", "": "", `"`: `"`,
	} {
		require.Equal(t, want, capital(in))
	}
}

// TestFacts: what rises must end above where it began, in every sentence.
func TestFacts(t *testing.T) {
	w := &writer{Rand: rand.New(rand.NewPCG(1, 1))}
	for range 2000 {
		lo, hi := w.pair(4, 400)
		require.Greater(t, hi, lo)
		f := w.facts()
		require.Len(t, f, len(factNames))
		for _, name := range factNames {
			require.NotEmpty(t, f[name], name)
		}
		require.NotEqual(t, f["co"], f["co2"])
		require.NotEqual(t, f["tick"], f["tick2"])
		require.Less(t, f["prev"], f["year"])
		require.Less(t, f["year"], f["next"])
	}
}

func TestNumbers(t *testing.T) {
	w := &writer{Rand: rand.New(rand.NewPCG(1, 1))}
	require.Equal(t, "0.05", hundredths(5))
	require.Equal(t, "3.20", hundredths(320))
	require.Equal(t, "1.9", w.number(19), "small: always a decimal")
	require.Equal(t, "124", w.number(1236), "large: rounded, 123.6")
	require.Contains(t, []string{"12", "12.4"}, w.number(124))
	require.Equal(t, "999", w.count(999))
	require.Contains(t, []string{"1,000", "1000"}, w.count(1000))
}

// TestDrawDiffers: two draws from one slot say different things.
func TestDrawDiffers(t *testing.T) {
	w := &writer{Rand: rand.New(rand.NewPCG(1, 1)), grammar: &grammar{vocabulary: map[string][]template{
		"noun": {{{text: "sales"}}, {{text: "profit"}}},
	}}}
	for range 200 {
		w.said = map[string]bool{}
		w.out.Reset()
		w.expand(template{{slot: "noun"}, {text: " "}, {slot: "noun"}})
		words := strings.Fields(w.out.String())
		require.NotEqual(t, words[0], words[1])
	}
}
