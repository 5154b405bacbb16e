package host

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// What cores read from memory, at most: each token of an answer reads all weights once, so that this by the bytes of the
// weights is the most tokens that a second can have. The search for a byte that is not there reads with the widest
// instructions that Go knows, and much faster than memory gives.
func BenchmarkMemory(b *testing.B) {
	memory := make([]byte, 1<<30) // far more than any cache
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1 // else all pages were one page of zeros
	}
	for threads := 1; threads <= runtime.NumCPU(); threads *= 2 {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			b.SetBytes(int64(len(memory)))
			for b.Loop() {
				var all sync.WaitGroup
				part := len(memory) / threads
				for i := range threads {
					all.Go(func() {
						if bytes.IndexByte(memory[i*part:(i+1)*part], 2) >= 0 {
							b.Error("found what is not there")
						}
					})
				}
				all.Wait()
			}
		})
	}
}
