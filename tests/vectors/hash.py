"""The hash vectors: `hash()` of keys under several PYTHONHASHSEEDs, as 64-bit CPython 3.11-3.13 gives them.

    python hash.py PYTHON3.11 PYTHON3.12 PYTHON3.13     writes hash.jsonl: a line a seed, `[key, hash]` pairs

The committed file was written with CPython 3.11.7, 3.12.1 and 3.13.0; the values are those of the interpreters themselves
(of 3.12 and 3.13 where a key holds None, which 3.11 hashes by its address), and `py_hash` is held to them.
"""

import json
import math
import os
import random
import sys

from hashtables import MODULUS, Reals, has, interpreters, py_hash, random_key, to_json, Nan

HAND_PICKED = [
    0, 1, -1, -2, 2**30 - 1, 2**30, -(2**30), MODULUS - 1, MODULUS, MODULUS + 1, -MODULUS, 1 - MODULUS, -1 - MODULUS, 2 * MODULUS, 2**61, 2**63 - 1,
    2**63, -(2**63), 2**64, -(2**64) - 1, 10**40, -(10**300), 2**4000, True, False, None,
    0.0, -0.0, 0.1, 0.5, -0.5, -1.0, 1.0, 1.5, 2.0**53, 2.0**60, 2.0**61, 2.0**62, 1e308, 5e-324, 2.0**-1022, 1.7976931348623157e308, math.pi, -math.pi,
    math.inf, -math.inf, float(MODULUS), -float(MODULUS), 2.0**-61, 2.0**-62,
    "", "a", "abcdefg", "abcdefgh", "abcdefghi", "0123456789abcdef", "ÿ", "Ā", "日本語", "🐍", "aé", "a日", "a🐍", "\0", "\0\0", "x" * 255, "x" * 256, "x" * 300,
    (), (1,), (1, 2), (2, 1), (1.0, True), ("a", ("b", ("c",))), ((),), ((), ()), (None,), tuple(range(20)), (-1, -2), (math.inf, 0.5),
]
SEEDS = [0, 1, 2, 42, 123456789, 4294967295]

if __name__ == "__main__":
    rng = random.Random(20240229)
    reals = Reals(interpreters(sys.argv[1:]))
    lines, count = [], 0
    for seed in SEEDS:
        keys = HAND_PICKED + [key for key in (random_key(rng) for _ in range(150)) if not has(key, Nan)]
        keys += ["".join(chr(rng.choice([97, 98, 255, 256, 0xFFFF, 0x10000, 0x10FFFF])) for _ in range(rng.randrange(1, 40))) for _ in range(25)]
        keys += [rng.getrandbits(rng.randrange(1, 700)) * rng.choice([1, -1]) for _ in range(25)]
        keys += [math.ldexp(rng.random() - 0.5, rng.randrange(-1073, 1024)) for _ in range(50)]
        # halves of the last digit: where two shortest texts are equally near, repr() takes the even one
        keys += [math.ldexp(rng.randrange(1 << 53), -rng.randrange(1, 60)) for _ in range(50)] + [rng.randrange(1 << 36) + rng.choice([0.03515625, 0.25, 1 / 64]) for _ in range(50)]
        for real in reals.under(seed):
            for key, value in zip(keys, real.ask("hash", [to_json(key) for key in keys]), strict=True):
                assert value == py_hash(key, seed) or real.hashes_none_by_address and has(key, type(None)), (real.version, seed, key)
        pairs = [[to_json(key), str(py_hash(key, seed))] for key in keys]
        lines.append(json.dumps({"hash_seed": seed, "hashes": pairs}, ensure_ascii=False, separators=(",", ":")))
        count += len(pairs)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hash.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{path}: {count} hashes, held to " + ", ".join(sorted({real.version for real in reals.running.values()})))
