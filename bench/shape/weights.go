package shape

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/x448/float16"
)

// steps is how many different weights a matrix has: f16 itself has some thousands in the range that they lie in.
const steps = 1 << 12

// normal is the standard normal distribution in steps equal parts, by the middle of each: none is beyond ±3.7, as in
// trained weights, where outliers are few.
var normal = func() (q [steps]float64) {
	for i := range q {
		q[i] = math.Sqrt2 * math.Erfinv((2*float64(i)+1)/steps-1)
	}
	return q
}()

// halves is normal with a deviation, in f16. What would be denormal there becomes the smallest that is not.
func halves(scale float64) *[steps]uint64 {
	const least = 1.0 / (1 << 14)
	var table [steps]uint64
	for i, x := range normal {
		x *= scale
		if math.Abs(x) < least {
			x = math.Copysign(least, x)
		}
		table[i] = uint64(float16.Fromfloat32(float32(x)).Bits())
	}
	return &table
}

// weights writes a tensor's data, drawn from the seed by the tensor's stream alone.
func (f *file) weights(t tensor, seed uint64) {
	if t.rows == 1 {
		f.vector(t, seed)
		return
	}
	random := rand.NewPCG(seed, t.stream)
	table := halves(t.scale)
	row := make([]byte, 2*t.cols)
	for i := 0; i < t.rows && f.err == nil; i++ {
		if t.fill == paired && i%2 == 1 {
			for j := 3; j < len(row); j += 4 {
				row[j] ^= 0x80 // the sign of every other half
			}
		} else {
			for j := 0; j < len(row); j += 8 { // rows are multiples of 256, see Check
				r := random.Uint64()
				binary.LittleEndian.PutUint64(row[j:], table[r%steps]|table[r>>16%steps]<<16|table[r>>32%steps]<<32|table[r>>48%steps]<<48)
			}
		}
		f.bytes(row)
	}
}

func (f *file) vector(t tensor, seed uint64) {
	random := rand.New(rand.NewPCG(seed, t.stream))
	data := make([]float32, t.cols)
	for i := range data {
		switch t.fill {
		case drawn:
			data[i] = float32(t.scale * normal[random.IntN(steps)])
		case signs:
			data[i] = float32(1 - 2*(i%2))
		default:
			data[i] = 1
		}
	}
	f.put(data)
}
