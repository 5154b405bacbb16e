package nn

import "math"

// reference is the same model written once more, as plainly as possible and in float64: one sequence at a time, all
// rows of all layers, nothing shared, rows as slices. It is what the fast passes are held against.
type reference struct {
	Config
	w map[string][]float64
}

func newReference(m *Model) *reference {
	r := &reference{m.Config, map[string][]float64{}}
	for _, t := range m.Tensors {
		for _, x := range t.Data {
			r.w[t.Name] = append(r.w[t.Name], float64(x))
		}
	}
	return r
}

// loss is the batch's, as Gradient documents it.
func (r *reference) loss(b Batch, targets [][]Target, hints []Hint) float64 {
	var sum float64
	for i, rest := range b.Rest {
		last, logits := r.forward(append(append([]int{}, b.Prefix...), rest...))
		for _, at := range b.Asked[i] {
			for _, t := range targets[0] {
				sum -= float64(t.Weight) * math.Log(softmax64(logits[len(b.Prefix)+at])[t.Token])
			}
			targets = targets[1:]
		}
		for _, h := range hints {
			for j, v := range h.Values {
				if h.Sequence == i {
					sum += float64(h.Weight) / 2 * math.Pow(last[len(b.Prefix)+h.Token][j]-float64(v), 2)
				}
			}
		}
	}
	return sum / float64(len(b.Rest))
}

func (r *reference) logits(tokens []int) [][]float64 {
	_, logits := r.forward(tokens)
	return logits
}

// forward returns what goes into the last layer as well.
func (r *reference) forward(tokens []int) (last, x [][]float64) {
	embed := split64(r.w["token_embd.weight"], r.Hidden)
	for _, t := range tokens {
		x = append(x, append([]float64{}, embed[t]...))
	}
	for i := range r.Layers {
		last = nil
		for _, row := range x {
			last = append(last, append([]float64{}, row...))
		}
		w := func(name string) []float64 { return r.w["blk."+string(rune('0'+i))+"."+name] }
		r.attention(x, w)
		for _, row := range x {
			h := r.norm(row, w("ffn_norm.weight"))
			gate, up := linear64(w("ffn_gate.weight"), h), linear64(w("ffn_up.weight"), h)
			for j := range gate {
				gate[j] *= up[j] / (1 + math.Exp(-gate[j]))
			}
			add64(row, linear64(w("ffn_down.weight"), gate))
		}
	}
	for i, row := range x {
		x[i] = linear64(r.w["token_embd.weight"], r.norm(row, r.w["output_norm.weight"]))
	}
	return last, x
}

func (r *reference) attention(x [][]float64, w func(string) []float64) {
	d := r.headDim()
	var q, k, v [][]float64
	for pos, row := range x {
		h := r.norm(row, w("attn_norm.weight"))
		project := func(name string) []float64 {
			y := linear64(w(name+".weight"), h)
			if r.Bias {
				add64(y, w(name+".bias"))
			}
			return y
		}
		q = append(q, r.rope(project("attn_q"), pos))
		k = append(k, r.rope(project("attn_k"), pos))
		v = append(v, project("attn_v"))
	}
	for i, row := range x {
		var out []float64
		for h := range r.Heads {
			at := h / (r.Heads / r.KVHeads) * d
			var score []float64
			for j := range i + 1 {
				var dot float64
				for c := range d {
					dot += q[i][h*d+c] * k[j][at+c]
				}
				score = append(score, dot/math.Sqrt(float64(d)))
			}
			head := make([]float64, d)
			for j, p := range softmax64(score) {
				for c := range d {
					head[c] += p * v[j][at+c]
				}
			}
			out = append(out, head...)
		}
		add64(row, linear64(w("attn_output.weight"), out))
	}
}

func (r *reference) rope(x []float64, pos int) []float64 {
	d := r.headDim()
	for head := 0; head < len(x); head += d {
		for i := range d / 2 {
			a, b := head+2*i, head+2*i+1
			if r.NeoX {
				a, b = head+i, head+i+d/2
			}
			sin, cos := math.Sincos(float64(pos) * math.Pow(r.Theta, -2*float64(i)/float64(d)))
			x[a], x[b] = x[a]*cos-x[b]*sin, x[a]*sin+x[b]*cos
		}
	}
	return x
}

func (r *reference) norm(x, w []float64) []float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] / math.Sqrt(sum/float64(len(x))+r.Eps) * w[i]
	}
	return y
}

func linear64(w, x []float64) []float64 {
	var y []float64
	for _, row := range split64(w, len(x)) {
		var sum float64
		for i := range row {
			sum += row[i] * x[i]
		}
		y = append(y, sum)
	}
	return y
}

func softmax64(x []float64) []float64 {
	var sum float64
	p := make([]float64, len(x))
	for i, v := range x {
		p[i] = math.Exp(v)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func split64(x []float64, n int) [][]float64 {
	var rows [][]float64
	for ; len(x) > 0; x = x[n:] {
		rows = append(rows, x[:n])
	}
	return rows
}

func add64(x, y []float64) {
	for i := range x {
		x[i] += y[i]
	}
}
