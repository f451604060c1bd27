import { describe, expect, test } from 'vitest';
import { compileExpression } from './index.js';

/**
 * Expressions with their answers: T, F, or the error (s syntax, r resolution, t type, l lookup). A heading starts with `#`. Every answer was
 * compared with the original's library once.
 */
const ANSWERS = String.raw`
# white space and words
T |   true
s |
s | # note
s | true # note
T | one == 1 and	t
r | AND
r | True
s | else
s | x while y
T | order == 3
T | input == 4
s | one == 1;
s | one === 1
s | one <> 1
s | ! t
s | +1 == 1
s | ~1 == 1
s | f(1)
s | one ?? 2
s | 'a' 'b'
s | one two

# numbers
T | 5. == 5
T | .5 == 0.5
T | 1.e2 == 100
T | 1E2 == 100
T | 1e+2 == 100
T | 00 == 0
s | 01 == 1
T | 01.5 == 1.5
s | 0b2 == 1
s | 0x == 0
s | 1e == 1
s | 1_0 == 10
s | .e1 == 1
T | 9007199254740993 == 9007199254740992
T | big == 123456789012
F | big == 123456789012.5
T | 1e400 == inf
T | -1e400 == -inf
T | 1e-400 == 0
T | 0.1 + 0.2 == 0.3
F | 1 / 3 * 3 == 1
T | 1 / 3 == 0.3333333333333333333333333333 + 1 / 3 - 0.3333333333333333333333333333
T | 2 ** 0.5 > 1.41421356237309
T | 4 ** 0.5 == 2
T | (-8) ** 3 == -512
t | (-8) ** 0.5 == 0
T | 0 ** -1 == inf
t | 0 ** 0 == 1
T | 2 ** -2 == 0.25
T | -7 // 2 == -3
T | -7 % 2 == -1
T | 7 % -2 == 1
T | 7.5 // 2 == 3
t | 1 // 0 == 0
t | 1 % 0 == 0
t | 1 / 0 == inf
t | inf - inf == 0
t | inf * 0 == 0
T | inf // 1 == inf
t | 1e30 // 1 == 1e30
T | nan != nan
F | nan == nan
t | nan < 1
t | nan >= nan
T | [nan] != [nan]
F | nan in [nan]
T | [y for y in [nan] if y in [y]].length == 1
T | - -3 == 3
T | --3 == 3
s | 1e16.to_str == "1E+16" or true
T | (5).to_str == "5.0"
T | one.to_str == "1"
T | half.to_str == "2.5"
T | (2 * 3).to_str == "6.00"
T | (6 / 2).to_str == "3"
T | (1e22).to_str == "1E+22"
T | (1e-7).to_str == "1E-7"
T | (0 * -1).to_str == "-0.00"
T | (1 / 3).to_str == "0.3333333333333333333333333333"
T | (2 / 3).to_str == "0.6666666666666666666666666667"
T | (-inf).to_str == "-inf"
T | (nan).to_str == "nan"
T | (2.5).floor == 2
T | (-2.5).floor == -3
T | (-2.5).ceiling == -2
T | (inf).ceiling == inf
T | (2.5).floor.to_str == "2"
s | 5.length == 1
s | 5 .length
s | true.length
r | (true).length
r | (5).length

# bits
t | 6 & 3 == 2 ? false : true
T | (6 & 3) == 2
T | (6 | 3) == 7
T | (6 ^ 3) == 5
T | 16.0 & 16
F | (1 << 100) == 2 ** 100
T | (1 << 100 >> 100) == 1
T | (4294967296 & 4294967296) == 4294967296
t | 1 << 100000
T | 0 << 100000 == 0
T | 1 >> 100000 == 0
t | 2.5 & 1
t | -1 & 1
t | "1" & 1
t | true & 1
t | null & 1
t | nan & 1
t | inf & 1
T | (1 << 1023) & (1 << 1023)
t | (1 << 1024) & 1
t | 1 | 10 ** 309
t | 1 >> 10 ** 309
t | hex & 16
T | hex.to_int & 16
T | ({1, 2} & {2, 3}) == {2}
T | ({1, 2} | {2, 3}) == {1, 2, 3}
T | ({1, 2} ^ {2, 3}) == {1, 3}
t | {1} & [1]
t | {1} << {1}
F | {1} & {2}

# order of binding
t | 6 & 3 == 3
T | 1 + 2 << 1 == 5
T | -2 ** 2 == 4
T | 2 ** 3 ** 2 == 64
T | 2 + 3 * 4 == 14
T | not 1 == 2
T | not f and t
F | not (f or t)
F | not t or f
T | not one & 2
T | f ? f : t
T | t and f ? f : t
T | t ? f : t or t
F | t ? t : t and f
T | f ? 1 : f ? 2 : 3
T | not t ? f : t
F | not t ? t : f
T | (one | 2) == 3
T | (one ^ 3 & 2) == 3
s | 1 < 2 < 3
s | one == 1 == t
s | 1 in [1] == t
s | one == 1 in [t]
T | one == 1 not in [2]
F | one == 1 not in [1]
T | one not in [2] and t
T | not one not in [1]
s | one not 2
s | one not in not in [1]
F | one == not f
T | t and not f
T | not not t
r | -one.length == 1 ? t : t
T | one - -1 == 2
T | [1, 2][0] + 1 == 2

# texts
T | "a\tb".length == 3
T | "\." == "\\."
T | "c:\windows" == "c:\\windows"
F | "c:\temp" == "c:\\temp"
s | "c:\users"
s | "\x4"
s | "\xzz"
s | "\u12"
s | "\U00110000"
s | "\N{no such name}"
s | "\N"
T | "\N{BULLET}" == "•"
T | "\N{latin small letter a}" == "a"
T | "\N{HANGUL SYLLABLE GAG}" == "각"
T | "\N{CJK UNIFIED IDEOGRAPH-4E2D}" == "中"
T | "\N{NBSP}" == "\xa0"
T | "\101\60\7".length == 3
T | "\400".length == 1
T | "\8".length == 2
T | '\'' == "'"
T | s"abc" == 'abc'
s | r"abc"
s | "abc
s | "abc'
s | "abc\"
T | "😀".length == 1
T | "\ud83d\ude00".length == 2
F | "\ud83d\ude00" == "😀"
T | "\U0001f600" == "😀"
T | ("\ud83d" + "\ude00").length == 2
T | "\ud83d\ude00"[1] == "\ude00"
F | "\ude00" in "😀"
T | "\ude00" in "\ud83d\ude00"
T | "\uffff" < "😀"
T | emoji.length == 3
T | emoji[1] == "😀"
T | emoji[1:] == "😀b"
T | "ß".as_upper == "SS"
T | "ΑΣ".as_lower == "ας"
T | "İ".as_lower.length == 2
T | "ﬁ".as_upper == "FI"
T | "abc" < "abd"
T | "" < "a"
T | "Z" < "a"
T | "abc".to_set == {"c", "b", "a"}
T | " a  b ".to_ary == ["a", "b"]
T | "a\x1cb\x85c\u3000d".to_ary.length == 4
T | "a\ufeffb".to_ary.length == 1
T | "".to_ary == []
T | "0x1f".to_int == 31
T | " 12 ".to_int == 12
T | "1e3".to_int == 1000
T | "5.".to_flt == 5
T | ".5".to_flt == 0.5
t | "1.5".to_int
T | "-5".to_flt != "-5".to_flt
t | "-5".to_int
t | "".to_int
t | "007".to_int
T | "inf".to_flt == inf
T | "-inf".to_flt == -inf
T | "infinity".to_flt == inf
t | "info".to_flt
t | "inf\ud83d\ude00".to_flt
T | "5\ud83d\ude00".to_flt.to_str == "nan"
T | "9007199254740993".to_int == 9007199254740992 + 1
T | "1.0".to_int.to_str == "1.0"
t | long.to_int
T | long.to_flt > 1e308
r | "abc".size
r | "abc".Length
s | "abc". length
s | "abc" .length
T | "abc" [0] == "a"
t | "abc" & [0]

# items and slices
T | txt[0] == "a"
T | txt[-1] == "c"
l | txt[3]
l | txt[-4]
l | txt[1e30]
l | txt[10 ** 308]
t | txt[10 ** 309]
t | list&[10 ** 309]
T | txt[10 ** 308:] == ""
t | txt[:10 ** 400]
T | txt&[3] == null
t | txt[1.5]
t | txt["0"]
t | txt[true]
t | txt[null]
T | txt[1.0] == "b"
T | txt[:2] == "ab"
T | txt[-2:] == "bc"
T | txt[5:] == ""
T | txt[2:1] == ""
T | txt[:] == txt
T | txt[null:2] == "ab"
T | txt[-9:9] == txt
t | txt["a":]
t | txt[1.5:]
s | txt[0:1:1]
t | nul[0]
T | nul&[0] == null
t | nul[0:1]
T | nul&[0:1] == null
t | one[0]
t | one[0:1]
T | list[1] == 2
l | list[9]
T | list&[9] == null
T | list[1:] == [2, 3]
t | list["a"]
T | map["k"] == "v"
l | map["zz"]
T | map&["zz"] == null
l | map[1]
t | map[[{}]]
t | map[0:1]
t | {1, 2}[0]
t | {1, 2}&[0]
l | {"a": 1}[1]
T | {"a": 1}&[1] == null
l | {1: "x"}[true] == "x" ? t : t
T | "abc"[one] == "b"
F | true ==&[1]
T | [1] ==&[1]

# arrays, sets, mappings
T | [] == []
T | [1, 2,] == [1, 2]
s | [1,, 2]
s | [,]
T | [1] == [true]
F | 1 == true
T | [1, "a"] != ["a", 1]
T | {1, 2} == {2, 1}
T | {1, 1.0, true}.length == 1
T | {} == {}
F | {} == []
T | {"a": 1, "b": 2} != {"b": 2, "a": 1}
T | {"a": 1, "a": 2}.a == 2
T | {1: "a", true: "b"}[1] == "b"
T | {"length": 7}.length == 1
T | {"a": 1}.keys == ["a"]
T | {"a": 1}.values == [1]
T | map.k == "v"
r | map.zz
r | map&.zz
T | nul&.zz == null
r | nul.zz
T | map.deep.x[1] == 20
t | {{1}: 2}
t | {{1}}
t | {[{1}]}
T | {[1]} == {[1]}
t | {1: 2}.zz
r | {"a": 2}.zz
t | {[{}]: 1, absent: 2}
t | {map: 1, absent: 2}
t | {"a": absent, [{}]: 1}
T | [1, 9] < [2]
T | [1] < [1, 0]
F | [1] < [1]
t | [1] < ["a"]
t | [1] < []
T | [[1, 2]] < [[1, 3]]
T | [null] <= [null]
t | {1} < {2}
t | {"a": 1} < {"a": 2}
T | [{1}] < [{1, 2}]
T | {3, 1, 2}.to_ary == [1, 2, 3]
F | [0, 8].to_set.to_ary == [8, 0]
T | list.to_set == {1, 2, 3}
T | list.length == 3 and not list.is_empty
T | "k" in map
F | "v" in map
T | 2 in list
T | true in [1]
F | "1" in [1]
T | null in [null]
t | 1 in "123"
T | "" in ""
T | "1" in "123"
t | 1 in 1
t | 1 in null
F | {1} in {1, 2}
t | {} in {1}
t | {{1}} in txt
F | f and {{1}} in txt
F | f and txt in [{{1}}]
F | f and {{1}} in absent&[0]
F | f and txt == {{1}}
F | f and txt[{{1}}:] == "a"
F | f and txt & {{1}}
t | txt == {{1}}
t | txt in {{1}}
t | {{1}, absent}
r | {absent, {1}}
T | {1} in [{1}]

# comprehensions
T | [x for x in list] == list
T | [x * 2 for x in list if x > 1] == [4, 6]
T | [k for k in map] == ["k", "deep"]
T | [x for x in {4, 5}].length == 2
t | [x for x in "abc"]
t | [x for x in txt]
t | [x for x in one]
t | [x for x in null]
r | [zz for x in list]
T | [zz for x in []] == []
s | [x for 1 in list]
s | [x for x in list,]
T | [one for one in [7]] == [7]
T | [[x for x in [1, 2]] for x in [5]] == [[5, 5]]
T | [txt.x for x in [9]] == [9]
T | [[y for y in x] for x in [[1], [2]]] == [[1], [2]]
r | [x.length for x in [1, "a"]]
T | [x.length for x in ["a", "bb"]] == [1, 2]

# null and truth
T | null == null
T | null <= null
F | null < null
t | null < 1
t | nul < 1
F | nul
F | zero
F | empty
F | []
F | {}
F | t"P0D"
T | d"0001-01-01"
T | nan
T | {0}
T | ("" or 5) == true
F | ("a" and 0)
T | f or txt
r | absent
r | not absent
r | absent == null
r | absent or t
T | t or absent
F | f and absent
T | t ? 1 : absent
r | f ? 1 : absent
t | t or 1 / 0
t | t or "a" > 1
T | t or absent > 1
t | t ? 1 : 1 / 0
t | one + "1"
t | "1" + one
t | one + nul
r | constructor
r | __proto__
r | toString
r | map.constructor
l | map["__proto__"]
r | $zz
T | t or $zz
s | $ now

# dates
T | d"2020-01-01" == d"20200101"
T | d"2020" == d"2020-01-01"
T | d"2020-02" == d"2020-02-01"
s | d"202002"
T | d"2020-W01-1" == d"2019-12-30"
T | d"2020W011" == d"2019-12-30"
T | d"2020-060" == d"2020-02-29"
s | d"2019-366"
s | d"2020-13"
s | d"2019-02-29"
s | d"20-01-01"
s | d""
T | d"2020-01-01T24:00" == d"2020-01-02"
s | d"2020-01-01T24:01"
s | d"2020-01-01T25"
T | d"2020-01-01 10:00" == d"2020-01-01T10"
T | d"2020-01-01x10:00" == d"2020-01-01T10"
T | d"2020-01-01T10:00+02:00" == d"2020-01-01T08:00Z"
T | d"2020-01-01T10:00:00,5" == d"2020-01-01T10:00:00.5"
T | d"2020-01-01T10:00:00.1234567" == d"2020-01-01T10:00:00.123456"
T | d"2020-05-06T07:08:09.101112".millisecond == 101.112
T | d"2020-05-06T07:08:09.101112".microsecond == 101112
T | d"2020-05-06".weekday == "Wednesday"
T | d"0001-01-01".weekday == "Monday"
T | d"9999-12-31".year == 9999
T | d"2020-05-06".zone_name == "UTC"
t | d"2020-05-06T00:00+01:00".zone_name
T | d"1970-01-01T01:00+01:00".to_epoch == 0
T | d"1969-12-31T23:59:59.5".to_epoch == -0.5
T | d"2020-05-06T07:08".date == d"2020-05-06"
T | d"2020-01-02" - d"2020-01-01" == t"P1D"
T | d"2020-02-28" + t"P2D" == d"2020-03-01"
T | t"P1D" + d"2020-01-01" == d"2020-01-02"
t | t"P1D" - d"2020-01-01"
t | d"2020-01-01" + d"2020-01-01"
t | d"2020-01-01" + 1
t | d"9999-12-31" + t"P1D"
t | d"0001-01-01" - t"P1D"
t | d"9999-12-31T24:00"
t | d"2020-01-01" < "2020"
T | t"P1W" == t"P7D"
T | t"PT90M" == t"PT1H30M"
T | t"P1.5D" == t"P1DT12H"
T | t"P1,5D" == t"PT36H"
F | t"PT"
s | t"P"
s | t"P1Y"
s | t"P1M"
s | t"PT1D"
s | t"-P1D"
T | t"PT0.0000005S" == t"PT0S"
T | t"PT0.0000015S".microseconds == 2
T | -t"P1D" < t"P0D"
T | (-t"PT1S").days == -1
T | (-t"PT1S").seconds == 86399
t | t"P1D" * 2
t | t"P999999999D" + t"P1D"
T | $pi > 3.14159 and $e > 2.71828
T | $now > d"2020-01-01"
T | $today <= $now and $today.hour == 0
F | $now == $today

# patterns
T | txt =~ "a"
F | txt =~ "b"
T | txt =~~ "b"
T | txt !~ "b"
F | txt !~~ "b"
T | txt =~ ""
F | txt =~ null
T | txt !~ null
T | nul =~ null
F | nul !~ null
s | nul =~ "("  ? t : f
t | one =~ "1"
t | txt =~ 1
s | txt =~ "("
s | f and txt =~ "("
t | 1 =~ "("
T | f or txt =~ pattern
s | txt =~ bad
T | t or txt =~ bad
F | nul =~~ pattern
T | txt =~ ("a" + "b")
T | txt =~ "(a)(b)" and $re_groups == ["a", "b"]
T | txt =~ "(a)(z)?" and $re_groups[1] == null
t | txt =~ "abc" and $re_groups == []
t | txt =~ "(z)?" and $re_groups
t | txt =~ "z" or $re_groups[0] == "a"
F | txt =~ "z" or $re_groups
T | txt =~ "(a)" and not txt =~ "(z)" and $re_groups[0] == "a"
l | txt =~ "(a)" and $re_groups[1]
t | "abc" =~ "(a)" and $re_groups[0] == "a"
T | txt =~~ "(?P<x>b)(c)" and $re_groups[1] == "c"
t | txt =~ "(a)" and $re_groups[0] + 1 == 2
`;

const EVENT: Readonly<Record<string, unknown>> = {
  one: 1,
  two: 2,
  zero: 0,
  half: 2.5,
  big: 123456789012,
  t: true,
  f: false,
  nul: null,
  txt: 'abc',
  empty: '',
  hex: '0x10',
  long: `1${'0'.repeat(400)}`,
  emoji: 'a😀b',
  list: [1, 2, 3],
  map: { k: 'v', deep: { x: [10, 20] } },
  order: 3,
  input: 4,
  pattern: 'a.c',
  bad: '(',
};

const LETTERS = { syntax: 's', resolution: 'r', type: 't', lookup: 'l' } as const;
const scope = {
  nowMs: Date.UTC(2026, 10, 24, 10, 11, 12, 345),
  get: (name: string) => (Object.hasOwn(EVENT, name) ? EVENT[name] : undefined),
};

function letterOf(text: string): string {
  const compiled = compileExpression(text);
  const outcome = compiled.ok ? compiled.value.evaluate(scope) : compiled.error;
  if (typeof outcome !== 'boolean') return LETTERS[outcome.kind];
  return outcome ? 'T' : 'F';
}

let topic = '';
const rows = ANSWERS.split('\n').flatMap((line) => {
  if (line.startsWith('# ')) topic = line.slice(2);
  const cut = line.indexOf(' |');
  return cut === 1 ? [{ topic, answer: line[0], text: line.slice(cut + 2).replace(/^ /, '') }] : [];
});

describe('answers by topic', () => {
  test.each(rows)('$topic: $text → $answer', ({ text, answer }) => {
    expect(letterOf(text)).toBe(answer);
  });

  test('the table was read', () => {
    expect(rows.length).toBeGreaterThan(400);
  });
});
