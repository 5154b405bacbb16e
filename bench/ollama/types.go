package ollama

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
)

// precision says which types the tensors of a model have at it.
type precision struct {
	name   string   // as Ollama writes it
	main   string   // the type that it is named after, of which there must be some
	others []string // types that may stand beside it: norms and biases stay F32, K-quants are mixtures by design
}

// precisions are what Ollama makes of f16 weights (`quantize` of /api/create), and f32, which is made here (see widen): what
// Ollama makes of F32 has a Q6_K output matrix (v0.17.4, getTensorNewType).
var precisions = []precision{
	{"f32", "F32", nil},
	{"f16", "F16", []string{"F32"}},
	{"q8_0", "Q8_0", []string{"F32"}},
	{"q4_K_M", "Q4_K", []string{"F32", "Q5_K", "Q6_K"}},
	{"q4_K_S", "Q4_K", []string{"F32", "Q5_K", "Q6_K"}},
}

// Precisions lists the precisions that [Server.Create] can make, highest first.
func Precisions() []string {
	var names []string
	for _, p := range precisions {
		names = append(names, p.name)
	}
	return names
}

// check refuses a model with tensors of another type than the precision promises. Ollama's own word for a model is not
// enough: K-quants need rows of a multiple of 256, else it takes Q5_0, Q5_1 or Q8_0 and goes on calling the model Q4_K_M; and
// what it says of a model with a projector may be the projector's.
func (p precision) check(tensors []api.Tensor) error {
	some := false
	for _, t := range tensors {
		switch {
		case t.Type == p.main:
			some = true
		case !slices.Contains(p.others, t.Type):
			return fmt.Errorf("%s, of shape %v, is %s: not what %s is made of (%s); rows must be multiples of 256 for q4_K",
				t.Name, t.Shape, t.Type, p.name, strings.Join(append([]string{p.main}, p.others...), ", "))
		}
	}
	if !some {
		return fmt.Errorf("none of its %d tensors is %s, so it is not %s", len(tensors), p.main, p.name)
	}
	return nil
}
