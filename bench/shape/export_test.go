package shape

// TypesOf is types by the tensors' names in ggml's spelling.
func TypesOf(s Shape, precision string) map[string]string {
	tensors := s.tensors()
	kinds, _ := types(tensors, precision)
	out := map[string]string{}
	for i, t := range tensors {
		out[t.name] = kinds[i].String()
	}
	return out
}
