"""The set vectors: operations on a set, step by step, as CPython 3.11-3.13 (64-bit) plays them.

    python set.py PYTHON3.11 PYTHON3.12 PYTHON3.13     writes set.jsonl, holding every sequence to those interpreters
    python set.py --real 20000 PYTHON ...              holds the reference to interpreters on more sequences
    python set.py --lab 20000 fieldguide lab set --batch    holds the lab to the reference

The committed file was written with CPython 3.11.7, 3.12.1 and 3.13.0. The order of a real set is the order of its slots,
so it shows where each key ended up; the slots that a probe inspects are those of the reference below, written from
Objects/setobject.c (3.11), whose steps CPython 3.12 and 3.13 keep: where an insertion passes dummies, the key goes to the
last dummy that it passed.
"""

from hashtables import MASK64, MODULUS, Nan, main, py_hash, same

EMPTY, DUMMY = None, "dummy"


def reference(ops, seed):
    """The steps and, for the order at the end, the number of the operation that brought each key."""
    table, fill, used = [EMPTY] * 8, 0, 0
    steps = []

    def path(table, hash_):
        """Each stop of the jumps is followed by the nine slots after it, where the table has that many."""
        mask = len(table) - 1
        perturb, at = hash_ & MASK64, hash_ & mask
        while True:
            yield from range(at, at + (10 if at + 9 <= mask else 1))
            perturb >>= 5
            at = (at * 5 + 1 + perturb) & mask

    for number, (op, key) in enumerate(ops):
        hash_ = py_hash(key, seed)
        step = {"lookup_slots": [], "insert_slots": [], "resized": None, "slot": None, "slot_after_resize": None, "reused_dummy": False}
        dummy, found = None, False
        for at in path(table, hash_):
            step["lookup_slots"].append(at)
            entry = table[at]
            if entry is EMPTY:
                break
            if entry is DUMMY:
                dummy = at
            elif entry[1] == hash_ and same(entry[0], key):
                found = True
                break
        if found:
            step["slot"] = at
        if op == "i" and not found:
            step["result"] = "new"
            step["slot"] = at if dummy is None else dummy
            step["reused_dummy"] = dummy is not None
            table[step["slot"]] = (key, hash_, number)
            used += 1
            if dummy is None:
                fill += 1
                mask = len(table) - 1
                if fill * 5 >= mask * 3:
                    wanted = used * 2 if used > 50000 else used * 4
                    size = 8
                    while size <= wanted:
                        size *= 2
                    step["resized"] = [mask + 1, size]
                    old, table, fill = table, [EMPTY] * size, used
                    for entry in old:
                        if entry is not EMPTY and entry is not DUMMY:
                            table[next(at for at in path(table, entry[1]) if table[at] is EMPTY)] = entry
                    step["slot_after_resize"] = next(at for at, entry in enumerate(table) if entry and entry[2] == number)
        elif op == "i":
            step["result"] = "present"
        elif not found:
            step["result"] = "missing"
        elif op == "l":
            step["result"] = "found"
        else:
            step["result"] = "deleted"
            table[at] = DUMMY
            used -= 1
        step["table_size"], step["used"] = len(table), used
        # The eight first slots are part of the object; a larger table is an allocation of its own.
        step["sizeof"] = 216 + (16 * len(table) if len(table) > 8 else 0)
        steps.append(step)
    return steps, [entry[2] for entry in table if entry is not EMPTY and entry is not DUMMY]


def inserts(*keys):
    return [("i", key) for key in keys]


HAND_PICKED = [
    ([], 0),
    ([("l", 1), ("d", 1)], 0),
    ([("i", 1), ("i", "spam"), ("l", 1), ("d", 1)], 0),
    (inserts(True, 1, 1.0, 0, False, -0.0), 0),
    (inserts(*range(25)), 0),
    (inserts(3, 1, 2), 0),
    (inserts(*(8 * n for n in range(12))), 0),
    (inserts(*(32 * n for n in range(30))), 0),
    (inserts(*(MODULUS * n for n in range(12))), 0),
    (inserts(*"abcdefghijklmnopqrstuvwxyz"), 0),
    (inserts(*"abcdefghijklmnopqrstuvwxyz"), 42),
    # dummies: the last one passed is reused; full of dummies, the table is rebuilt at its size or smaller
    (inserts(0, 8, 16, 24) + [("d", 0), ("d", 8), ("d", 16), ("i", 40), ("i", 48), ("l", 24)], 0),
    (inserts(0, 8, 16) + [("d", 0), ("d", 8), ("i", 16), ("i", 24), ("i", 0)], 0),
    ([op for n in range(40) for op in (("i", n), ("d", n))], 0),
    (inserts(*range(19)) + [("d", n) for n in range(19)] + inserts(*range(100, 120)), 0),
    (inserts(*range(60)) + [("d", n) for n in range(58)] + inserts(*range(200, 224)), 0),
    # linear probes: in a table of 32, slots 0 to 22 have nine slots after them, 23 to 31 have not
    (inserts(100, 101, 102, 103, 104) + inserts(*(32 * n + 22 for n in range(14))), 0),
    (inserts(100, 101, 102, 103, 104) + inserts(*(32 * n + 23 for n in range(14))), 0),
    (inserts(-1, -2, MODULUS - 1, -MODULUS - 1, MODULUS - 2, -MODULUS, 0), 0),
    (inserts((), (1, 2), (1.0, 2), (1, True), ("a", ("b", None)), (2, 1), None), 7),
    (inserts(Nan(0), Nan(1)) + [("l", Nan(2)), ("i", (Nan(3),)), ("d", Nan(4))], 0),
    (inserts(*range(80)), 0),
    (inserts(*("k%d" % n for n in range(180))), 1),
]

if __name__ == "__main__":
    main("set", reference, HAND_PICKED, 1150, 20, __doc__)
