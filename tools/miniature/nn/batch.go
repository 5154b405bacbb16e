package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Batch is sequences of tokens that begin alike. Its rows are the tokens: those of the prefix, then the rest of each
// sequence, one after another. Nothing is padded.
type Batch struct {
	Prefix []int   // how every sequence begins: computed once, since no row sees a later one
	Rest   [][]int // how each goes on
	Asked  [][]int // which tokens of each rest, in ascending order, are asked for the next; at least one
}

// layout says where each row stands.
type layout struct {
	prefix int
	tokens []int
	pos    []int  // position in its sequence
	start  []int  // first row of its sequence behind the prefix
	end    []int  // row behind the last that sees it
	all    []int  // every row
	rest   []int  // first row of each sequence behind the prefix
	asked  []int  // the rows asked for
	turns  []turn // of the pairs of a head, for each position
}

type turn struct{ sin, cos float32 }

func (m *Model) layout(b Batch) (*layout, error) {
	l := &layout{prefix: len(b.Prefix)}
	if len(b.Rest) == 0 {
		return nil, errors.New("nn: a batch without sequences")
	}
	if len(b.Asked) != len(b.Rest) {
		return nil, fmt.Errorf("nn: %d sequences, but %d lists of tokens asked for", len(b.Rest), len(b.Asked))
	}
	n := len(b.Prefix)
	for i, r := range b.Rest {
		if a := b.Asked[i]; len(a) == 0 || !slices.IsSorted(a) || a[0] < 0 || a[len(a)-1] >= len(r) {
			return nil, fmt.Errorf("nn: sequence %d: %d tokens behind the prefix, %v asked for", i, len(r), a)
		}
		n += len(r)
	}
	add := func(tokens []int, start, end, pos int) {
		for i, t := range tokens {
			l.all = append(l.all, len(l.tokens))
			l.tokens = append(l.tokens, t)
			l.pos = append(l.pos, pos+i)
			l.start = append(l.start, start)
			l.end = append(l.end, end)
		}
	}
	add(b.Prefix, l.prefix, n, 0)
	for s, r := range b.Rest {
		start := len(l.tokens)
		l.rest = append(l.rest, start)
		add(r, start, start+len(r), l.prefix)
		for _, i := range b.Asked[s] {
			l.asked = append(l.asked, start+i)
		}
	}
	for i, t := range l.tokens {
		if t < 0 || t >= m.Vocab {
			return nil, fmt.Errorf("nn: row %d: token %d, the vocabulary has %d", i, t, m.Vocab)
		}
	}
	for pos := range slices.Max(l.pos) + 1 {
		for p := 0; p < m.headDim(); p += 2 {
			sin, cos := math.Sincos(float64(pos) * math.Pow(m.Theta, -float64(p)/float64(m.headDim())))
			l.turns = append(l.turns, turn{float32(sin), float32(cos)})
		}
	}
	return l, nil
}
