//go:build !(goexperiment.simd && amd64)

package nn

func newKernel() kernel { return plainKernel() }
