package nn

import (
	"fmt"
	"testing"
)

// BenchmarkStep is a training step of the real shape with 64 sentences of 25 tokens behind a prefix of 19.
func BenchmarkStep(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			step(b, threads, Config{Vocab: 2048, Hidden: 256, FFN: 768, Layers: 2, Heads: 4, KVHeads: 2, Theta: 500000, Eps: 1e-5})
		})
	}
}

func step(b *testing.B, threads int, c Config) {
	m, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	m.Init(1)
	m.Threads = threads
	batch := Batch{Prefix: make([]int, 19)}
	var targets [][]Target
	for i := range 64 {
		rest := make([]int, 25)
		for j := range rest {
			rest[j] = (i*31 + j*7) % m.Vocab
		}
		batch.Rest, batch.Asked = append(batch.Rest, rest), append(batch.Asked, []int{23, 24})
		targets = append(targets, []Target{{i % 3, 1}}, []Target{{4, 0.1}})
	}
	for b.Loop() {
		if _, err := m.Gradient(batch, targets, nil); err != nil {
			b.Fatal(err)
		}
		if err := m.Update(AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1}, 1e-3); err != nil {
			b.Fatal(err)
		}
	}
}
