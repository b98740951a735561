"""Vectors for the float lab, from CPython, NumPy, ml_dtypes and exact fractions.

    python3.13 -m pip install numpy==2.4.6 ml_dtypes==0.6.0
    python3.13 tests/vectors/float.py > tests/vectors/float.jsonl

Made with CPython 3.13.0, NumPy 2.4.6, ml_dtypes 0.6.0; the same seed gives the same lines. `--seed S --count N` makes other and more lines.

A line is one of
    ["l", literal, format, via, bits, repr, exact or null, kind, ulp(, prev, next)]     via: 1 through float64, 0 rounded once
    ["e", expression, format, [[text, bits, repr, error_ulp, rounding_ulp], ...]]      the errors null where not known
    ["x", text]                                                                        float() refuses the text
    ["c", a, b, rel_tol or null, abs_tol or null, math, numpy, numpy with a and b exchanged]

A literal is rounded here with `fractions.Fraction`, from the text and without any float. float64 is held against `float()`, the other
formats (through float64) against their scalar types, neighbours against `math.nextafter` and `numpy.nextafter`, `exact` against `decimal.Decimal`, before
a line is written. The shortest text is searched for, digit count by digit count, and for float64 held against `repr`.
"""

import argparse
import ast
import json
import math
import operator
import random
import struct
import sys
import unicodedata
from decimal import Context, Decimal, getcontext
from fractions import Fraction

import ml_dtypes
import numpy as np

np.seterr(all="ignore")


class Format:
    def __init__(self, name, exponent_bits, fraction_bits, dtype, storage, infinite=True):
        self.name, self.e, self.f = name, exponent_bits, fraction_bits
        self.dtype, self.storage, self.infinite = dtype, storage, infinite
        self.width = 1 + self.e + self.f
        self.bias = 2 ** (self.e - 1) - 1
        top = (2**self.e - 1) << self.f
        self.inf = top if infinite else top | (2**self.f - 1)
        self.max = top - 1 if infinite else self.inf - 1
        self.nan = top | 1 << (self.f - 1) if infinite else self.inf
        self.sign = 1 << (self.width - 1)

    def hex(self, bits):
        return f"{bits:0{self.width // 4}x}"

    def fraction(self, bits):
        """The value of finite bits."""
        magnitude = bits & (self.sign - 1)
        field, mantissa = magnitude >> self.f, magnitude & (2**self.f - 1)
        if field:
            mantissa |= 1 << self.f
        value = Fraction(mantissa) * Fraction(2) ** (max(field, 1) - self.bias - self.f)
        return -value if bits & self.sign else value

    def ulp_exponent(self, bits):
        return max((bits & (self.sign - 1)) >> self.f, 1) - self.bias - self.f

    def round(self, value):
        """The magnitude nearest to a positive fraction, ties to even."""
        if value == 0:
            return 0
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        if Fraction(2) ** exponent > value:
            exponent -= 1
        exponent = max(exponent, 1 - self.bias)
        steps = round(value / Fraction(2) ** (exponent - self.f))  # Fraction rounds half to even
        magnitude = ((exponent + self.bias - 1) << self.f) + steps
        return magnitude if magnitude <= self.max else self.inf

    def array(self, bits):
        return np.array([bits], dtype=self.storage).view(self.dtype)

    def bits(self, array):
        return int(array.view(self.storage)[0])

    def kind(self, bits):
        magnitude = bits & (self.sign - 1)
        if magnitude == 0:
            return "zero"
        if magnitude < 1 << self.f:
            return "subnormal"
        if magnitude <= self.max:
            return "normal"
        return "inf" if self.infinite and magnitude == self.inf else "nan"


FORMATS = [
    Format("float64", 11, 52, np.float64, np.uint64),
    Format("float32", 8, 23, np.float32, np.uint32),
    Format("float16", 5, 10, np.float16, np.uint16),
    Format("bfloat16", 8, 7, ml_dtypes.bfloat16, np.uint16),
    Format("float8_e4m3fn", 4, 3, ml_dtypes.float8_e4m3fn, np.uint8, infinite=False),
    Format("float8_e5m2", 5, 2, ml_dtypes.float8_e5m2, np.uint8),
]
FLOAT64 = FORMATS[0]


def parse(text):
    """Sign, and a fraction or "inf" or "nan", from a literal."""
    text = text.strip()
    assert float(text) is not None
    negative = text.startswith("-")
    body = text.lstrip("+-").lower().replace("_", "")
    if body.startswith("i"):
        return negative, "inf"
    if body.startswith("n"):
        return negative, "nan"
    mantissa, _, exponent = body.partition("e")
    exponent = int(exponent or 0)
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    exponent -= len(part)
    if digits and len(digits) + exponent > 2000:
        return negative, "inf"
    if not digits or len(digits) + exponent < -2000:
        return negative, Fraction(0)
    # int() refuses more than 4,300 digits at once.
    number = 0
    for at in range(0, len(digits), 4000):
        piece = digits[at : at + 4000]
        number = number * 10 ** len(piece) + int(piece)
    return negative, Fraction(number) * Fraction(10) ** exponent


def from_literal(text, fmt, via):
    negative, value = parse(text)
    sign = fmt.sign if negative else 0
    if value == "nan":
        bits = fmt.nan
    elif value == "inf":
        bits = fmt.inf
    elif via:
        wide = FLOAT64.round(value)
        bits = fmt.inf if wide == FLOAT64.inf else fmt.round(FLOAT64.fraction(wide))
    else:
        bits = fmt.round(value)
    bits |= sign
    if fmt is FLOAT64:
        theirs = struct.unpack("<Q", struct.pack("<d", float(text)))[0]
        assert bits == theirs, (text, hex(bits), hex(theirs))
    elif via and value != "nan":
        # ml_dtypes 0.6 rounds a float64 array to float32 on its way; a scalar of float8 is made in one step, one of bfloat16 is not.
        wide = float(text)
        theirs = fmt.bits(np.array([fmt.dtype(wide)], dtype=fmt.dtype))
        through = abs(Fraction(float(np.float32(wide)))) if np.isfinite(np.float32(wide)) else None
        twice = fmt.name == "bfloat16" and through is not None and fmt.round(through) | sign == theirs
        assert bits == theirs or twice, (text, fmt.name, hex(bits), hex(theirs))
    return bits


def layout(negative, digits, place):
    """0.digits * 10**place as Python lays it out."""
    sign = "-" if negative else ""
    if -4 < place <= 16:
        if place <= 0:
            return sign + "0." + "0" * -place + digits
        if place >= len(digits):
            return sign + digits + "0" * (place - len(digits)) + ".0"
        return sign + digits[:place] + "." + digits[place:]
    exponent = place - 1
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def shortest(fmt, bits):
    kind = fmt.kind(bits)
    negative = bool(bits & fmt.sign)
    if kind == "nan":
        return "nan"
    if kind == "inf":
        return "-inf" if negative else "inf"
    if kind == "zero":
        return "-0.0" if negative else "0.0"
    magnitude = bits & (fmt.sign - 1)
    value = fmt.fraction(magnitude)
    place = len(str(value.numerator)) - len(str(value.denominator)) + 2
    while Fraction(10) ** (place - 1) > value:
        place -= 1
    for count in range(1, 18):
        unit = Fraction(10) ** (place - count)
        low = value // unit
        good = [n for n in (low, low + 1) if n and fmt.round(n * unit) == magnitude]
        if good:
            best = min(good, key=lambda n: (abs(n * unit - value), n % 2))
            text = str(best)
            at = place + (len(text) > count)
            result = layout(negative, text.rstrip("0"), at)
            break
    if fmt is FLOAT64:
        theirs = repr(struct.unpack("<d", struct.pack("<Q", bits))[0])
        assert result == theirs, (result, theirs)
    return result


def ulp(fmt, bits):
    kind = fmt.kind(bits)
    if kind in ("inf", "nan"):
        return kind
    result = repr(math.ldexp(1.0, fmt.ulp_exponent(bits)))
    if fmt is FLOAT64:
        assert result == repr(math.ulp(struct.unpack("<d", struct.pack("<Q", bits))[0]))
    return result


def neighbour(fmt, bits, up):
    negative, magnitude, kind = bool(bits & fmt.sign), bits & (fmt.sign - 1), fmt.kind(bits)
    if kind == "nan" or (kind == "inf" and negative != up):
        return bits
    if kind == "zero":
        result = 1 if up else fmt.sign | 1
    else:
        result = bits - 1 if negative == up else bits + 1
    if fmt.infinite:
        toward = fmt.array(fmt.inf | (0 if up else fmt.sign))
        theirs = fmt.bits(np.nextafter(fmt.array(bits), toward))
        assert result == theirs, (fmt.name, hex(bits), up, hex(result), hex(theirs))
    return result


def exact(fmt, bits):
    kind = fmt.kind(bits)
    if kind in ("inf", "nan"):
        return shortest(fmt, bits)
    if kind == "zero":
        return "-0" if bits & fmt.sign else "0"
    number = fmt.fraction(bits)
    wide = FLOAT64.round(abs(number)) | (FLOAT64.sign if number < 0 else 0)
    decimal = Decimal(struct.unpack("<d", struct.pack("<Q", wide))[0])
    text = f"{decimal:f}"
    assert Fraction(decimal) == number
    return text.rstrip("0").rstrip(".") if "." in text else text


def literal_line(text, fmt, via, full=None):
    bits = from_literal(text, fmt, via)
    whole = exact(fmt, bits)
    if full is None:
        full = len(whole) < 60
    line = ["l", text, fmt.name, via, fmt.hex(bits), shortest(fmt, bits), whole if full else None, fmt.kind(bits), ulp(fmt, bits)]
    neighbours = [fmt.hex(neighbour(fmt, bits, False)), fmt.hex(neighbour(fmt, bits, True))]
    # Ordinary neighbours are left out of two lines in three, to keep the file small.
    plain = fmt.kind(bits) == "normal" and bits & (fmt.sign - 1) < fmt.max - 1
    return line if plain and bits % 3 else line + neighbours


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class NoValue(Exception):
    pass


def expression_line(text, fmt):
    """Every step of an expression without inf and nan, by fractions; the last one held against eval() or NumPy."""
    steps = []

    def add(node, bits, true, here):
        def error(of):
            if of is None or fmt.kind(bits) in ("inf", "nan"):
                return None
            try:
                return float((fmt.fraction(bits) - of) / Fraction(2) ** fmt.ulp_exponent(bits))
            except OverflowError:
                return None

        steps.append([segment(node), fmt.hex(bits), shortest(fmt, bits), error(true), error(here)])
        return bits, true

    def segment(node):
        found = ast.get_source_segment(text, node)
        # Python's nodes leave their own parentheses out, and so does the lab for a whole step, but not for an operand of it.
        return found

    def work(node):
        if isinstance(node, ast.Constant):
            source = segment(node)
            _, true = parse(source)
            return add(node, from_literal(source, fmt, 0), true, true)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.operand, ast.Constant):
                source = segment(node.operand)
                _, true = parse(source)
                return add(node, from_literal("-" + source, fmt, 0), -true, -true)
            bits, true = work(node.operand)
            bits ^= fmt.sign
            return add(node, bits, -true, None if fmt.kind(bits) in ("inf", "nan") else fmt.fraction(bits))
        (a, ta), (b, tb) = work(node.left), work(node.right)
        if "nan" in (fmt.kind(a), fmt.kind(b)) or "inf" in (fmt.kind(a), fmt.kind(b)) or fmt.kind(b) == "zero":
            raise NoValue
        x, y = fmt.fraction(a), fmt.fraction(b)
        op = OPERATORS[type(node.op)]
        here = x / y if op is operator.truediv else op(x, y)
        if here == 0:
            if isinstance(node.op, (ast.Mult, ast.Div)):
                negative = (a ^ b) & fmt.sign
            else:
                nb = b ^ (fmt.sign if isinstance(node.op, ast.Sub) else 0)
                negative = a & nb & fmt.sign if x == 0 and y == 0 else 0
        else:
            negative = fmt.sign if here < 0 else 0
        bits = fmt.round(abs(here)) | negative
        theirs = fmt.bits(op(fmt.array(a), fmt.array(b)))
        assert bits == theirs or fmt.kind(bits) == "nan" == fmt.kind(theirs), (text, fmt.name, hex(bits), hex(theirs))
        if op is operator.truediv and tb == 0:
            raise NoValue
        return add(node, bits, ta / tb if op is operator.truediv else op(ta, tb), here)

    work(ast.parse(text, mode="eval").body)
    return ["e", text, fmt.name, steps]


def random_literal(rng, fmt):
    shape = rng.randrange(12)
    if shape == 0:
        return repr(struct.unpack("<d", rng.randbytes(8))[0])
    if shape == 1:
        return f"{rng.randrange(-10**6, 10**6)}e{rng.randrange(-345, 320)}"
    if shape == 2:
        return f"{rng.choice(['', '-', '+'])}{rng.randrange(10**4)}.{rng.randrange(10**8)}"
    if shape == 3:
        return f"{rng.choice(['', '-'])}.{rng.randrange(10**5):05}E{rng.choice(['', '+', '-'])}{rng.randrange(40)}"
    # What is left is near a number of the format or half-way between two.
    magnitude = rng.randrange(fmt.max)
    if shape == 4:
        magnitude = rng.randrange(1 << fmt.f)
    if shape == 5:
        magnitude = fmt.max - rng.randrange(3)
    if shape == 6:
        magnitude = rng.randrange(1, 2**fmt.e - 1) << fmt.f
    low = fmt.fraction(magnitude)
    step = Fraction(2) ** fmt.ulp_exponent(magnitude)
    value = low + step * Fraction(rng.choice([0, 1, 2, 2, 2, 2, 3]), 4)
    whole = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(whole) == value
    if shape == 7:
        context = Context(prec=rng.choice([40] * 24 + [780]), Emin=-20000)
        whole = context.next_plus(whole) if rng.random() < 0.5 else context.next_minus(whole)
    if shape == 8:
        text = f"{whole:.{rng.randrange(1, 20)}e}"
    else:
        text = f"{whole:e}" if rng.random() < 0.5 or len(f"{whole:f}") > 60 else f"{whole:f}"
    if shape == 9:
        mantissa, _, exponent = text.lower().partition("e")
        if "." not in mantissa:
            mantissa += "."
        text = mantissa + "0" * rng.randrange(30) + rng.choice("01") + ("e" + exponent if exponent else "")
    if len(text) > 60 and rng.random() < 0.9:
        text = f"{whole:.25e}"
    return rng.choice(["", "", "-"]) + text


HAND = """0 -0 0.0 -0.0 1 -1 0.1 0.2 0.3 0.5 .5 5. 1_000 1_0.0_1e0_2 +inf Infinity -infinity INF nan -nan NaN 1e5 1E-5 1e16 1e15 9999999999999998
123456789012345678 1e22 1e23 9007199254740992 9007199254740993 9007199254740993.00000000000000000000000001 9007199254740994
9223372036854775807 9223372036854775808 18446744073709551615 1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308
1.797693134862315807e308 -1e309 1e999999999 -1e-999999999 1e-99999 1e99999999999999999999999 0e99999999999999 5e-324 4.9e-324 2.4703282292062327e-324
2.4703282292062328e-324 2.5e-324 2.2250738585072014e-308 2.2250738585072011e-308 2.2250738585072012e-308 65504 65519 65519.99 65520 65536 6e-8
5.960464477539063e-08 2.9802322387695312e-08 2.98023223876953125e-08 2.980232238769531250001e-08 0.00006103515625 240 256 416 432 448 463 464 464.0001
465 479 480 481 512 57344 61439 61440 61441 -464 -465 -480 -61440 0.001953125 0.0009765625 0.00097656251 0.0029296875 0.015625 0.0146484375
3.4028234663852886e38 3.4028235677973366e38 3.4028235677973365e38 3.3895313892515355e38 3.3961775292304957e38 1.401298464324817e-45 7e-46 7.1e-46
1.00390625 1.00390625000000000001 1.01171875 1.0009765625 1.00048828125 1.00048828125000000001 1.00000005960464477539062500001 16777217 16777219 2049
2051 257 259 17 19 1e4 0.0001 0.00001 1234567 12345678.9 1125899906842624.25 1125899906842624.75 5.684341886080802e-14 2e-44 9.5 3.14159
6.02214076e23 1.6e-35 8.5e37 3e-41 72057594037927945 1e-5 0.00010 000.1 00 1__0 1_ _1 1._0 1e_0 1e . e1 1.2.3 0x10 0b1 inf_ na n+ +-1 --1 1e+ 1e1.0 ½ 1d 1f
1e5L ∞ NaN0 nan(1) 1_e1 1e1_ infinit 1,5 1'000""".split() + [
    "", " ", "\t1.5\n", "\u00a02.5\u2003", "1 2", "1\x00", "1\x1c", "\u0663.\u0661\u0664", "\uff11\uff10", "\U0001d7ce.\U0001d7cf", "\u09e7e\u09e9",
    "1\u200b", "\ufeff1", "- 1", "1e 5", "\u22121",
]  # fmt: skip

EXPRESSIONS = """0.1 + 0.2
0.1+0.2+0.3
0.3-0.1-0.2
(0.1 + 0.2) + 0.3
0.1 + (0.2 + 0.3)
1 - 0.9
0.1 * 3
1/3
1/3*3
-(1/3) + 1/3
1e16 + 1 - 1e16
1e308 * 10
-1e308 * 10
5e-324 / 2
-5e-324 / 2
5e-324 * 0.5 + 1
2 * (0.1 + 0.7) * 10
(0.94 + 0.95 + 0.96) / 3
4.35 * 100
1.1 + 2.2
0 * -1
-0.0 + 0.0
-0.0 - 0.0
1 - 1
1e-300 * 1e-300
1e100 + 1 - 1e100
100 * 1.1
19/20
0.05+0.05+0.05+0.05+0.05+0.05+0.05+0.05+0.05+0.05
1/49*49
448 + 16
448 + 17
448 * 2
65504 + 16
3 * 1.5 - -2""".splitlines()


def random_expression(rng, depth=3):
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(
            [lambda: f"0.{rng.randrange(1, 1000)}", lambda: str(rng.randrange(1, 100)), lambda: f"{rng.randrange(1, 100)}e{rng.randrange(-8, 8)}"]
        )()
    if rng.random() < 0.1:
        return "-" + random_literal_or_group(rng, depth)
    left, right = random_literal_or_group(rng, depth), random_literal_or_group(rng, depth)
    return f"{left}{rng.choice([' + ', '-', ' * ', '/'])}{right}"


def random_literal_or_group(rng, depth):
    inner = random_expression(rng, depth - 1)
    return f"({inner})" if any(c in inner for c in "+*/ -") else inner


def close_line(rng):
    a = rng.choice([0.0, 1.0, -1.0, 0.1, 1e-9, 1e-12, 1e10, 123.456, math.inf, -math.inf, math.nan, rng.uniform(-1, 1)])
    b = rng.choice([a, a * (1 + rng.choice([1e-5, 1e-9, -1e-9, 1e-8, 0.1, -0.1])), a + rng.choice([1e-8, 1e-9, -1e-8, 0.5]), 2e-9, math.inf])
    rel = rng.choice([None, None, 0.0, 1e-9, 1e-5, 0.1, 1.0])
    absolute = rng.choice([None, None, 0.0, 1e-8, 1e-9, 0.5])
    ours = {k: v for k, v in (("rel_tol", rel), ("abs_tol", absolute)) if v is not None}
    theirs = {k: v for k, v in (("rtol", rel), ("atol", absolute)) if v is not None}
    return [
        "c", repr(a), repr(b), None if rel is None else repr(rel), None if absolute is None else repr(absolute),
        math.isclose(a, b, **ours), bool(np.isclose(a, b, **theirs)), bool(np.isclose(b, a, **theirs)),
    ]  # fmt: skip


def lines(seed, count):
    rng = random.Random(seed)
    for text in HAND:
        try:
            float(text)
        except ValueError:
            yield ["x", text]
            continue
        shown = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)
        for fmt in FORMATS:
            for via in (0, 1):
                if via == 0 or fmt is not FLOAT64 and from_literal(shown, fmt, 0) != from_literal(shown, fmt, 1):
                    yield [*(line := literal_line(shown, fmt, via))[:1], text, *line[2:]]
    for fmt in FORMATS:
        for _ in range(count // len(FORMATS)):
            text = random_literal(rng, fmt)
            yield literal_line(text, fmt, rng.choice([0, 0, 0, 1]) if fmt is not FLOAT64 else 0)
    for number in range(count // 80):
        # Half-way between two float64, then a tail of zeros and perhaps one more digit.
        magnitude = rng.randrange(1 << 52, 1 << 55) if number % 2 else rng.randrange(FLOAT64.max)
        middle = FLOAT64.fraction(magnitude) + Fraction(2) ** (FLOAT64.ulp_exponent(magnitude) - 1)
        digits = f"{Decimal(middle.numerator) / Decimal(middle.denominator):.{700 + number % 200}e}"
        mantissa, _, exponent = digits.partition("e")
        yield literal_line(f"{mantissa}{rng.choice(['', '1', '0'])}e{exponent}", FLOAT64, 0, number < 3)
    for fmt in FORMATS:
        for text in EXPRESSIONS + [random_expression(rng) for _ in range(count // 110)]:
            try:
                line = expression_line(text, fmt)
            except NoValue:
                continue
            if fmt is FLOAT64 and fmt.kind(int(line[3][-1][1], 16)) != "nan":
                assert line[3][-1][2] == repr(float(eval(floats(text)))), line
            yield line
    for _ in range(count // 10):
        yield close_line(rng)


def floats(text):
    """The same expression with every int literal made a float."""

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, node):
            return ast.Constant(float(node.value))

    return ast.unparse(ast.fix_missing_locations(Floats().visit(ast.parse(text, mode="eval"))))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=1200)
    arguments = arguments.parse_args()
    getcontext().prec = 3000
    getcontext().Emin = -20000
    seen = set()
    for line in lines(arguments.seed, arguments.count):
        text = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
        if text not in seen:
            seen.add(text)
            sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
