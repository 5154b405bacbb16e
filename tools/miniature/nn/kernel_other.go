//go:build !(goexperiment.simd && amd64)

package nn

func kernels() []kernel { return []kernel{plainKernel()} }
