"""The work of five jobs, counted in a real CPython: tests/vectors/cost.jsonl.

    python3.11 tests/vectors/cost.py > tests/vectors/cost.jsonl

Made with CPython 3.11.7 on 64-bit Linux (3.12.1 gives the same lines but for the first; 3.13 finds the runs of a sort in
another way, so that its comparisons differ).

- membership: `__eq__` calls of the 50 look-ups in a list, a set and a dict, and the slots inspected: the look-up of
  Objects/setobject.c and Objects/dictobject.c, walked here over the table that the interpreter really holds in memory.
- string: what `self.s += piece` copies: the length of each new string that appears, as a string that another name holds
  cannot grow in place; and the length of what `join` makes.
- topk: `__lt__` and `__eq__` calls of `sorted(xs)` and of `heapq.nsmallest(k, xs)`.
- sort: `__lt__` calls of `sorted` for numbers in patterns: rows of [n, seed, calls].

`cost.py --random SEED ROWS` writes ROWS other sort rows instead, for a longer comparison than the one kept here:
`FIELDGUIDE_COST_VECTORS=file cargo test -p fieldguide-wasm --features json --test cost` reads them.
"""

import ctypes
import heapq
import json
import random
import sys

MASK = (1 << 32) - 1


def scattered(i):
    z = i + 1 & MASK
    z = (z ^ z >> 16) * 0x85EBCA6B & MASK
    z = (z ^ z >> 13) * 0xC2B2AE35 & MASK
    return z ^ z >> 16


def numbers(order, n):
    if order == "shuffled":
        return [scattered(i) for i in range(n)]
    if order == "ascending":
        return list(range(n))
    return [MASK - i for i in range(n)]


def wanted(n):
    return [scattered((2 * j + 1) * n // 50) for j in range(25)] + [scattered((1 << 31) + j) for j in range(25)]


def pattern(name, n, seed):
    """The same numbers as `pattern` of wasm/tests/cost.rs."""
    s = [scattered(seed * 1_009 + i) for i in range(n)]
    if name == "random":
        return s
    if name == "few":
        return [v % (seed % 7 + 1) for v in s]
    if name == "runs":
        return [i % (seed % 90 + 2) * (1 if seed % 2 else -1) + (1 << 20) for i in range(n)]
    if name == "nearly":
        return [v % (1 << 23) if v % 20 == 0 else i * 1000 for i, v in enumerate(s)]
    if name == "organ":
        return [min(i, n - i) // (seed % 3 + 1) for i in range(n)]
    if name == "blocks":
        return sorted(s[: n // 3]) + sorted(s[n // 3 : n // 2], reverse=True) + sorted(s[n // 2 :])
    if name == "interleaved":
        return [v // (1 << 22) + i // (seed % 50 + 1) * 300 for i, v in enumerate(s)]
    raise ValueError(name)


PATTERNS = ["random", "few", "runs", "nearly", "organ", "blocks", "interleaved"]


class Counted:
    """A number that counts how often it is asked."""

    __slots__ = ("value",)
    eq = lt = 0

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return self.value

    def __eq__(self, other):
        Counted.eq += 1
        return self.value == other.value

    def __lt__(self, other):
        Counted.lt += 1
        return self.value < other.value


def count(run):
    Counted.eq = Counted.lt = 0
    run()
    return Counted.lt, Counted.eq


def word(address, n):
    return int.from_bytes(ctypes.string_at(address, n), "little")


def set_probes(s, h):
    mask, table = word(id(s) + 32, 8), word(id(s) + 40, 8)
    i, perturb, probes = h & mask, h, 0
    while True:
        for slot in range(i, i + 10 if i + 9 <= mask else i + 1):
            probes += 1
            key, there = word(table + 16 * slot, 8), word(table + 16 * slot + 8, 8)
            if key == 0 or there == h:
                return probes
        perturb >>= 5
        i = (i * 5 + 1 + perturb) & mask


def dict_probes(d, h):
    keys = word(id(d) + 32, 8)
    size, index_bytes = 1 << word(keys + 8, 1), 1 << word(keys + 9, 1)
    width = max(1, index_bytes // size)
    i, perturb, probes = h & size - 1, h, 0
    while True:
        probes += 1
        entry = int.from_bytes(ctypes.string_at(keys + 32 + i * width, width), "little", signed=True)
        if entry < 0 or word(keys + 32 + index_bytes + 24 * entry, 8) == h:
            return probes
        perturb >>= 5
        i = (i * 5 + perturb + 1) & size - 1


def look_up_all(container, keys):
    for key in keys:
        key in container


def membership(n):
    plain = numbers("shuffled", n)
    assert len({*plain, *wanted(0)[25:]}) == n + 25 and all(hash(v) == v for v in plain)
    made = [Counted(v) for v in plain]
    keys = [Counted(v) for v in wanted(n)]
    containers = [made, {*()}, {}]
    for key in made:
        containers[1].add(key)
        containers[2][key] = None
    eq = [count(lambda: look_up_all(c, keys))[1] for c in containers]
    real_set, real_dict = set(), {}
    for value in plain:
        real_set.add(value)
        real_dict[value] = None
    # A dict that never had a key shares a table of one empty slot.
    slots = [
        sum(set_probes(real_set, key) for key in wanted(n)),
        sum(dict_probes(real_dict, key) for key in wanted(n)) if n else len(wanted(n)),
    ]
    line(case="membership", n=n, eq=eq, slots=slots)


class Page:
    """Something whose attribute is the string: the interpreter cannot grow it in place."""

    def __init__(self):
        self.s = ""


def string(n):
    piece = "".join(["x"] * 10)
    page, before, copied, new = Page(), None, 0, 0
    pieces = [piece] * n
    for part in pieces:
        before = page.s
        page.s += part
        if page.s is not before and page.s is not part:
            copied += len(page.s)
            new += 1
    joined = "".join(pieces)
    line(case="string", n=n, concat=copied, join=0 if joined is piece else len(joined), new=new)


def topk(n, k, order):
    xs = [Counted(v) for v in numbers(order, n)]
    by_sort = count(lambda: sorted(xs)[:k])[0]
    by_heap = count(lambda: heapq.nsmallest(k, xs))
    line(case="topk", n=n, k=k, order=order, sorted=by_sort, nsmallest=by_heap)


def sort_rows(name, rows):
    out = []
    for n, seed in rows:
        xs = [Counted(v) for v in pattern(name, n, seed)]
        out.append([n, seed, count(lambda: sorted(xs))[0]])
    line(case="sort", pattern=name, rows=out)


def line(**values):
    print(json.dumps(values, separators=(",", ":")))


def main():
    line(python=sys.version.split()[0])
    if sys.argv[1:2] == ["--random"]:
        rng = random.Random(int(sys.argv[2]))
        for name in PATTERNS:
            sizes = [int(2 ** rng.uniform(0, 13)) for _ in range(int(sys.argv[3]) // len(PATTERNS))]
            sort_rows(name, [(n, rng.randrange(1_000_000)) for n in sizes])
        for _ in range(int(sys.argv[3]) // 10):
            n, k = int(2 ** rng.uniform(0, 12)), int(2 ** rng.uniform(0, 10))
            topk(n, k, rng.choice(["shuffled", "shuffled", "ascending", "descending"]))
            membership(int(2 ** rng.uniform(0, 11)))
        return
    for n in [*range(0, 140), 255, 256, 500, 614, 615, 1_000, 2_000, 5_000, 10_000, 30_583, 50_000, 50_001, 100_000]:
        membership(n)
    for n in [*range(0, 20), 100, 1_000, 5_000, 20_000]:
        string(n)
    for order in ["shuffled", "ascending", "descending"]:
        for k in [1, 2, 3, 10, 100, 1_000]:
            for n in [*range(0, 13), 31, 63, 64, 65, 99, 100, 101, 127, 128, 129, 500, 999, 1_000, 1_001, 2_500, 10_000]:
                topk(n, k, order)
        topk(100_000, 1_000, order)
    topk(100_000, 10, "shuffled")
    for name in PATTERNS:
        sort_rows(name, [(n, n * 7 % 113) for n in [*range(0, 70), 100, 127, 128, 129, 200, 333, 500, 1_000, 2_048, 5_000]])


if __name__ == "__main__":
    main()
