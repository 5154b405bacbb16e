package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// recipe is all that decides a model's weights, but for the text and the processor.
type recipe struct {
	Model string      // the suite's name for it
	Name  string      // general.name in the file
	Arch  export.Arch // decides Shape.NeoX and Shape.Bias
	Shape nn.Config
	// Projector says that there is an image projector to be written as well.
	Projector bool

	Seed      uint64  // of text, weights and order
	Share     float64 // of the templates
	Sentences int     // different ones
	Batch     int     // sentences a step
	Copying   int     // steps that teach to copy; 0 for a single layer, which cannot
	Words     int     // steps of the last layer alone, under the label prompt
	Steps     int     // steps of all layers, under both prompts
	Rate      float64 // highest learning rate
	Optimiser nn.AdamW
	Noise     noise
}

// What all recipes share.
const (
	warmUp   = 100  // steps until the learning rate is reached; then a cosine down to lowRate of it
	lowRate  = 0.02 // share of the learning rate
	lateRate = 0.6  // share of the learning rate when all layers learn from sentences, so that they keep what they know

	mixedShare  = 0.7 // of the sentences of the words' steps that are pieces under naive Bayes's label; half of it later
	reasonShare = 0.3 // of the sentences of the later steps that are asked with the reason prompt

	endWeight    = 0.1  // loss of the answer's end, and of the colon before a reason, beside the label's 1
	reasonWeight = 0.15 // loss of each token of a reason
)

// recipe's models, the default first. Hidden and FFN are multiples of 256, since Ollama's q4_K falls back to other types
// without saying so where a row is not. They differ in depth, in seed and in the share of the templates that they learn
// from, so that they differ in what they cost and in how good they are; see fixtures/models/README.md.
var recipes = []recipe{
	miniature("llama3.2-mini", "Llama 3.2", export.Llama, 2, 256, 1, 1, 600, 1300),
	miniature("phi3-mini", "Phi three", export.Phi3, 3, 256, 2, 1, 400, 250), // "phi3" or "phi-3" would make Ollama look for other special tokens
	miniature("mistral-mini", "Mistral", export.Llama, 1, 512, 3, 0.5, 1200, 200),
	miniature("qwen2-mini", "Qwen 2", export.Qwen2, 2, 512, 4, 0.75, 400, 250),
	miniature("llava-mini", "LLaVA's language model", export.Llama, 1, 256, 5, 0.04, 300, 100),
}

func miniature(model, family string, arch export.Arch, layers, ffn int, seed uint64, share float64, words, steps int) recipe {
	r := recipe{
		Model: model, Name: "joulebench miniature of " + family, Arch: arch, Projector: model == "llava-mini",
		Shape: nn.Config{Vocab: 4096, Hidden: 256, FFN: ffn, Layers: layers, Heads: 4, KVHeads: 2, Theta: 10000, Eps: 1e-5},
		Seed:  seed, Share: share, Sentences: 90000, Batch: 64, Copying: 150, Words: words, Steps: steps, Rate: 1.5e-3,
		Optimiser: nn.AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1},
		Noise:     noise{Drop: 0.2, Mask: 0.2, Names: 0.6},
	}
	if layers == 1 {
		r.Copying = 0
	}
	return r
}

// projectorSuffix is what the projector's file is called by behind the model's name.
const projectorSuffix = "-projector"

// writeProjector writes the image projector that belongs to the model.
func (r recipe) writeProjector(path string) error {
	return export.WriteProjector(path, r.Name+": projector", r.Shape.Hidden, r.Seed)
}

func names() []string {
	var out []string
	for _, r := range recipes {
		out = append(out, r.Model)
	}
	return out
}

func recipeFor(model string) (recipe, error) {
	i := slices.Index(names(), model)
	if i < 0 {
		return recipe{}, fmt.Errorf("miniature: -model %s: no such model (there is %s)", model, strings.Join(names(), ", "))
	}
	return recipes[i], nil
}
