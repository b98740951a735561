"""Vectors of the broadcasting lab: states, and what NumPy makes of them.

    python tests/vectors/broadcast.py > tests/vectors/broadcast.jsonl        # the committed ones: seed 4, NumPy 2.4.6
    python tests/vectors/broadcast.py --seed 7 --count 50000                 # as many others as one likes

One JSON list a line: the state as `fieldguide lab broadcast --json` reads it, then `[shape, strides]` or the text of
NumPy's refusal. Nothing is modelled here: every operation is done by NumPy, on arrays that are made as large as they
say only where they are small; the larger ones are C-contiguous views of nothing, which NumPy's checks of shapes never
look into, and a MemoryError after those checks counts as an answer.
"""

import argparse
import json
import math
import random
import sys
import warnings

import numpy as np
from numpy.lib.stride_tricks import as_strided

warnings.simplefilter("ignore")

DTYPES = {1: np.int8, 2: np.float16, 4: np.float32, 8: np.float64, 16: np.complex128}
SMALL = 1 << 16
HUGE = 1 << 45


class Skip(Exception):
    """A state that cannot be asked of NumPy here: neither small nor so huge that no memory is touched."""


def c_strides(shape, itemsize):
    strides, step = [], itemsize
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides)) if 0 not in shape else (0,) * len(shape)


def array(shape, dtype):
    """A C-contiguous array; where it would be large, a view of a few bytes that says the same of itself."""
    count = math.prod(shape)
    if len(shape) <= 64 and count > SMALL and math.prod(s for s in shape if s) * dtype().itemsize < 1 << 63:
        return as_strided(np.empty(1, dtype), shape, c_strides(shape, dtype().itemsize))
    return np.zeros(shape, dtype)


def weighed(count):
    """What is done for real is small, or fails for want of memory before anything is touched."""
    if SMALL < count < HUGE:
        raise Skip


def strides_of(operands, shape):
    return [np.broadcast_to(operand, shape).strides for operand in operands]


def ask(state):
    """The answer of NumPy: `(shape, strides)`; raises what NumPy raises."""
    op = state.get("op", "ufunc")
    itemsize = state.get("itemsize", 8)
    dtype = DTYPES[itemsize]
    shapes = [tuple(shape) for shape in state["shapes"]]
    if op == "broadcast_shapes":
        shape = np.broadcast_shapes(*shapes)
        try:
            for own in shapes:
                array(own, dtype)  # a view of nothing where it is large
        except ValueError:
            return shape, None  # shapes that no array of that itemsize has
        strides = []
        for own in shapes:
            full = (1,) * (len(shape) - len(own)) + own
            steps = (0,) * (len(shape) - len(own)) + c_strides(own, itemsize)
            strides.append(tuple(0 if size == 1 else step for size, step in zip(full, steps)))
        return shape, strides
    if op == "broadcast_to":
        source = array(shapes[0], dtype)
        view = np.broadcast_to(source, shapes[1])
        return view.shape, [view.strides]
    operands = [array(shape, dtype) for shape in shapes]
    if op == "ufunc":
        weighed(math.prod(max(sizes) if 0 not in sizes else 0 for sizes in _columns(shapes)))
        try:
            if len(operands) == 1:
                shape = np.shape(np.positive(operands[0]))
            elif len(operands) == 2:
                shape = np.shape(np.add(*operands))
            else:
                if itemsize != 8 and max(max(shape, default=0) for shape in shapes) > SMALL:
                    raise Skip  # the result of such a function is of objects, 8 bytes each
                function = np.frompyfunc(lambda *arguments: 0, len(operands), 1)
                shape = np.shape(function(*operands))
        except MemoryError:
            shape = tuple(0 if 0 in sizes else max(sizes) for sizes in _columns(shapes))
        return shape, strides_of(operands, shape)
    if op == "inplace":
        target, *others = operands
        weighed(math.prod(shapes[0]))
        if target.size > SMALL:
            raise Skip
        if not others:
            np.negative(target, out=target)
        elif len(others) == 1:
            target += others[0]
        else:
            np.frompyfunc(lambda *arguments: 0, len(operands), 1)(*operands, out=target, casting="unsafe")
        return target.shape, strides_of(operands, target.shape)
    if op == "assign":
        target, value = operands
        if target.size > SMALL:
            raise Skip
        target[...] = value
        while value.ndim > target.ndim:
            value = value[0]
        return target.shape, strides_of([target, value], target.shape)
    a, b = operands[:2] if len(operands) > 1 else (operands[0], None)
    if op == "matmul":
        countable(shapes)
        result = np.shape(np.matmul(a, b))
        core = [min(operand.ndim, 2) for operand in operands]
        batch = len(result) - (core[0] - 1) - (core[1] - 1)
        strides = []
        for operand, kept in zip(operands, core):
            target = result[:batch] + operand.shape[operand.ndim - kept :]
            strides.append(np.broadcast_to(operand, target).strides)
        return result, strides
    if op == "dot":
        countable(shapes)
        result = np.shape(np.dot(a, b))
        if 0 in (a.ndim, b.ndim):
            return result, strides_of(operands, result)
        return result, [operand.strides for operand in operands]
    if a.size > SMALL:
        raise Skip
    if op == "reshape":
        return a.reshape(tuple(state["newshape"])).shape, [a.strides]
    if op == "reduce":
        axis = state.get("axis")
        axis = tuple(axis) if isinstance(axis, list) else axis
        result = a.sum(axis=axis, keepdims=state.get("keepdims", False))
        return result.shape, [a.strides]
    raise Skip


def _columns(shapes):
    ndim = max(map(len, shapes), default=0)
    return list(zip(*[(1,) * (ndim - len(shape)) + shape for shape in shapes]))


def countable(shapes):
    """A product is done only where it is small, or so large that it cannot be."""
    if SMALL < math.prod(max(size, 1) for shape in shapes for size in shape):
        kept = [shape[:-1] if at == 0 else shape[:-2] + shape[-1:] for at, shape in enumerate(shapes)]
        if math.prod(max(size, 1) for shape in kept for size in shape) < 1 << 63:
            raise Skip


def answer(state):
    try:
        shape, strides = ask(state)
    except (ValueError, TypeError, RuntimeError, np.exceptions.AxisError) as refusal:
        return str(refusal)
    return [list(map(int, shape)), strides and [list(map(int, steps)) for steps in strides]]


# States.

PICKED = [
    [[3], [2]], [[4, 3], [3]], [[4, 3], [4]], [[4, 3], [4, 1]], [[], []], [[], [3]], [[1], [3]], [[3, 1], [1, 4]],
    [[3], [3, 1]], [[8, 1, 6, 1], [7, 1, 5]], [[15, 3, 5], [15, 1, 5]], [[2, 1], [8, 4, 3]], [[0], [1]], [[0], [2]],
    [[0], []], [[3, 0], [3, 1]], [[3, 0], [3, 2]], [[0, 1], [1, 5]], [[2, 0, 3], [1, 1]],
    [[2, 3, 4], [2, 1, 4], [1, 3, 1]], [[5, 1], [1, 3], [2], [7]], [[10000, 1, 768], [1, 10000, 768]],
    [[1 << 32, 1], [1 << 31]], [[1 << 31, 1], [1 << 31]], [[1 << 59], [1]], [[1 << 62], [1]], [[0, 1 << 31, 1], [1 << 31]],
    [[1 << 31, 1, 0], [1 << 31, 1]], [[1 << 32, 1, 0], [1 << 27, 1]], [[0, 1 << 32, 1], [1 << 28]],
    [[1] * 64, [1] * 40], [[1] * 64, [2]], [[1] * 65, [2]], [[1] * 63 + [2], [3]], [[1] * 33], [[1] * 32, [2] * 5],
    [[2]] * 30 + [[3]], [[2]] * 62 + [[3]], [[2, 1]] * 63, [[2, 1]] * 64, [[1]] * 66,
]  # fmt: skip
PAIRED = [
    [[], []], [[], [1]], [[], [2]], [[], [0]], [[1], []], [[3], []], [[0], []], [[1], [0]], [[0], [1]], [[0], [2]],
    [[3], [2]], [[3], [1, 3]], [[3], [1, 1, 3]], [[3], [2, 1, 3]], [[3], [1, 2, 3]], [[2, 3], [1, 2, 3]], [[2, 3], [3]],
    [[2, 3], [1, 0]], [[2, 0], [5]], [[2, 0], [1, 5, 0]], [[1, 0], [2, 0]], [[3, 1], [3, 2]], [[3], [3, 4]],
    [[3], [4, 3]], [[4, 3], [4, 3]], [[2, 4, 3], [5, 3, 6]], [[2, 1, 4, 3], [5, 3, 6]], [[3], [2, 3, 4]],
    [[2, 2, 4, 3], [5, 3, 6]], [[5, 1, 2, 3], [4, 3, 7]], [[3, 0], [0, 4]], [[0, 2, 3], [2, 3, 4]], [[2, 3], [3, 0]],
    [[1] * 64, [1] * 64], [[1] * 33, [1] * 33], [[1] * 33, [1] * 34], [[1] * 64, [1]], [[1] * 65, [1]], [[4, 1], [3, 4]],
    [[3], [1 << 62, 1 << 62, 3]], [[3], [0, 1 << 62, 1 << 62, 3]], [[1], [1 << 59]], [[1], [1 << 60]], [[1], [0, 1 << 62]],
    [[1 << 31, 1], [1, 1 << 31]], [[1 << 32, 1], [1, 1 << 33]], [[2], [1] * 65], [[2], [1 << 63]],
]  # fmt: skip
RESHAPED = [
    ([2, 3], [-1]), ([2, 3], [4]), ([2, 3], [4, -1]), ([2, 3], [-1, -1]), ([2, 3], []), ([1], []), ([0], []), ([0], [-1]),
    ([0], [0, -1]), ([0, 3], [-1, 3]), ([0, 3], [-1, 0]), ([2, 3], [0, -1]), ([2, 3], [-2, 3]), ([], [-1]), ([], [1, 1]),
    ([], [2]), ([2, 3], [1] * 65), ([2, 3], [1] * 63 + [6]), ([2, 3], [1 << 62, 2]), ([0], [1 << 62, 4, 0]),
    ([0], [1 << 62, 0, 4]), ([2, 3], [1 << 32, 1 << 32, -1]), ([2, 3], [1 << 63]), ([0], [5, 0, -1]), ([4], [-1, 0]),
    ([2, 3, 4], [-1, 2, 0]), ([2, 3, 4], [-1, -1, 0]), ([24], [2, -1, 4]), ([24], [2, 3, -4]),
]  # fmt: skip
REDUCED = [
    ([2, 3], None), ([2, 3], 0), ([2, 3], -1), ([2, 3], 2), ([2, 3], -3), ([2, 3], [0, 1]), ([2, 3], [0, 0]),
    ([2, 3], [0, -2]), ([2, 3], []), ([2, 3], [0, 5]), ([], 0), ([], -1), ([], 1), ([], [0]), ([], []), ([], None),
    ([3, 0], 1), ([3, 0], 0), ([1] * 64, 63), ([1] * 64, 64), ([1] * 64, None),
]  # fmt: skip
PAIRS = ("inplace", "assign", "broadcast_to", "matmul", "dot")


def picked():
    for shapes in PICKED:
        yield {"shapes": shapes}
        yield {"shapes": shapes, "op": "broadcast_shapes"}
    yield {"shapes": [], "op": "broadcast_shapes"}
    for count in (64, 65, 70, 127, 128, 130):
        yield {"shapes": [[2]] * count + [[3]], "op": "broadcast_shapes"}
        yield {"shapes": [[2]] * 3 + [[3, 1]] + [[1]] * count + [[1, 5]], "op": "broadcast_shapes"}
    for shapes in PAIRED:
        for op in PAIRS:
            yield {"shapes": shapes, "op": op}
            yield {"shapes": shapes[::-1], "op": op}
    for target in ([2, -1], [-1], [-3, 2]):
        yield {"shapes": [[3], target], "op": "broadcast_to"}
    for shapes in ([[4, 3], [3], [4, 1]], [[3], [4, 3], [1]], [[3], [4, 3], [2]], [[4, 3], [2], [3]], [[5]], [[]]):
        yield {"shapes": shapes, "op": "inplace"}
    for shape, newshape in RESHAPED:
        yield {"shapes": [shape], "op": "reshape", "newshape": newshape}
    for shape, axis in REDUCED:
        for keepdims in (False, True):
            yield {"shapes": [shape], "op": "reduce", "axis": axis, "keepdims": keepdims}


def size(rng):
    return rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7))


def family(rng, count, most=6):
    """Shapes that fit each other more often than not."""
    ndim = rng.randint(0, most)
    base = [size(rng) for _ in range(ndim)]
    shapes = []
    for _ in range(count):
        own = [1 if rng.random() < 0.3 else s for s in base]
        if rng.random() < 0.5:
            own = own[rng.randint(0, len(own)) :]
        if rng.random() < 0.15:
            own = [1] * rng.randint(1, 2) + own
        if own and rng.random() < 0.12:
            own[rng.randrange(len(own))] = size(rng)
        shapes.append(own)
    return shapes


def large(rng, count):
    ndim = rng.randint(1, 4)
    base = [rng.choice((1, 1, 3, 0, 1 << rng.randint(20, 62), rng.randint(1, 1 << 62))) for _ in range(ndim)]
    return [[s if rng.random() < 0.5 else 1 for s in base][rng.randint(0, ndim) :] for _ in range(count)]


def product(rng):
    """Operands of matmul and dot that fit more often than not."""
    n, k, m = size(rng), size(rng), size(rng)
    batches = family(rng, 2, 3)
    a = rng.choice(([k], batches[0] + [n, k], batches[0] + [n, k], [n, k]))
    b = rng.choice(([k], batches[1] + [k, m], batches[1] + [k, m], [k, m]))
    if rng.random() < 0.15:
        a = family(rng, 1)[0]
    if rng.random() < 0.15:
        b = family(rng, 1)[0]
    return [a, b]


def divided(rng, shape):
    """A new shape that a reshape takes more often than not."""
    left, sizes = math.prod(shape), []
    while left > 1 and rng.random() < 0.8:
        divisor = rng.choice([d for d in range(1, left + 1) if left % d == 0])
        sizes.append(divisor)
        left //= divisor
    sizes.append(left)
    rng.shuffle(sizes)
    for chance in (0.5, 0.15):
        if sizes and rng.random() < chance:
            sizes[rng.randrange(len(sizes))] = rng.choice((-1, -1, -1, -2, 0, size(rng)))
    return sizes


def drawn(rng):
    op = rng.choice(("ufunc",) * 4 + ("broadcast_shapes",) * 2 + PAIRS + ("matmul", "dot", "reshape", "reduce"))
    state = {}
    if op in ("ufunc", "broadcast_shapes"):
        count = rng.choice((1, 2, 2, 2, 2, 3, 3, 4, 6, rng.choice((5, 7, 9, 12, 12, 12, 20, 63))))
        shapes = large(rng, count) if rng.random() < 0.08 else family(rng, count, rng.choice((2, 4, 6, 6, 12)))
    elif op in ("matmul", "dot"):
        shapes = product(rng)
    elif op in ("reshape", "reduce"):
        shapes = family(rng, 1, 4)
    else:
        shapes = large(rng, 2) if op == "broadcast_to" and rng.random() < 0.2 else family(rng, 2)
        if op in ("assign", "inplace") and rng.random() < 0.5:
            shapes.sort(key=lambda shape: -math.prod(shape))
        if op == "broadcast_to" and rng.random() < 0.5:
            shapes.sort(key=math.prod)
    if op != "ufunc":
        state["op"] = op
    if op == "reshape":
        state["newshape"] = divided(rng, shapes[0])
    if op == "reduce":
        ndim = len(shapes[0])
        axis = lambda: rng.randint(-ndim - 1, ndim)  # noqa: E731
        state["axis"] = rng.choice((None, axis(), axis(), axis(), [axis() for _ in range(rng.randint(0, 3))]))
        state["keepdims"] = rng.random() < 0.5
    if rng.random() < 0.3:
        state["itemsize"] = rng.choice(tuple(DTYPES))
    return {"shapes": shapes, **state}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--count", type=int, default=2600)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    written, seen = 0, set()

    def write(state):
        nonlocal written
        try:
            line = json.dumps([state, answer(state)], separators=(",", ":"))
        except Skip:
            return
        if line not in seen:
            seen.add(line)
            written += 1
            sys.stdout.write(line + "\n")

    for state in picked():
        write(state)
    for _ in range(options.count * 3):
        if written >= options.count:
            break
        write(drawn(rng))


if __name__ == "__main__":
    main()
