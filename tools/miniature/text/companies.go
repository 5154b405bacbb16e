package text

import "strings"

// 30 × 30 stems make 900 invented companies; a test holds them against the
// names in the public sets.
var (
	heads    = strings.Fields("Bram Cal Dorv Fenn Gruv Havl Jorv Kelm Lumb Marv Nolt Ostr Pelk Quil Rovd Sulm Tamb Ulvr Verd Wesk Yarn Zand Aksb Brin Corv Dalk Erlm Fosk Galm Holv")
	tails    = strings.Fields("alimo endaro ekani ovist ertal ingora umbra astel onika ethra uvanta ildor amenta orsk efjell ulandi akoski evolo irante okanto elmark urwick avendo ystrom imara enholm otrix abell ugrim edano")
	suffixes = strings.Split("|||||||| Oyj| Oyj| Oy| Corporation| AB| ASA| A/S| plc| PLC| Plc| Inc.| Inc| Corp| Corp.| Group| Group plc| Holdings| Ltd| SE| AG| NV| SpA| & Co| Industries| Technologies| Pharma| Bank| Energy| Foods| Systems| Shipping| Retail| Steel| Telecom| Software| Logistics| Capital| Motors| Airlines| Media| Paper| Minerals| Biotech| Networks| Insurance| Properties| Stores| Labs", "|")
)

// company invents a name, with its ticker.
func (w *writer) company() (name, ticker string) {
	stem := pick(w, heads) + pick(w, tails)
	return stem + pick(w, suffixes), "$" + strings.ToUpper(stem[:3+w.IntN(2)])
}
