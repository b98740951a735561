"""The dict vectors: operations on a dict, step by step, as CPython 3.11-3.13 (64-bit) plays them.

    python dict.py PYTHON3.11 PYTHON3.12 PYTHON3.13     writes dict.jsonl, holding every sequence to those interpreters
    python dict.py --real 20000 PYTHON ...              holds the reference to interpreters on more sequences
    python dict.py --lab 20000 fieldguide lab dict --batch    holds the lab to the reference

The committed file was written with CPython 3.11.7, 3.12.1 and 3.13.0. A real dict shows its results, its length, its
sys.getsizeof and its order; the slots that a probe inspects are those of the reference below, written from
Objects/dictobject.c (3.11), whose steps CPython 3.12 and 3.13 keep.
"""

from hashtables import MASK64, MODULUS, Nan, main, py_hash, same

EMPTY, DUMMY = -1, -2


def reference(ops, seed):
    """The steps and, for the order at the end, the number of the operation that brought each key."""
    indices, entries = [], []  # no table of its own: the empty keys that all empty dicts share
    usable, used, general = 0, 0, False
    steps = []

    def path(hash_):
        mask = len(indices) - 1
        perturb, at = hash_ & MASK64, hash_ & mask
        while True:
            yield at
            perturb >>= 5
            at = (at * 5 + perturb + 1) & mask

    def look_up(key, hash_):
        inspected = []
        if not indices:
            return inspected, None
        for at in path(hash_):
            inspected.append(at)
            index = indices[at]
            if index == EMPTY:
                return inspected, None
            if index >= 0 and entries[index][1] == hash_ and same(entries[index][0], key):
                return inspected, index

    def rebuild(size):
        nonlocal indices, entries, usable
        entries = [entry for entry in entries if entry]
        indices = [EMPTY] * size
        for number, entry in enumerate(entries):
            indices[next(at for at in path(entry[1]) if indices[at] == EMPTY)] = number
        usable = size * 2 // 3 - len(entries)

    def grow():
        """GROWTH_RATE is used * 3; the size is the power of two that CPython's bit trick gives for it."""
        old = len(indices)
        rebuild(1 << (((used * 3 | 8) - 1) | 7).bit_length())
        return [old, len(indices)]

    for number, (op, key) in enumerate(ops):
        hash_ = py_hash(key, seed)
        is_str = isinstance(key, str)
        step = {"lookup_slots": [], "insert_slots": [], "resized": None, "slot": None, "reused_dummy": False}
        if op == "i":
            if not indices:
                general = not is_str
                rebuild(8)
                step["resized"] = [0, 8]
                index = None
            else:
                if not general and not is_str:
                    general = True
                    step["resized"] = grow()
                step["lookup_slots"], index = look_up(key, hash_)
                if index is None and usable <= 0:
                    assert step["resized"] is None
                    step["resized"] = grow()
            if index is None:
                for at in path(hash_):
                    step["insert_slots"].append(at)
                    if indices[at] < 0:
                        break
                step["reused_dummy"] = indices[at] == DUMMY
                step["slot"] = at
                indices[at] = len(entries)
                entries.append((key, hash_, number))
                usable -= 1
                used += 1
                step["result"] = "new"
            else:
                step["slot"] = step["lookup_slots"][-1]
                step["result"] = "replaced"
        else:
            step["lookup_slots"], index = look_up(key, hash_)
            if index is None:
                step["result"] = "missing"
            else:
                step["slot"] = step["lookup_slots"][-1]
                step["result"] = "found"
                if op == "d":
                    indices[step["slot"]] = DUMMY
                    entries[index] = None
                    used -= 1
                    step["result"] = "deleted"
        size = len(indices)
        width = 1 if size < 256 else 2 if size < 65536 else 4
        step["table_size"], step["used"] = size, used
        step["sizeof"] = 64 + (32 + size * width + size * 2 // 3 * (24 if general else 16) if size else 0)
        steps.append(step)
    return steps, [entry[2] for entry in entries if entry]


def inserts(*keys):
    return [("i", key) for key in keys]


HAND_PICKED = [
    ([], 0),
    ([("l", 1), ("d", 1)], 0),
    ([("i", 1), ("i", "spam"), ("l", 1), ("d", 1)], 0),
    ([("i", "spam"), ("l", "spam"), ("l", "egg"), ("d", "spam"), ("l", "spam"), ("i", "spam")], 0),
    (inserts(True, 1, 1.0, 0, False, -0.0), 0),
    (inserts(*range(25)), 0),
    (inserts(*(8 * n for n in range(12))), 0),
    (inserts(*(MODULUS * n for n in range(12))), 0),
    (inserts(*"abcdefghijklmnopqrstuvwxyz"), 0),
    (inserts(*"abcdefghijklmnopqrstuvwxyz"), 42),
    # the first key that is no string: unicode table to general table, and the size that the bit trick gives
    *((inserts(*"abcdefghijklmnop"[:n], n), 0) for n in range(17)),
    (inserts("a") + [("d", "a"), ("i", 1)], 0),
    (inserts("a") + [("l", 1), ("d", 1), ("i", "b")], 0),
    # dummies: reuse them, fill the entries with deleted ones, resize to the same size and to a smaller one
    (inserts(1, 2, 3) + [("d", 2), ("i", 10), ("l", 2), ("l", 18)], 0),
    ([op for n in range(40) for op in (("i", n), ("d", n))], 0),
    ([op for n in range(40) for op in (("i", "k%d" % n), ("d", "k%d" % n))], 0),
    (inserts(*range(22)) + [("d", n) for n in range(22)] + inserts(100), 0),
    (inserts(*range(21)) + [("d", n) for n in range(20)] + inserts(100, 101), 0),
    (inserts(*range(21)) + [("d", n) for n in range(21)] + inserts(100, 101, 102, 103, 104, 105, 106), 0),
    (inserts(*(1 << n for n in range(0, 70, 3))), 0),
    (inserts(-1, -2, MODULUS - 1, -MODULUS - 1, MODULUS - 2, -MODULUS, 0), 0),
    (inserts((), (1, 2), (1.0, 2), (1, True), ("a", ("b", None)), (2, 1), None), 7),
    (inserts(Nan(0), Nan(1)) + [("l", Nan(2)), ("i", (Nan(3),)), ("d", Nan(4))], 0),
    (inserts(*range(90)), 0),
    (inserts(*("k%d" % n for n in range(180))), 1),
]

if __name__ == "__main__":
    main("dict", reference, HAND_PICKED, 1150, 20, __doc__)
