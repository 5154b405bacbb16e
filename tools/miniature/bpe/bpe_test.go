package bpe

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct{ why, text, words string }{
		{"a space goes with the word behind it", "Sales fell", "Sales| fell"},
		{"numbers are cut after three digits, and take no space along", "of 12345", "of| |123|45"},
		{"punctuation takes one space and the line breaks behind it", "it? :)\n\nSo", "it|?| :)\n\n|So"},
		{"one other character goes with the letters behind it, unless a space stands before it", "(EUR €m \tx", "(EUR| €|m| |\tx"},
		{"contractions, in either case", "it's WE'LL don'T o'clock", "it|'s| WE|'LL| don|'T| o|'clock"},
		{"of many spaces the last goes with the word", "a   b", "a|  | b"},
		{"before a number no space goes along", "a   1", "a|  | |1"},
		{"spaces at the end stay together", "a   ", "a|   "},
		{"white space up to the last line break", "a \n \n  b", "a| \n \n| | b"},
		{"a no-break space is white space, but goes with letters", "5\u00a0%\u00a0up", "5|\u00a0|%|\u00a0up"},
		{"a dash between letters", "year-on-year", "year|-on|-year"},
		{"an emoji and a mark that combines are neither letter nor number", "🚀🚀 e\u0301", "🚀🚀| e|\u0301"},
		{"numbers that are no digits", "½Ⅷ x²", "½Ⅷ| x|²"},
		{"an invalid byte counts as the replacement character", "a\xffb", "a|\xffb"},
		{"an apostrophe at the end", "firms'", "firms|'"},
	} {
		t.Run(c.why, func(t *testing.T) {
			require.Empty(t, cmp.Diff(strings.Split(c.words, "|"), split(c.text)))
		})
	}
}

// By hand: the words are "low" ×3, "lower" ×2, "slow" ×1, "11" ×1 (no space before them, for they are texts of their
// own). Pairs: lo 6, ow 6, we 2, er 2, sl 1; of lo and ow, l (108) is smaller than o (111). Then (lo)w 6, then of
// (low)e 2 and er 2 the one with the smaller first id, e: a byte comes before a merge; then (low)(er) 2. The rest occur
// once, so there is no sixth merge; 11 is never a pair.
var lowText = []string{"low", "low", "low", "lower", "lower", "slow", "11"}

func trained(t testing.TB) *Tokenizer {
	tok, err := Train(lowText, firstByte+256+4)
	require.NoError(t, err)
	return tok
}

func TestTrain(t *testing.T) {
	require.Empty(t, cmp.Diff([]string{"l o", "lo w", "e r", "low er"}, trained(t).Merges()))
	_, err := Train(lowText, firstByte+256+5)
	require.EqualError(t, err, "bpe: no pair occurs twice any more after 262 of 263 tokens (train on more text)")
	_, err = Train(lowText, 100)
	require.EqualError(t, err, "bpe: 100 tokens wanted, but the specials and bytes alone are 258")
}

func TestEncode(t *testing.T) {
	tok := trained(t)
	low, er, lower := 259, 260, 261
	for _, c := range []struct {
		why, text string
		want      []int
	}{
		{"nothing", "", nil},
		{"the longest merge", "lower", []int{lower}},
		{"a space was never merged", "lower er", []int{lower, 2 + ' ', er}},
		{"rank decides, not length", "lowero", []int{lower, 2 + 'o'}},
		{"a special's name is the special", "low<|end_of_text|>low<|begin_of_text|>", []int{low, EOS, low, BOS}},
		{"half a special's name is text", "<|end", []int{2 + '<', 2 + '|', 2 + 'e', 2 + 'n', 2 + 'd'}},
		{"one token a digit", "11", []int{2 + '1', 2 + '1'}},
		{"every byte of a character", "é", []int{2 + 0xc3, 2 + 0xa9}},
	} {
		t.Run(c.why, func(t *testing.T) {
			require.Empty(t, cmp.Diff(c.want, tok.Encode(c.text)))
			back, err := tok.Decode(tok.Encode(c.text))
			require.NoError(t, err)
			require.Equal(t, c.text, back)
		})
	}
	for _, id := range []int{-1, 262} {
		_, err := tok.Decode([]int{id})
		require.ErrorContains(t, err, "the vocabulary has 0 to 261")
	}
}

// A word that is a token is that token even where the merges lead elsewhere: here b+c goes first, and a+bc is unknown.
func TestWholeWordFirst(t *testing.T) {
	tok, err := New([]string{"b c", "a b", "ab c"})
	require.NoError(t, err)
	require.Equal(t, []int{260}, tok.Encode("abc"), "abc is token 260")
	require.Equal(t, []int{2 + 'a', 258, 2 + 'd'}, tok.Encode("abcd"), "abcd is none, so a, bc, d")
}

// Two merges of one token: abc is made of ab+c and of a+bc, and has one id.
func TestTwoMergesOneToken(t *testing.T) {
	tok, err := New([]string{"a b", "ab c", "b c", "a bc", "abc d"})
	require.NoError(t, err)
	require.Len(t, tok.Tokens(), 258+4)
	require.Equal(t, []int{261}, tok.Encode("abcd"))
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		why    string
		merges []string
		err    string
	}{
		{"a token that does not exist yet", []string{"ab c"}, `bpe: merge 0, "ab c": want two earlier tokens with a space between`},
		{"no space", []string{"a b", "ab"}, `bpe: merge 1, "ab": want two`},
		{"a space as a token: GPT-2 writes Ġ", []string{"a  "}, `bpe: merge 0, "a  ": want two`},
		{"a merge twice", []string{"a b", "a b"}, `bpe: merge 1, "a b": stands twice`},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, err := New(c.merges)
			require.ErrorContains(t, err, c.err)
		})
	}
}

// The ends of the ranges in openai/gpt-2's bytes_to_unicode: 33–126, 161–172 and 174–255 stand for themselves, the other
// 68 for U+0100 to U+0143; of these the space is the 33rd (Ġ), and 173 the last.
func TestGPT2Notation(t *testing.T) {
	require.Equal(t, "!~¡¬®ÿ", toGPT2("!~\xa1\xac\xae\xff"))
	require.Equal(t, "ĀĊĠġŃ", toGPT2("\x00\n \x7f\xad"))
	tokens := trained(t).Tokens()
	require.Equal(t, []string{"<|begin_of_text|>", "<|end_of_text|>", "Ā"}, tokens[:3])
	seen := map[string]bool{}
	for _, token := range tokens {
		require.False(t, seen[token], "token %q stands twice", token)
		require.True(t, utf8.ValidString(token))
		seen[token] = true
	}
}

func FuzzRoundTrip(f *testing.F) {
	tok := trained(f)
	again, err := New(tok.Merges())
	require.NoError(f, err)
	for _, s := range []string{"", "lower slow 11", "Umsatz stieg um 5\u00a0% 🚀", "a \n\t b\r\n", "<|end_of_text|", "\xff\xc3", "'S'", "x\u200d\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, s, strings.Join(split(s), ""))
		ids := tok.Encode(s)
		require.Equal(t, ids, again.Encode(s))
		back, err := tok.Decode(ids)
		require.NoError(t, err)
		require.Equal(t, s, back)
		for _, w := range split(s) {
			require.NotEmpty(t, w)
		}
	})
}
