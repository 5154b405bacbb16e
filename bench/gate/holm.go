package gate

import (
	"cmp"
	"slices"
)

// holm adjusts the p-values of one family for how many they are, in their
// order (Holm, Scandinavian Journal of Statistics 6, 1979): to reject where the
// result is at most α errs in any of the family with a probability of at most
// α, however the tests depend on one another.
//
// Of m p-values, the k-th smallest is multiplied by m−k+1; it is then no less
// than those before it, and no more than 1.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	least := 0.0
	for k, i := range order {
		least = max(least, min(1, float64(len(p)-k)*p[i]))
		adjusted[i] = least
	}
	return adjusted
}
