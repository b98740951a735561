# A sample of what Python has, and of what an author gets wrong.
from __future__ import annotations
from . import sibling
from .package.module import (name as other, second,  # why
                             third)
import os.path as p, sys; import json

CONSTANT = 0xFF_FF + 0b1010 + 0o17 + 1_000.5e-3 + 3j + 10L
raw = r"\d+(?P<name>[a-z]*)\1(?=x)[^\]]$" rb'\x00' R"\d" br"[a]{2,3}"
sql = "SELECT a, count(*) FROM t WHERE b = 'x' -- why"
old = "%s %(name)05.2f %%" % ("a",) + "{0.x[1]!r:>{width}} {{}}".format(1)
fmt = f"{a!r:>{width}.2f} {b + {'k': 1}['k']} {{literal}} {c:%Y-%m-%d} {x=}" rf"\d{a}" F'{"nested"}'
byt = b"\x00\N\u1234" + "\N{GREEK SMALL LETTER ALPHA} \u1234 \U00012345 \101 \q"
unclosed = "no end
still = 'fine'
multi = """one
two {three} %s
""" + '''four
five'''


@decorator
@module.decorator(1, key="v")
class Klass(Base, module.Other, metaclass=Meta):
    """A docstring
    with `code` and >>> prompts.
    """

    attribute: int = 1
    __slots__ = ("a", "b")

    def __init__(self, a, /, b: "str" = None, *args: int, c=lambda x: x + 1, **kwargs) -> None:
        super().__init__(a)
        self.a, (b, *rest) = a, (1, 2, 3)
        print(self.a.b.c(d)[e:f, ::2].g, sep="", file=sys.stderr)

    async def method(self):
        async with a as b, c as d:
            await x
        async for i in range(10):
            yield i
        return await asyncio.gather(*[f(x) async for x in y if x])


def f(x: dict[str, list[int]] = {}, *, y) -> "Klass | None":
    r'''raw \d docstring'''
    global g; nonlocal n
    try:
        assert x is not None and y not in (1, 2) or not z, "message"
    except (ValueError, module.Error) as e:
        raise RuntimeError(f"{e}") from e
    except* Group:
        pass
    else:
        del x[1], y
    finally:
        while True:
            if (n := len(x)) > 10: break
            elif n <= 5 <> 3: continue
            else: ...
    match x:
        case {"a": [1, _, *rest], **kw} if rest: return
        case Point(x=0) | None: exec "print 1"
    print x, y
    lambda: (yield)
    return {k: v for k, v in x.items()} | {*a, *b} @ c ** -d // ~e << 2


def unfinished(a, b
x = [1, 2
class é(Ünïcode): ñ = "数据"
if __name__ == "__main__" : sys.exit(main(sys.argv[1 :]))
x = a if b else c ; y = 1 if not \
    z else 2
