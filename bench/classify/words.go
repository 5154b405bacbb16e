package classify

import "regexp"

// The patterns work on plain lower-case text in which every label is one private rune, see [markLabels]. Those that end
// in $ look at what stands before a label, those that begin with ^ at what stands behind it.
const (
	// degrees and articles, which change nothing
	degree = `(?:an?|the|very|quite|so|rather|somewhat|more|most|kind of|sort of|\pL{3,}ly)`
	// words across which a denial reaches its label: "I do not think that it should be called very ..."
	filler = `(?:` + degree + `|i|it|this|that|what|is|are|was|be|been|being|to|as|of|would|should|do|does|just|really|any|` +
		`either|enough evidence|sure|clear|certain|call|called|say|think|believe|consider|considered|classify|` +
		`classified|label|labelled|labeled|rate|rated|see|seen|seem|seems|appear|appears|sound|sounds|express|expresses|` +
		`convey|conveys|contain|contains|sentiment|tone|sentence|statement|text|overall)`
	// names of what the model was asked for
	asked = `(?:sentiments?|labels?|answer|classification|category|class|verdict|polarity|prediction)`
	// what a label may describe and still be the answer
	subject = `(?:sentiment|label|answer|classification|category|class|polarity|connotation|tone|statement|sentence|text|` +
		`headline|news|article|review|comment|post|message|one)`
	// words by which the answer follows its label: "Neutral would be the best label"
	isIt = `(?:is|would be|seems) (?:my|the|most)|fits`
	edge = `[^\pL\pN` + labelRunes + `]*` // punctuation at an end of a sentence
)

var (
	anyLabel = regexp.MustCompile(`[` + labelRunes + `]`)
	word     = regexp.MustCompile(`^ +\pL`)
	heading  = regexp.MustCompile(`^ ?[:(-]`)
	noun     = regexp.MustCompile(`^ +(?:` + subject + `|` + isIt + `)\b`)
	atLast   = regexp.MustCompile(`^ +overall\b`)
	first    = regexp.MustCompile(`^` + edge + `(?:` + degree + ` +)*$`)
	alone    = regexp.MustCompile(`^` + edge + `(?:` + degree + ` +)*[` + labelRunes + `](?: +` + subject + `)?` + edge + `$`)
	andLabel = regexp.MustCompile(`^ *(?:and|or|/|and/or) *$`)
	orElse   = regexp.MustCompile(`^ *,? *(?:or|nor|/)(?: +` + degree + `)* *$`)
	because  = regexp.MustCompile(`\b(?:because|since|as|due|given|although|though|despite|considering|with)\b|[:(]| - `)

	// follower is a word that a label does not describe: a little word, a degree, or the subject itself.
	follower = regexp.MustCompile(`^ +(?:` + subject + `|` + isIt + `|\pL{3,}ly|overall|because|since|as|due|given|although|though|despite|` +
		`even|considering|for|in|on|at|by|with|without|from|and|or|but|nor|not|than|rather|instead|to|towards?|about|of|if|` +
		`when|while|whereas|which|that|it|i|we|this|there|here|so|too|out|regarding|reflecting|indicating|suggesting)\b`)

	// join is all that may stand between two labels which are named together: "positive or, rather, neutral".
	join = regexp.MustCompile(`^(?: *(?:[,/&|+():>-]|(?:and|or|to|nor|but|also|both|as well as|` + degree + `)\b))* *$`)

	refusal = regexp.MustCompile(`(?:\b(?:not|nor|neither|non|no|never|no longer|hardly|barely|without|cannot|unable|unlikely|` +
		`less|than|instead of|opposed to|far from|anything but|if|whether|could|might|may|maybe|perhaps|possibly|potentially|` +
		`arguably|unclear|unsure|words?|terms?|phrase)|n't)(?: +` + filler + `)* *$`)

	doubted = regexp.MustCompile(`^[ ,(-]*(?:maybe|perhaps|possibly|or not)` + edge + `$`)

	header = regexp.MustCompile(`\b` + asked + `\b[^:=>` + labelRunes + `]*?(?:[:=>]| - ) *(?:` + degree + ` +)*$`)

	conclusion = regexp.MustCompile(`\b(?:overall|therefore|thus|hence|consequently|ultimately|in (?:conclusion|summary|short)|` +
		`to (?:conclude|summari[sz]e|sum up)|on balance|all in all|wait|actually|correction|final ` + asked + `)\b|(?:^|,) *so\b`)

	cue = regexp.MustCompile(`\b(?:` + asked + `|classif\pL+|categori[sz]\pL+|labell?ed|i(?:'d| would)? (?:say|call|choose|pick|go with))\b|` +
		`\b(?:it|this|that|the (?:sentence|statement|text|headline|news|article))(?:'s| is| was| seems| appears)(?: +` + degree + `)* *$`)

	// sentence is up to closing punctuation, which it keeps, or the end of its line.
	sentence = regexp.MustCompile(`(?m).+?(?:[.!?;]+(?:[ "')\]}]|$)|$)`)
)
