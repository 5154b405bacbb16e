//go:build pins

// Nothing is compiled from here: these imports keep `go mod tidy` from dropping
// what is built or read out of the module cache.
package main

import (
	_ "github.com/gen2brain/malgo" // carries miniaudio.h
	_ "github.com/ollama/ollama"   // the server
)
