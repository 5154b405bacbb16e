// Package ollama finds, starts, watches and ends a real Ollama server that computes on the CPU, makes models in it at a
// precision, and asks it.
//
// A server that this package starts leaves nothing behind, whatever happens to the process that asked for it: a guard, the
// same executable started again, holds the server's process group and ends it when its pipe to that process closes. A
// `go test` that runs into its -timeout, a Ctrl-C and a kill -9 run no deferred function; the kernel closes the pipe all
// the same. [Guard] must therefore be the first statement of TestMain or main.
//
// The package refuses to measure what it cannot vouch for: a server on another machine (the meter reads this one), a model
// that is partly on a GPU, another number of requests at once than was asked for, a precision that Ollama did not really
// make, weights that would crash the server, an answer that was cut off. It installs nothing, and downloads
// nothing but what [Server.Pull] is asked for.
package ollama
