"""Bytes of list, dict and set as they grow, from a real CPython: tests/vectors/getsizeof.jsonl.

    python3.11 tests/vectors/getsizeof.py > tests/vectors/getsizeof.jsonl

Made with CPython 3.11.7 on 64-bit Linux. Each container gets one item at a time and `sys.getsizeof` is asked after every one
up to MOST; a line holds the numbers of items at which the answer changed and the new answer, so that between two of them it is
known not to change. `exact` is `list(range(n))`, made at once: a line for each remainder that matters. `pop` is a list that
was made at once and is emptied by `pop(0)`; `popleft` a deque that is emptied from its left: the lengths at which the answer
changed, falling.
"""

import json
import sys
from collections import deque
from sys import getsizeof

MOST = 1_000_000


def changes(container, add, most=MOST):
    points = [[0, getsizeof(container)]]
    for i in range(most):
        add(container, i)
        size = getsizeof(container)
        if size != points[-1][1]:
            points.append([i + 1, size])
    return points


def falling(container, pop):
    points = [[len(container), getsizeof(container)]]
    while container:
        pop(container)
        size = getsizeof(container)
        if size != points[-1][1]:
            points.append([len(container), size])
    return points


def put(d, key):
    d[key] = None


def line(**values):
    print(json.dumps(values, separators=(",", ":")))


def main():
    line(python=sys.version.split()[0], bits=sys.maxsize.bit_length() + 1, most=MOST)
    line(kind="list", growth=changes([], list.append))
    line(kind="set", growth=changes(set(), set.add))
    # The layout of a table depends on the hashes, its size does not: scattered keys give the same line.
    line(kind="set", growth=changes(set(), lambda s, i: s.add(i * 0x9E3779B97F4A7C15 % (1 << 61))))
    line(kind="dict", growth=changes({}, put))
    line(kind="dict", growth=changes({}, lambda d, i: put(d, -i * 1.5)))
    line(kind="strdict", growth=changes({}, lambda d, i: put(d, str(i))))
    line(kind="exact", growth=[[n, getsizeof(list(range(n)))] for n in [*range(20), 99, 100, 1001, 99_999, 100_000]])
    for n in [*range(40), 63, 64, 65, 100, 127, 128, 129, 1_000, 1_001, 5_000, 20_000]:
        line(kind="pop", n=n, falling=falling(list(range(n)), lambda xs: xs.pop(0)))
        line(kind="popleft", n=n, falling=falling(deque(range(n)), deque.popleft))


main()
