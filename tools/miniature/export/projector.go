package export

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ollama/ollama/fs/ggml"
)

// The projector's shape: as small as llama.cpp's CLIP takes it. An image becomes (56/14)² = 16 tokens.
const (
	imageSize, patchSize      = 56, 14
	visionHidden, visionFFN   = 64, 128
	visionHeads, visionBlocks = 2, 2 // LLaVA reads the last block but one
)

// WriteProjector writes the CLIP image encoder and projector of a LLaVA whose language model is hidden numbers wide. Its
// weights are drawn from the seed and never trained: an image becomes tokens of the right shape that mean nothing. It is
// there to load and to run as LLaVA does, projector and all.
//
// Names and keys: clip.cpp and clip-impl.h in tools/mtmd of ggml-org/llama.cpp, as Ollama v0.17.4 has them.
func WriteProjector(path, name string, hidden int, seed uint64) error {
	p := &projector{random: rand.New(rand.NewPCG(seed, 3))}
	patches := imageSize / patchSize * imageSize / patchSize
	p.matrix("v.patch_embd.weight", patchSize, patchSize, 3, visionHidden)
	p.vector("v.class_embd", visionHidden, 0)
	p.tensor("v.position_embd.weight", ggml.TensorTypeF32, visionHidden, patches+1)
	p.norm("v.pre_ln")
	for i := range visionBlocks {
		block := fmt.Sprintf("v.blk.%d.", i)
		for _, m := range []string{"attn_q", "attn_k", "attn_v", "attn_out"} {
			p.linear(block+m, visionHidden, visionHidden)
		}
		p.norm(block + "ln1")
		p.norm(block + "ln2")
		p.linear(block+"ffn_up", visionHidden, visionFFN)
		p.linear(block+"ffn_down", visionFFN, visionHidden)
	}
	p.linear("mm.0", visionHidden, hidden)
	p.linear("mm.2", hidden, hidden)
	return write(path, ggml.KV{
		"general.architecture": "clip",
		"general.name":         name,
		"general.file_type":    uint32(ggml.FileTypeF16),
		"general.license":      "mit",

		"clip.has_vision_encoder":                  true,
		"clip.has_text_encoder":                    false,
		"clip.has_llava_projector":                 true,
		"clip.projector_type":                      "mlp",
		"clip.use_gelu":                            false,
		"clip.vision.image_size":                   uint32(imageSize),
		"clip.vision.patch_size":                   uint32(patchSize),
		"clip.vision.embedding_length":             uint32(visionHidden),
		"clip.vision.feed_forward_length":          uint32(visionFFN),
		"clip.vision.block_count":                  uint32(visionBlocks),
		"clip.vision.projection_dim":               uint32(hidden),
		"clip.vision.attention.head_count":         uint32(visionHeads),
		"clip.vision.attention.layer_norm_epsilon": float32(1e-5),
		"clip.vision.image_mean":                   []float32{0.5, 0.5, 0.5},
		"clip.vision.image_std":                    []float32{0.5, 0.5, 0.5},
	}, p.tensors)
}

type projector struct {
	random  *rand.Rand
	tensors []*ggml.Tensor
}

func (p *projector) linear(name string, in, out int) {
	p.matrix(name+".weight", in, out)
	p.vector(name+".bias", out, 0)
}

func (p *projector) norm(name string) {
	p.vector(name+".weight", visionHidden, 1)
	p.vector(name+".bias", visionHidden, 0)
}

// matrix draws weights from N(0, 1/√in), in being all dimensions but the last.
func (p *projector) matrix(name string, shape ...int) { p.tensor(name, ggml.TensorTypeF16, shape...) }

func (p *projector) tensor(name string, kind ggml.TensorType, shape ...int) {
	t := &ggml.Tensor{Name: name, Kind: uint32(kind)}
	n := 1
	for _, d := range shape {
		t.Shape = append(t.Shape, uint64(d))
		n *= d
	}
	scale := math.Sqrt(float64(shape[len(shape)-1]) / float64(n))
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(scale * p.random.NormFloat64())
	}
	t.WriterTo = f16(data)
	if kind == ggml.TensorTypeF32 {
		t.WriterTo = f32(data)
	}
	p.tensors = append(p.tensors, t)
}

func (p *projector) vector(name string, n int, value float32) {
	p.tensors = append(p.tensors, &ggml.Tensor{
		Name: name, Kind: uint32(ggml.TensorTypeF32), Shape: []uint64{uint64(n)}, WriterTo: f32(slices.Repeat([]float32{value}, n)),
	})
}
