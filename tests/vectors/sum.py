"""Vectors for the sum lab, from CPython and NumPy.

    python3.13 -m pip install numpy==2.4.6
    python3.13 tests/vectors/sum.py > tests/vectors/sum.jsonl

Made with CPython 3.13.0 and NumPy 2.4.6; the same seed gives the same lines. `--seed S --count N` makes other and more lines.

A line is [values, naive, pairwise, kahan, neumaier, fsum], each sum as `repr` prints it or `Type: message`. `values` is a list of literals, or
[n, seed, scale] for n values of the generator below, so that long lists stay short:

    seed = seed * 6364136223846793005 + 1442695040888963407 mod 2**64;  value = ((seed >> 11) - 2**52) / 2**scale

`neumaier` is the built-in `sum` and needs Python 3.12 or later; `fsum` is `math.fsum`; `pairwise` is `numpy.sum`.
"""

import argparse
import json
import math
import random
import struct
import sys

import numpy as np

assert sys.version_info >= (3, 12), "the built-in sum compensates from 3.12 on"
np.seterr(all="ignore")


def naive(values):
    total = 0.0
    for value in values:
        total += value
    return total


def kahan(values):
    total = lost = 0.0
    for value in values:
        term = value - lost
        following = total + term
        lost = (following - total) - term
        total = following
    return total


def text(function, values):
    try:
        return repr(float(function(values)))
    except (OverflowError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def generated(n, seed, scale):
    values = []
    for _ in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append(((seed >> 11) - 2**52) / 2**scale)
    return values


def line(literals, values=None):
    values = [float(literal) for literal in literals] if values is None else values
    numpys = text(lambda v: np.sum(np.array(v, dtype=np.float64)), values)
    return [literals, text(naive, values), numpys, text(kahan, values), text(sum, values), text(math.fsum, values)]


HAND = [
    [], ["0.1", "0.2", "0.3"], ["-0.0"], ["-0.0", "-0.0"], ["0.1"] * 10, ["1e100", "1", "-1e100"], ["1", "1e100", "1", "-1e100"],
    ["1e16", "1", "1"], ["1", "1e16", "-1e16"], ["inf"], ["-inf", "1"], ["inf", "-inf"], ["nan"], ["nan", "inf", "-inf"], ["1", "inf"],
    ["1e308", "1e308"], ["1e308", "1e308", "-1e308"], ["1e308", "-1e308", "1e308"], ["1e308", "1e308", "inf"], ["inf", "1e308", "1e308"],
    ["-1e308", "-1e308", "nan"], ["1e308", "1e308", "-inf"], ["5e-324"] * 9, ["5e-324", "-5e-324"], ["9007199254740992", "1", "1"],
    ["9007199254740992", "1", "-9007199254740992"], ["0.94", "0.95", "0.96"], ["0.05"] * 20, ["1e16", "1", "1e-16"], ["1e16", "1", "1e-30"],
    ["1e16", "1", "-1e-30"], ["-1e16", "-1", "-1e-30"], ["9007199254740992", "-0.5", "-5e-324"], ["1.7976931348623157e308", "1e291"],
    ["1.7976931348623157e308", "9.979201547673599e291"], ["1.7976931348623157e308", "9.9792015476736e291"], ["1", "2", "3"], ["1_0", " 2 ", ".5"],
    ["0.1"] * 7, ["0.1"] * 8, ["0.1"] * 9, ["0.1"] * 16, ["0.1"] * 127, ["0.1"] * 128, ["0.1"] * 129, ["0.1"] * 136, ["0.1"] * 137,
    ["-0.0"] * 8, ["-0.0"] * 9, ["inf"] + ["1"] * 20, ["1"] * 20 + ["-inf"] + ["inf"], ["nan"] + ["0"] * 8,
]  # fmt: skip


def random_list(rng):
    n = rng.choice([rng.randrange(1, 6), rng.randrange(6, 14), rng.randrange(14, 30)])
    shape = rng.randrange(7)
    if shape == 0:
        return [repr(struct.unpack("<d", rng.randbytes(8))[0]) for _ in range(n)]
    if shape == 1:
        return [f"0.{rng.randrange(1, 100)}" for _ in range(n)]
    if shape == 2:
        return [f"{rng.choice(['', '-'])}{rng.randrange(1, 1000)}e{rng.randrange(-20, 20)}" for _ in range(n)]
    if shape == 3:
        values = [f"{rng.randrange(1, 10**6)}e{rng.randrange(-12, 12)}" for _ in range((n + 1) // 2)]
        values += ["-" + value for value in values[: n // 2]]
        rng.shuffle(values)
        return values
    if shape == 4:
        return [repr(rng.choice([1, -1]) * math.ldexp(rng.choice([1.0, 1.5, 1 + 2**-52]), rng.randrange(-60, 60))) for _ in range(n)]
    if shape == 5:
        return [rng.choice(["1e308", "-1e308", "9e307", "1", "0.0", "-0.0", "5e-324", "1.7976931348623157e308"]) for _ in range(n)]
    return [rng.choice(["inf", "-inf", "nan", "1.5", "1e308", "-0.0", "0.1"]) for _ in range(min(n, 6))]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=900)
    arguments = arguments.parse_args()
    rng = random.Random(arguments.seed)
    lines = [line(values) for values in HAND]
    lines += [line(random_list(rng)) for _ in range(arguments.count)]
    for at in range(arguments.count // 9):
        long = [rng.choice([rng.randrange(8, 300), rng.randrange(300, 2000)]), rng.randrange(2**64), rng.randrange(0, 80)]
        lines.append(line([*long[:1], str(long[1]), long[2]], generated(*long)))
    for values in lines:
        sys.stdout.write(json.dumps(values, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
