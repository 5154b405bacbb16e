// Package registry holds tests alone: package bench/ollama against a real registry, the distribution project's, run in the
// test's own process. It is a module of its own because the registry brings storage drivers of three clouds with it, which
// nobody who uses joulebench needs.
package registry
