"""What the generators of the dict, set and hash vectors share.

* keys: Python values to and from the JSON of `fieldguide lab dict|set --json`;
* `py_hash`: `hash()` of a key under a given PYTHONHASHSEED, written from the description of CPython's
  Python/pyhash.c, Python/bootstrap_hash.c, Objects/{longobject,unicodeobject,tupleobject}.c (3.11-3.13),
  so that a table can be followed without being inside an interpreter of that seed;
* `Real`: a real interpreter as a child process under a PYTHONHASHSEED, which plays operations on a real dict or set;
* random keys and operations, and the compact text that a trace is stored as.

Nothing but the standard library; Python >= 3.11.
"""

import json
import math
import os
import random
import struct
import subprocess
import sys

MASK64 = (1 << 64) - 1
MODULUS = (1 << 61) - 1
NONE_HASH = 0xFCA86420  # constant since 3.12; 3.11 hashes None by its address
NAN_BASE = 0x7F00_0000_0000  # the lab's simplification: the n-th nan is an object at NAN_BASE + 32 * n


class Nan:
    """A written nan: an object of its own, equal to nothing but (by identity) itself."""

    def __init__(self, number):
        self.number = number


# --- keys and JSON ------------------------------------------------------------------------------------------------


def to_json(key):
    """A key as the lab's JSON has it."""
    if key is None or isinstance(key, (bool, str)):
        return key
    if isinstance(key, int):
        return key if abs(key) <= 2**53 else {"int": str(key)}
    if isinstance(key, float):
        return {"float": repr(key)}
    if isinstance(key, Nan):
        return {"float": "nan"}
    return {"tuple": [to_json(item) for item in key]}


def from_json(value, nan):
    """The Python key of the lab's JSON; `nan` makes what stands for a written nan."""
    if isinstance(value, dict):
        ((kind, inside),) = value.items()
        if kind == "tuple":
            return tuple(from_json(item, nan) for item in inside)
        if kind == "int":
            return int(inside)
        return nan() if inside == "nan" else float(inside)
    return value


def has(key, kind):
    """Whether a key is or holds an instance of `kind`."""
    return isinstance(key, kind) or isinstance(key, tuple) and any(has(item, kind) for item in key)


def same(a, b):
    """`a is b or a == b`, as dict and set compare keys; a Nan object equals itself alone, in tuples too."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a is b or a == b


# --- hash() -------------------------------------------------------------------------------------------------------


def secret(seed):
    """The 128-bit SipHash key of a PYTHONHASHSEED: zeros for 0, otherwise bytes of a linear congruential generator."""
    if seed == 0:
        return 0, 0
    state, out = seed, bytearray()
    for _ in range(16):
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        out.append(state >> 16 & 0xFF)
    return struct.unpack("<QQ", out)


def siphash13(key, data):
    """SipHash with one compression and three finalization rounds."""

    def rotate(x, by):
        return (x << by | x >> (64 - by)) & MASK64

    def round_(v):
        a, b, c, d = v
        a = (a + b) & MASK64
        b = rotate(b, 13) ^ a
        a = rotate(a, 32)
        c = (c + d) & MASK64
        d = rotate(d, 16) ^ c
        a = (a + d) & MASK64
        d = rotate(d, 21) ^ a
        c = (c + b) & MASK64
        b = rotate(b, 17) ^ c
        c = rotate(c, 32)
        return [a, b, c, d]

    k0, k1 = key
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(data) // 8 * 8
    words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        v = round_(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(3):
        v = round_(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def signed(x):
    x &= MASK64
    return x - (1 << 64) if x >> 63 else x


def py_hash(key, seed):
    """hash(key) under PYTHONHASHSEED=seed on 64-bit CPython 3.12 and 3.13 (3.11: but for None)."""
    if key is None:
        return NONE_HASH
    if isinstance(key, Nan):
        address = NAN_BASE + 32 * key.number
        return signed(address >> 4 | address << 60)
    if isinstance(key, int):
        value = abs(key) % MODULUS
    elif isinstance(key, float):
        if math.isinf(key):
            return 314159 if key > 0 else -314159
        numerator, denominator = abs(key).as_integer_ratio()
        value = numerator * pow(denominator, -1, MODULUS) % MODULUS
    elif isinstance(key, str):
        if key == "":
            return 0
        widest = max(map(ord, key))
        encoding = "latin-1" if widest < 256 else "utf-16-le" if widest < 65536 else "utf-32-le"
        value = signed(siphash13(secret(seed), key.encode(encoding, "surrogatepass")))
        return -2 if value == -1 else value
    else:
        prime_1, prime_2, prime_5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
        acc = prime_5
        for item in key:
            acc = (acc + py_hash(item, seed) * prime_2) & MASK64
            acc = (acc << 31 | acc >> 33) & MASK64
            acc = acc * prime_1 & MASK64
        acc = (acc + (len(key) ^ prime_5 ^ 3527539)) & MASK64
        return 1546275796 if acc == MASK64 else signed(acc)
    value = -value if key < 0 else value
    return -2 if value == -1 else value


# --- a real interpreter -------------------------------------------------------------------------------------------

CHILD = r"""
import json, sys
def key(v):
    if isinstance(v, dict):
        (kind, inside), = v.items()
        return tuple(map(key, inside)) if kind == "tuple" else int(inside) if kind == "int" else float(inside)
    return v
def play(kind, ops):
    table = {} if kind == "dict" else set()
    brought, seen = {}, []
    for number, (op, k) in enumerate(ops):
        k = key(k)
        if op == "i":
            known = k in table
            if not known: brought[k] = number
            if kind == "dict": table[k] = number
            else: table.add(k)
            result = ("replaced" if kind == "dict" else "present") if known else "new"
        elif op == "d":
            known = k in table
            if known:
                del brought[k]
                if kind == "dict": del table[k]
                else: table.remove(k)
            result = "deleted" if known else "missing"
        else:
            result = "found" if k in table else "missing"
        seen.append([result, sys.getsizeof(table), len(table)])
    return seen, [brought[k] for k in table]
for line in sys.stdin:
    what, argument = json.loads(line)
    if what == "hash": answer = [hash(key(v)) for v in argument]
    elif what == "version": answer = sys.version.split()[0]
    else: answer = play(what, argument)
    print(json.dumps(answer), flush=True)
"""


class Real:
    """A CPython interpreter under a PYTHONHASHSEED."""

    def __init__(self, python, seed):
        self.child = subprocess.Popen(
            [python, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        )
        self.version = self.ask("version", None)
        self.hashes_none_by_address = self.version.startswith("3.11.")

    def ask(self, what, argument):
        self.child.stdin.write(json.dumps([what, argument]) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())


class Reals:
    """All interpreters under all seeds that were asked for, started when they are first used."""

    def __init__(self, pythons):
        self.pythons, self.running = pythons, {}

    def under(self, seed):
        for python in self.pythons:
            if (python, seed) not in self.running:
                self.running[python, seed] = Real(python, seed)
            yield self.running[python, seed]


def interpreters(arguments):
    """The interpreters named on the command line; the one that runs this where none is."""
    return arguments or [sys.executable]


# --- random operations --------------------------------------------------------------------------------------------

SEEDS = [0, 0, 0, 1, 42, 4294967295, 123456789]
WORDS = ["spam", "egg", "loss", "accuracy", "epoch", "lr", "seed", "x", "y", "", "naïve", "Ω", "日本", "🐍", "a b", "ß", "\0", "é" * 9]


def random_key(rng, depth=0):
    """A key of any type the lab knows, often one that collides with or equals another."""
    kind = rng.random()
    if kind < 0.34:
        return rng.choice([rng.randrange(16), rng.randrange(-8, 64), 8 * rng.randrange(12), rng.randrange(1 << 20)])
    if kind < 0.42:
        return rng.choice([-1, -2, MODULUS, -MODULUS, MODULUS * rng.randrange(5), MODULUS - 1, MODULUS + rng.randrange(4),
                           1 << rng.randrange(130), -(1 << rng.randrange(130)), 10 ** rng.randrange(30), 1 << 53, (1 << 53) + 1])
    if kind < 0.68:
        return rng.choice(WORDS) if rng.random() < 0.5 else rng.choice("abcdefghijklmnop") * rng.choice([1, 1, 1, 2])
    if kind < 0.82:
        return rng.choice([float(rng.randrange(-4, 16)), rng.randrange(40) / 4, 0.1, -0.0, 1e300, 5e-324, 1e16, 2.0**61, 1e23,
                           float(1 << rng.randrange(130)), math.inf, -math.inf, rng.random(), rng.gauss(0, 1e9)])
    if kind < 0.90:
        return rng.choice([True, False, None])
    if kind < 0.905:
        return Nan(None)
    if depth == 2:
        return ()
    return tuple(random_key(rng, depth + 1) for _ in range(rng.choice([0, 1, 1, 2, 2, 3])))


def random_ops(rng, longest):
    """A sequence of operations with a character of its own: growing, churning, colliding, strings first ..."""
    length = rng.randrange(1, longest + 1)
    style = rng.random()
    step = rng.choice([1, 8, 16, 32, 64, 5, 1 << 10, MODULUS])
    if style < 0.40:
        pool = [random_key(rng) for _ in range(rng.choice([3, 6, 12, 40]))]
        pick = lambda: rng.choice(pool)
    elif style < 0.60:
        pick = lambda: rng.randrange(24) * step
    elif style < 0.80:
        turn = rng.random() * 1.2
        pick = lambda: rng.choice(WORDS) + rng.choice("0123456789") if rng.random() < turn else random_key(rng)
    else:
        pick = lambda: random_key(rng)
    inserts, deletes = rng.choice([(0.9, 0.05), (0.6, 0.3), (0.5, 0.45), (0.75, 0.2)])
    ops, number = [], 0
    for _ in range(length):
        kind = rng.random()
        if ops and kind > inserts and rng.random() < 0.75:
            key = rng.choice(ops)[1]
        else:
            key = pick()
        key, number = fresh(key, number)
        ops.append(("i" if kind < inserts else "d" if kind < inserts + deletes else "l", key))
    return ops


def fresh(key, number):
    """The key with each nan in it made an object of its own, numbered in the order of writing."""
    if isinstance(key, Nan):
        return Nan(number), number + 1
    if isinstance(key, tuple):
        items = []
        for item in key:
            item, number = fresh(item, number)
            items.append(item)
        return tuple(items), number
    return key, number


def ops_json(ops):
    return [[op, to_json(key)] for op, key in ops]


# --- the compact text of a trace ----------------------------------------------------------------------------------

LETTERS = {"new": "n", "replaced": "r", "present": "p", "deleted": "d", "missing": "m", "found": "f"}


def compact(step):
    """One step, e.g. `n1.6/` or `n/5^0-8=184`: the result's letter, the slots of the look-up, `/` the slots of the insertion
    (nothing after it where they are those of the look-up), `^` the resize, `@` the slot where it is not the last one
    inspected, `>` the slot after the resize, `*` a dummy was reused, `=` sizeof where it resized."""
    text = LETTERS[step["result"]] + ".".join(map(str, step["lookup_slots"]))
    if step["insert_slots"]:
        text += "/"
        if step["insert_slots"] != step["lookup_slots"]:
            text += ".".join(map(str, step["insert_slots"]))
    if step["resized"]:
        text += "^%d-%d" % tuple(step["resized"])
    inspected = step["insert_slots"] or step["lookup_slots"]
    if step["slot"] != (inspected[-1] if inspected and step["result"] != "missing" else None):
        text += "@%s" % step["slot"]
    if step.get("slot_after_resize") is not None:
        text += ">%d" % step["slot_after_resize"]
    if step["reused_dummy"]:
        text += "*"
    if step["resized"]:
        text += "=%d" % step["sizeof"]
    return text


def line(state, steps, order):
    """One line of a vector file: the keys, the operations on them (`i0 l1 d0`), and what is expected; `order` are the numbers
    of the operations that brought the keys."""
    keys = list({json.dumps(key): key for _, key in state["ops"]}.values())
    number = {json.dumps(key): at for at, key in enumerate(keys)}
    ops = " ".join(op + str(number[json.dumps(key)]) for op, key in state["ops"])
    row = {"keys": keys, "ops": ops, "trace": " ".join(map(compact, steps)), "order": order}
    if state["hash_seed"]:
        row["hash_seed"] = state["hash_seed"]
    if steps:
        last = steps[-1]
        row["end"] = [last["table_size"], last["used"], last["sizeof"]]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


# --- the run ------------------------------------------------------------------------------------------------------


def hold_to_real(kind, reference, ops, seed, reals):
    """Holds the reference to every real interpreter: result, length and sys.getsizeof after each step, order at the end."""
    steps, order = reference(ops, seed)
    state = {"ops": ops_json(ops), "hash_seed": seed}
    expected = [[step["result"], step["sizeof"], step["used"]] for step in steps]
    for real in reals.under(seed):
        seen, real_order = real.ask(kind, state["ops"])
        # Where a hash is an address, no order of a set can be foretold, nor when it meets a dummy.
        by_address = any(has(key, Nan) or real.hashes_none_by_address and has(key, type(None)) for _, key in ops)
        if kind == "set" and by_address:
            assert [row[::2] for row in seen] == [row[::2] for row in expected], (real.version, state)
            continue
        assert seen == expected, (real.version, state, seen, expected)
        assert real_order == order, (real.version, state, real_order, order)
    return state, steps, order


def write(kind, reference, hand_picked, count, longest, arguments):
    """Checks `count` random sequences and the hand-picked ones, and writes <kind>.jsonl beside the script."""
    reals = Reals(interpreters(arguments))
    rng = random.Random(20240229)
    cases = list(hand_picked)
    while len(cases) < count + len(hand_picked):
        cases.append((random_ops(rng, longest), rng.choice(SEEDS)))
    rows = [line(*hold_to_real(kind, reference, ops, seed, reals)) for ops, seed in cases]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), kind + ".jsonl")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(rows) + "\n")
    versions = sorted({real.version for real in reals.running.values()})
    print(f"{path}: {len(rows)} sequences, {sum(len(ops) for ops, _ in cases)} operations, held to {', '.join(versions)}")


def hold_lab(kind, reference, count, command, seed=None):
    """Holds `command` (a lab that answers a JSON line each) to the reference on `count` random sequences."""
    rng = random.Random(seed)
    lab = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for done in range(count):
        ops, hash_seed = random_ops(rng, rng.choice([5, 30, 30, 300, 2000 if done % 50 == 0 else 30])), rng.choice([*SEEDS, rng.randrange(1 << 32)])
        steps, order = reference(ops, hash_seed)
        state = {"ops": ops_json(ops), "hash_seed": hash_seed}
        lab.stdin.write(json.dumps(state) + "\n")
        lab.stdin.flush()
        answer = json.loads(lab.stdout.readline())
        assert answer["order"] == [to_json(ops[at][1]) for at in order], (state, answer)
        for expected, got in zip(steps, answer["steps"], strict=True):
            for name, value in expected.items():
                assert got.get(name) == value, (state, name, expected, got)
    print(f"{count} random sequences: the {kind} lab agrees")


def main(kind, reference, hand_picked, count, longest, script_doc):
    """`<kind>.py [PYTHON ...]` writes the vectors; `<kind>.py --lab COUNT COMMAND ...` holds a lab; `--real COUNT [PYTHON ...]`
    holds the reference to interpreters on more sequences and writes nothing."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--help"]:
        print(script_doc)
    elif arguments[:1] == ["--lab"]:
        hold_lab(kind, reference, int(arguments[1]), arguments[2:])
    elif arguments[:1] == ["--real"]:
        reals, rng = Reals(interpreters(arguments[2:])), random.Random()
        for done in range(int(arguments[1])):
            hold_to_real(kind, reference, random_ops(rng, 2000 if done % 100 == 0 else 60), rng.choice(SEEDS), reals)
        print(f"{arguments[1]} random sequences: the {kind} reference agrees with " + ", ".join(r.version for r in reals.under(0)))
    else:
        write(kind, reference, hand_picked, count, longest, arguments)
