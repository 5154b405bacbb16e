package text

import (
	"fmt"
	"strconv"
	"strings"
)

// factNames are the slots that facts fills: what must agree within a sentence
// (one company, one currency, one way of writing per cent) and is the same at
// every mention.
var factNames = strings.Fields(`co co2 tick tick2
	hi lo hi2 lo2 amt amt2 epshi epslo
	pct pct2 pctup pctdown mhi mlo rhi rlo pp
	n n2 nhi nlo small year prev next`)

var (
	// How an amount is written; # stands for the number.
	millions = strings.Split("EUR # mn|EUR # mn|EUR # mn|EUR # million|EUR #mn|EUR#m|€#m|€# million|# million euros|# mln euros|USD # mn|USD # million|USD #m|US$ # million|$# million|$# million|$#M|$#m|GBP # mn|£#m|£# million|SEK # mn|SEK # million|NOK # million|CHF # million|Rs # crore", "|")
	billions = strings.Split("EUR # bn|€#bn|€# billion|$# billion|$#B|$#bn|£#bn|# billion crowns|JPY # bn", "|")
	// How an amount per share is written.
	perShare = strings.Split("EUR #|EUR #|€#|USD #|$#|$#|SEK #|NOK #|GBP #|£#", "|")
	percents = strings.Split("# %|# %|#%|#%|#%|# percent|# per cent|# pct|#pct", "|")
)

// facts draws all figures of one sentence.
func (w *writer) facts() map[string]string {
	f := make(map[string]string, len(factNames))
	f["co"], f["tick"] = w.company()
	f["co2"], f["tick2"] = w.company()
	for f["tick2"][:4] == f["tick"][:4] {
		f["co2"], f["tick2"] = w.company()
	}

	amount, most := pick(w, millions), 4000
	if w.one(5) {
		amount, most = pick(w, billions), 200
	}
	share, percent := pick(w, perShare), pick(w, percents)
	write := func(form string, tenths int) string {
		return strings.Replace(form, "#", w.number(tenths), 1)
	}
	lo, hi := w.pair(8, most)
	f["lo"], f["hi"] = write(amount, lo), write(amount, hi)
	f["pctup"], f["pctdown"] = write(percent, (hi-lo)*1000/lo), write(percent, (hi-lo)*1000/hi)
	lo, hi = w.pair(8, most)
	f["lo2"], f["hi2"] = write(amount, lo), write(amount, hi)
	f["amt"], f["amt2"] = write(amount, w.between(8, most)), write(amount, w.between(8, most))
	lo, hi = w.pair(4, 400)
	f["epslo"], f["epshi"] = strings.Replace(share, "#", hundredths(lo), 1), strings.Replace(share, "#", hundredths(hi), 1)

	f["pct"], f["pct2"] = write(percent, w.between(11, 480)), write(percent, w.between(11, 480))
	lo, hi = w.pair(15, 250)
	f["mlo"], f["mhi"] = write(percent, lo), write(percent, hi)
	lo, hi = w.pair(4, 70)
	f["rlo"], f["rhi"] = write(percent, lo), write(percent, hi)
	f["pp"] = w.number(w.between(2, 60))

	lo, hi = w.pair(30, 9000)
	f["nlo"], f["nhi"] = w.count(lo), w.count(hi)
	f["n"], f["n2"] = w.count(w.between(12, 9900)), w.count(w.between(12, 9900))
	f["small"] = strconv.Itoa(w.between(2, 30))
	year := w.between(2003, 2027)
	f["prev"], f["year"], f["next"] = strconv.Itoa(year-1), strconv.Itoa(year), strconv.Itoa(year+1)
	return f
}

// pair draws lo from [from, to) and hi 3 to 90 % above it.
func (w *writer) pair(from, to int) (lo, hi int) {
	lo = w.between(from, to)
	return lo, lo + 1 + lo*w.between(3, 90)/100
}

// between draws from [from, to).
func (w *writer) between(from, to int) int { return from + w.IntN(to-from) }

// number writes tenths with one decimal, or rounded where it is large.
func (w *writer) number(tenths int) string {
	if tenths >= 1000 || tenths >= 20 && w.IntN(4) == 0 {
		return strconv.Itoa((tenths + 5) / 10)
	}
	return strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10)
}

// count writes a whole number, usually with a comma for the thousands.
func (w *writer) count(n int) string {
	s := strconv.Itoa(n)
	if n < 1000 || w.IntN(4) == 0 {
		return s
	}
	return s[:len(s)-3] + "," + s[len(s)-3:]
}

// hundredths writes an amount per share: 5 is 0.05.
func hundredths(n int) string {
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}
