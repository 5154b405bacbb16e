package export

import "math"

// toHalf rounds to the nearest IEEE 754 binary16 number, ties to even, as llama.cpp's converter does. What is too large
// becomes infinite.
func toHalf(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	switch abs := math.Float32frombits(bits &^ (1 << 31)); {
	case x != x:
		return sign | 0x7e00
	case abs >= 65520: // half-way between the largest half and the next step
		return sign | 0x7c00
	case abs < 0x1p-14: // subnormal: a multiple of 2^-24, which adding 0.5 rounds to
		return sign | uint16(math.Float32bits(abs+0.5)-math.Float32bits(0.5))
	default: // cut 13 bits of the mantissa; a carry runs into the exponent, as it should
		b := math.Float32bits(abs)
		b += 0xfff + b>>13&1
		return sign | uint16((b>>13)-(127-15)<<10)
	}
}

func fromHalf(h uint16) float32 {
	exponent, mantissa := int(h>>10&31), float64(h&1023)
	var x float64
	switch exponent {
	case 0:
		x = math.Ldexp(mantissa, -24)
	case 31:
		if x = math.Inf(1); mantissa != 0 {
			x = math.NaN()
		}
	default:
		x = math.Ldexp(1024+mantissa, exponent-25)
	}
	if h&0x8000 != 0 {
		x = -x
	}
	return float32(x)
}
