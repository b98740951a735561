"""Runs the snippets of one chain, in order, in one namespace; prints a marker line with a JSON report behind each.

Arguments: a JSON file {"marker", "memory", "snippets": [{"source", "name", "kind"}]}. The parent forks a child that runs the
snippets, so that one that kills or replaces its own process is still reported.
"""

import json
import os
import sys


def limit(memory):
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))
    except (ImportError, ValueError, OSError):
        pass


def say(marker, report):
    # A snippet may have left a line open, or closed or replaced sys.stdout: the marker goes to the descriptor itself.
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os.write(REPORTS, (marker + json.dumps(report) + "\n").encode())


def failure(error, name):
    import traceback

    summary = traceback.TracebackException.from_exception(error)
    texts = list(summary.format_exception_only())
    message = texts[-1] if isinstance(error, SyntaxError) else texts[0]
    lines = message.rstrip("\n").split("\n")
    line = None
    if isinstance(error, SyntaxError) and error.filename == name:
        line = error.lineno
    for frame in summary.stack:
        if frame.filename == name:
            line = frame.lineno
    types = [kind.__name__ for kind in type(error).__mro__]
    return {"raised": types, "last": lines[-1], "line": line}


def run_python(source, name, namespace):
    import linecache

    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    try:
        exec(compile(source, name, "exec"), namespace)
    except SystemExit as error:
        return {"raised": ["SystemExit", "BaseException"], "last": f"SystemExit: {error.code}", "line": None}
    except BaseException as error:
        return failure(error, name)
    return {}


def run_checks(source, name, namespace):
    import ast

    try:
        bare = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert) and node.msg is None]
    except SyntaxError as error:
        return failure(error, name)
    if bare:
        return {"raised": ["NoHint"], "last": "", "line": bare[0].lineno}
    return run_python(source, name, namespace)


def run_pycon(source, name, namespace):
    import doctest

    lines = []
    test = doctest.DocTestParser().get_doctest(source, namespace, name, name, 0)
    test.globs = namespace
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=lines.append, clear_globs=False)
    if runner.failures:
        return {"raised": ["DocTestFailure"], "last": "".join(lines), "line": None}
    return {}


def child(job):
    limit(job["memory"])
    import types

    main = types.ModuleType("__main__")
    main.__file__ = job["snippets"][0]["name"]
    sys.modules["__main__"] = main
    sys.argv = [main.__file__]
    for number, snippet in enumerate(job["snippets"]):
        runner = {"pycon": run_pycon, "checks": run_checks}.get(snippet["kind"], run_python)
        report = runner(snippet["source"], snippet["name"], main.__dict__)
        report["number"] = number
        say(job["marker"], report)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    del sys.argv[1:]
    global REPORTS
    REPORTS = os.dup(1)
    os.set_inheritable(REPORTS, False)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            child(job)
            code = 0
        finally:
            try:
                sys.stdout.flush()
            except Exception:
                pass
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        say(job["marker"], {"killed": os.WTERMSIG(status)})
    elif os.WEXITSTATUS(status):
        say(job["marker"], {"exited": os.WEXITSTATUS(status)})
    else:
        say(job["marker"], {"done": True})


main()
