"""Runs the snippets of a page; the worker calls `begin` once a run and `run` once a snippet."""

import asyncio
import asyncio.runners
import asyncio.selector_events
import builtins
import importlib
import json
import linecache
import os
import selectors
import sys
import time
import traceback
import types
import warnings
from pyodide import webloop


class Sleeper(selectors._BaseSelectorImpl):
    """There is nothing to wait for but time: no sockets, no pipes, no threads."""

    def select(self, timeout=None):
        if timeout is None:
            timeout = 1e6
        if timeout > 0:
            time.sleep(timeout)
        return []


class Loop(asyncio.selector_events.BaseSelectorEventLoop):
    """An event loop that runs to its end, as CPython's does; Pyodide's own returns to the browser."""

    def __init__(self):
        super().__init__(Sleeper())

    def _make_self_pipe(self):
        pass

    def _close_self_pipe(self):
        pass

    def _write_to_self(self):
        pass

    def add_signal_handler(self, *arguments):
        raise NotImplementedError


class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


def like_cpython():
    """Takes back what Pyodide changes in the standard library for the browser's sake."""
    time.sleep = webloop._orig_sleep
    asyncio.run = webloop._orig_run
    asyncio.SelectorEventLoop = Loop
    asyncio.events._set_running_loop(None)
    asyncio.events._event_loop_policy = Policy()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.excepthook = sys.__excepthook__
    sys.path[:] = [path for path in sys.path if path]
    os.makedirs("/home/reader", exist_ok=True)
    os.chdir("/home/reader")


namespace = {}


def begin(name):
    """A new `__main__`, and nothing kept of the run before."""
    global namespace
    importlib.invalidate_caches()
    main = types.ModuleType("__main__")
    main.__file__ = name
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv = [name]
    namespace = main.__dict__


def own_frames(summary, seen):
    """Leaves the reader's own frames, in whatever led to the error too."""
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    summary.stack[:] = [frame for frame in summary.stack if not outside(frame.filename)]
    for other in [summary.__cause__, summary.__context__, *(summary.exceptions or [])]:
        own_frames(other, seen)


# A traceback with more frames is cut down to its end: a million frames take longer to show than to make.
FRAMES = 5000


def outside(filename):
    return filename == "<runner>" or filename.startswith(("/lib/python", "<frozen "))


def deep(trace):
    for _ in range(FRAMES):
        if trace is None:
            return False
        trace = trace.tb_next
    return True


def failure(error, name):
    limit = -40 if deep(error.__traceback__) else None
    summary = traceback.TracebackException.from_exception(error, limit=limit)
    message = list(summary.format_exception_only())
    message = message[-1] if isinstance(error, SyntaxError) else message[0]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == name else None
    for frame in summary.stack:
        if frame.filename == name:
            line = frame.lineno
    own_frames(summary, set())
    return {
        "raised": [kind.__name__ for kind in type(error).__mro__],
        "last": message.rstrip("\n").split("\n")[-1],
        "line": line,
        "traceback": "".join(summary.format()),
    }


def sessions(source):
    """The examples of a `>>>` session as pairs: what is typed, with its prompts, and the code."""
    typed, code = [], []
    for line in source.splitlines():
        if line.startswith((">>> ", "... ")) or line in (">>>", "..."):
            if line.startswith(">>>") and code:
                yield "\n".join(typed), "\n".join(code) + "\n"
                typed, code = [], []
            typed.append(line)
            code.append(line[4:])
    if code:
        yield "\n".join(typed), "\n".join(code) + "\n"


def session(source, name):
    """Says a `>>>` session again, with what it prints now; an error does not end it."""
    for typed, code in sessions(source):
        print(typed)
        try:
            exec(compile(code, name, "single"), namespace)
        except SystemExit:
            raise
        except BaseException as error:
            print(failure(error, name)["traceback"], end="")


def run(source, name, kind):
    """Runs one snippet; the report, as JSON: classes, last line, line and traceback of what was raised."""
    report = {}
    lines = source.splitlines(True)
    linecache.cache[name] = (len(source), None, lines, name)
    try:
        if kind == "pycon":
            session(source, name)
        else:
            exec(compile(source, name, "exec"), namespace)
    except SystemExit as error:
        report = {"raised": ["SystemExit", "BaseException"], "last": f"SystemExit: {error.code}", "line": None, "traceback": ""}
    except BaseException as error:
        report = failure(error, name)
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            pass
    return json.dumps({"raised": [], "last": "", "line": None, "traceback": "", **report})


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    like_cpython()

types.SimpleNamespace(begin=begin, run=run)
