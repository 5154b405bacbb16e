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
	Steps     int     // steps of sentences under the teacher
	Asking    int     // steps of sentences asked just as the suite asks them
	Rate      float64 // highest learning rate
	Optimiser nn.AdamW
	Noise     noise
}

// What all recipes share.
const (
	warmUp  = 100  // steps until the learning rate is reached; then a cosine down to lowRate of it
	lowRate = 0.02 // share of the learning rate

	reasonShare = 0.3  // of the sentences whose reason is known that are asked for it
	mixedShare  = 0.5  // of the others that are pieces under the teacher's label
	endShare    = 0.15 // of the answers whose end is asked, until the last lesson, which asks all
	longShare   = 0.1  // of the texts that are made longer, in the last lesson
	askingRate  = 0.5  // of the learning rate, in the last lesson
	asides      = 4    // beginnings of a sentence that are asked as well, in the mean

	// Losses beside the label's 1.
	endWeight    = 0.1  // of the answer's end, and of the colon before a reason
	reasonWeight = 0.15 // of each token of a reason
	asideWeight  = 0.25 // of a sentence's beginning
	hintWeight   = 10   // of a squared distance in the embedding, see oddsScale

	temperature = 2 // of the teacher, which counts words and pairs as if they knew nothing of each other
)

// recipe's models, the default first. Hidden and FFN are multiples of 256, since Ollama's q4_K falls back to other types
// without saying so where a row is not. They differ in depth, in seed and in the share of the templates that they learn
// from, so that they differ in what they cost and in how good they are; see fixtures/models/README.md.
var recipes = []recipe{
	miniature("llama3.2-mini", "Llama 3.2", export.Llama, 2, 512, 1, 1, 12000),
	miniature("phi3-mini", "Phi three", export.Phi3, 3, 256, 2, 1, 800), // "phi3" or "phi-3" would make Ollama look for other special tokens
	miniature("mistral-mini", "Mistral", export.Llama, 1, 512, 3, 0.5, 1500),
	miniature("qwen2-mini", "Qwen 2", export.Qwen2, 2, 512, 4, 0.75, 2500),
	miniature("llava-mini", "LLaVA's language model", export.Llama, 1, 256, 5, 0.04, 400),
}

func miniature(model, family string, arch export.Arch, layers, ffn int, seed uint64, share float64, steps int) recipe {
	r := recipe{
		Model: model, Name: "joulebench miniature of " + family, Arch: arch, Projector: model == "llava-mini",
		Shape: nn.Config{Vocab: 4096, Hidden: 256, FFN: ffn, Layers: layers, Heads: 4, KVHeads: 2, Theta: 10000, Eps: 1e-5},
		Seed:  seed, Share: share, Sentences: 150000, Batch: 64, Copying: 300, Steps: steps, Asking: 600, Rate: 8e-4,
		Optimiser: nn.AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1},
		Noise:     noise{Drop: 0.1, Mask: 0.1, Names: 0.5},
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
