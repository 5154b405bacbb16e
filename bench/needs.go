package bench

import (
	"fmt"
	"os"
)

// Needs is what a pair takes of the machine's memory while it is asked, in bytes. On a CPU Ollama reads the weights into memory
// of its own instead of mapping the file (v0.17.4, llm/server.go: no mmap without a GPU), so that all of it must be free.
type Needs struct {
	// Weights are the tag's download, a projector included, or the file; estimated where they are yet to be made of
	// others. 0 is unknown.
	Weights int64
	// KVCache holds the suite's context for each request that is computed at once; 0 is unknown.
	KVCache int64
	// Buffers is an allowance: 0.1 GB for the server and its runner (43 and 40 MB of resident memory, measured with v0.17.4), and
	// up to 0.4 GB for what they compute in. Ollama reckons 4 bytes × batch × (embedding + vocabulary) for that or, without flash
	// attention, 4 × batch × (1 + 4 × embedding + context × (1 + heads)) if it is more (fs/ggml/ggml.go, GraphSize): with a batch
	// of 512, 0.32 GB for Qwen2-7B's 3,584 and 152,064, and 0.26 GB for Mistral-Small-22B's 48 heads at a context of 2,048. A
	// model smaller than that is allowed as much as it weighs.
	Buffers int64
}

// bitsOf is how many bits a weight takes, as llama.cpp's quantiser makes them of Llama-3.1-8B (its tools/quantize/README.md,
// read 2026-11-28): a K-quant keeps some matrices at more bits, the more of the whole the smaller the model is.
var bitsOf = map[string]float64{"f32": 32, "f16": 16, "q8_0": 8.5, "q4_K_M": 4.89, "q4_K_S": 4.67, "q4_0": 4.64}

// kvBits is how many bits the KV cache takes for a number, by OLLAMA_KV_CACHE_TYPE: blocks of 32 with a scale of 16 bits.
var kvBits = map[string]float64{"": 16, "f16": 16, "q8_0": 8.5, "q4_0": 4.5}

// Needs is what a pair of the suite needs with so many requests computed at once and a KV cache of that type, which is f16, q8_0
// or q4_0 as in OLLAMA_KV_CACHE_TYPE, and f16 for any other, as in Ollama. It is zero for a pair that the suite has not, or of
// which nothing is known.
func (s *Suite) Needs(p Pair, concurrency int, cache string) Needs {
	m, _ := s.Model(p.Model)
	weights := m.weightsAt(p.Precision)
	if weights == 0 {
		return Needs{}
	}
	bits, ok := kvBits[cache]
	if !ok {
		bits = 16
	}
	if m.Shape != nil {
		m.KVBytes = int64(m.Shape.KVBytes())
	}
	kv := float64(m.KVBytes) * float64(s.Context) * float64(concurrency) * bits / 16
	return Needs{Weights: weights, KVCache: int64(kv), Buffers: 1e8 + min(4e8, weights)}
}

// weightsAt is how many bytes the weights take at a precision, 0 if that is unknown. What a tag is made into lies on the line
// through that tag and the one of the fewest bits, in bytes by bits: a projector stays as it is.
func (m Model) weightsAt(precision string) int64 {
	if t, ok := m.Tags[precision]; ok {
		return t.Size
	}
	if m.Shape != nil {
		return m.Shape.Bytes(precision)
	}
	bits := bitsOf[precision]
	from, high := m.Origin()
	if size := fileSize(m.Weights); size > 0 {
		return int64(float64(size)*bits/bitsOf["f16"]) + fileSize(m.Projector)
	}
	if high.Size == 0 {
		return 0
	}
	last, low := 0.0, Tag{} // of no bits, no bytes
	for p, t := range m.Tags {
		if t.Size > 0 && p != from && (last == 0 || bitsOf[p] < last) {
			last, low = bitsOf[p], t
		}
	}
	return low.Size + int64(float64(high.Size-low.Size)*(bits-last)/(bitsOf[from]-last))
}

// fileSize is the size of a file in bytes, 0 if it cannot be told.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Memory is the sum in bytes, 0 if it is unknown.
func (n Needs) Memory() int64 { return n.Weights + n.KVCache + n.Buffers }

// Lack says why that does not fit into the free bytes of total; it is "" where it does, and where the need is unknown.
func (n Needs) Lack(free, total uint64) string {
	if n.Memory() <= 0 || uint64(n.Memory()) <= free {
		return ""
	}
	gb := func(n int64) string { return fmt.Sprintf("%.2f", float64(n)/1e9) }
	return fmt.Sprintf("needs %s GB of memory (weights %s, KV cache %s, buffers and server %s), %s GB of %s are free",
		gb(n.Memory()), gb(n.Weights), gb(n.KVCache), gb(n.Buffers), gb(int64(free)), gb(int64(total)))
}
