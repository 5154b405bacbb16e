package main

import (
	"fmt"
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// recipe is all that decides a model's weights, but for the text and the processor.
type recipe struct {
	Model string // the suite's name for it
	Name  string // general.name in the file
	Shape nn.Config

	Sentences int
	Epochs    int
	Seed      uint64
	Batch     int     // sentences a step
	Rate      float64 // highest learning rate
	WarmUp    int     // steps until it is reached; then a cosine down to lowRate of it
	Optimiser nn.AdamW
	Noise     noise
}

const (
	lowRate   = 0.02
	eosWeight = 0.1 // of the end's loss beside the label's
)

// recipes are the models that can be trained, the default first. Hidden and FFN are multiples of 256, since Ollama's
// q4_K falls back to other types without saying so where a row is not. Theta is Llama 3.2's; the scaling of its
// positions beyond 8192 tokens has nothing to do within export.Context.
var recipes = []recipe{{
	Model: "llama3.2-mini",
	Name:  "joulebench miniature of Llama 3.2",
	Shape: nn.Config{Vocab: 2048, Hidden: 256, FFN: 768, Layers: 2, Heads: 4, KVHeads: 2, Theta: 500000, Eps: 1e-5},

	Sentences: 24000, Epochs: 2, Seed: 1, Batch: 64, Rate: 1.5e-3, WarmUp: 100,
	Optimiser: nn.AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1},
	Noise:     noise{Clean: 0.2, Drop: 0.3, Mask: 0.3},
}}

func names() []string {
	var out []string
	for _, r := range recipes {
		out = append(out, r.Model)
	}
	return out
}

func recipeFor(model string) (recipe, error) {
	for _, r := range recipes {
		if r.Model == model {
			return r, nil
		}
	}
	return recipe{}, fmt.Errorf("miniature: -model %s: no such model (there is %s)", model, strings.Join(names(), ", "))
}
