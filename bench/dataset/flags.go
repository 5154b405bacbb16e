package dataset

import "flag"

// Register puts the flags that say how to read a set on fs: -form, -encoding, -skip-bad-rows, -names and -mixed-signs.
// Parsing them sets o, whose values are the defaults. A list of names that can't be read is an error of parsing.
func (o *Options) Register(fs *flag.FlagSet) {
	fs.StringVar(&o.Form, "form", o.Form, "read this `form`: jsonl, csv, tsv, csv-without-header, phrasebank or fiqa (default: the one that the content has)")
	fs.StringVar(&o.Encoding, "encoding", o.Encoding, "read this `encoding`: utf-8, iso-8859-1 or windows-1252 (default: the one that the content has)")
	fs.BoolVar(&o.SkipBadRows, "skip-bad-rows", o.SkipBadRows, "list records that can't be read instead of failing at the first")
	fs.BoolVar(&o.MixedSigns, "mixed-signs", o.MixedSigns, "accept FiQA's sentences whose targets have scores of opposite signs")
	fs.Func("names", "rename labels by this `list`, such as 0=negative,1=positive,2=neutral", func(list string) error {
		names, err := ParseNames(list)
		if err == nil {
			o.Names = names
		}
		return err
	})
}
