"""Writes the same book for several site generators: `python3 benches/corpus.py PAGES DIR`.

Below DIR: `fieldguide/`, `hugo/`, `mdbook/` and `zola/`. A page has about 1,000 words, a table, links, two blocks of 40 lines of
Python, three pitfalls and three questions. No two blocks and no two paragraphs are the same, so that no memo helps; the
same number of pages gives the same bytes everywhere. Hugo and Zola get templates with what the others' pages have: the
way through the book, neighbours and a table of contents. Where a generator lets an author choose, the cheaper way is taken: Hugo's
navigation is made once for each section, its links are finished addresses that it needn't resolve.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

PER_STAGE = 50

WORDS = """a about after again all along also always an and another any are as at away back be because been before behind below
between both build but by call can change check clear close code column come compare copy cost could count data deep
default does done down each early else empty end equal error even every exact example expect fact far fast few field file first
float follow for form found from full function give good group grow half hand has have head hold how if in index inner into
is it item its join keep key kind know large last later least left length less let level like line list little long look
loop made main make many mark match may mean memory method might model more most move much must name near need never new next
no node not note nothing now number object of off often old on once one only open or order other our out over own part pass
path place plain point print put queue quick rather read real reason record rest result return right round row rule run same save
say search second see seen send set shape share short should show side simple since size slow small so some sort space start
state stay step still stop store string such sum table take tell test text than that the their them then there these they
thing this those through time to together too top total try turn two type under until up update use value very view wait walk
want was way we well were what when where which while who whole why will with without word work would write wrong yet zero""".split()

SYLLABLES = """ba be bi bo da de di du fa fe fi ga go ka ke ki la le li lo ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se
si so ta te ti to va ve vi""".split()


class Book:
    """The texts of the book, drawn one after the other."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.random = Random(20)
        # Vocabularies grow with the root of what is written.
        self.vocabulary = round(400 * (pages * 10) ** 0.5)

    def below(self, limit: int) -> int:
        return int(self.random.random() * limit)

    def pick(self, choices: list[str]) -> str:
        return choices[self.below(len(choices))]

    def rare(self) -> str:
        """A word that is no English: the frequent ones far more often."""
        rank = int(self.vocabulary ** self.random.random()) + 50
        text = ""
        while rank > 0:
            text += SYLLABLES[rank % len(SYLLABLES)]
            rank //= len(SYLLABLES)
        return text

    def word(self) -> str:
        draw = self.random.random()
        if draw < 0.02:
            return f"`{self.rare()}.{self.rare()}`"
        if draw < 0.03:
            return f"*{self.rare()}*"
        return self.rare() if draw < 0.15 else self.pick(WORDS)

    def sentence(self) -> str:
        words = [self.word() for _ in range(8 + self.below(12))]
        if self.random.random() < 0.4:
            words[len(words) // 2] += ","
        text = " ".join(words) + "."
        return text[0].upper() + text[1:]

    def paragraph(self, words: int) -> str:
        sentences = []
        while words > 0:
            sentences.append(self.sentence())
            words -= sentences[-1].count(" ") + 1
        return " ".join(sentences)

    def title(self) -> str:
        return f"{self.rare().capitalize()} {self.pick(WORDS)} {self.rare()}"

    def table(self) -> str:
        row = lambda: "| " + " | ".join([f"`{self.rare()}`", self.rare(), str(self.below(10000)), self.pick(WORDS)]) + " |"
        return "\n".join([row(), "|---|---|---:|---|", *(row() for _ in range(6))])

    def code(self) -> str:
        """Forty lines of Python with most of what the language has."""
        r, n = self.rare, lambda: str(self.below(1000))
        name, kind, a, b, c, d = r(), r().capitalize(), r(), r(), r(), r()
        lines = f'''\
import {r()}
from {r()}.{r()} import {kind} as {c}, {d}

{a.upper()}_{b.upper()} = {n()}  # {self.sentence()}
{d} = {{"{r()}": {n()}.{n()}, "{r()}": [{n()}, 0x{self.below(65536):x}, 1e-{self.below(9)}], '{r()}': None}}


@{r()}(maxsize={n()}, {r()}=True)
def {name}({a}: int, *{b}: str, {c}: float | None = None, **{d}) -> list[str]:
    """{self.sentence()}

    {self.sentence()}
    """
    if {a} is None or not {b} and {c} >= {n()}:
        raise ValueError(f"{r()} {{{a}!r:>{self.below(20)}}} is {{len({b})}} not {r()}\\n")
    {r()} = [{b}_{r()}.{r()}({a} + i * {n()}) for i, {r()} in enumerate({b}) if i % {n()} != 0]
    with open(r"{r()}\\d+.{r()}", "rb") as {r()}:
        for {c} in sorted({d}.items(), key=lambda pair: (-pair[{self.below(9)}], pair[0])):
            print({c}, sep="{r()}", end="")  # {r()} {r()}
            {a} += {c}[1:-{self.below(9)}] if {c} else {n()}
    return {d}


class {kind}Error({r().capitalize()}, metaclass={kind}):
    __slots__ = ("{a}", "{b}", '{c}')

    def __init__(self, {a}=({n()}, {n()}), {b}=...):
        super().__init__({a}, {b})
        self.{a} = {a}[{self.below(9)}]
        self._{b} = {kind}.{r()}({a}={n()}, {b}={b}) ** {self.below(9)} // {n()}

    @property
    async def {r()}(self) -> "{kind}":
        try:
            assert await self.{r()}() == {{{n()}, {n()}}}, "{r()}"
        except (KeyError, {kind}Error) as {r()}:
            del self.{a}, self._{b}
            yield from ({c} := {r()}).{d}(b"{r()}")
        finally:
            return {n()} < {a} <= {n()} and self'''
        return f"```python\n{lines}\n```"

    def page(self) -> "Page":
        title, summary = self.title(), self.sentence()
        others = [self.below(self.pages) for _ in range(4)]
        top = [self.paragraph(110), self.table()]
        for _ in range(2):
            top += [f"## {self.title()}", self.paragraph(110), self.code(), self.paragraph(60)]
        texts = [self.sentence() for _ in others]
        rest = []
        for _ in range(3):
            rest += [f"## Pitfall: {self.title()}", self.paragraph(50), "### Fix", self.paragraph(40)]
        for _ in range(3):
            rest += [f"## Q: Why {self.title()}?", self.paragraph(65)]
        return Page(title, summary, top, list(zip(others, texts)), rest)


class Page(NamedTuple):
    """A page of the book; each generator writes front matter and links in its own way."""

    title: str
    summary: str
    top: list[str]
    links: list[tuple[int, str]]
    rest: list[str]

    def body(self, address: Callable[[int], str]) -> str:
        links = "\n".join(f"- [page {other}]({address(other)}): {text}" for other, text in self.links)
        return "\n\n".join([*self.top, links, *self.rest]) + "\n"


class Writer:
    """Writes files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, path: str, text: str) -> None:
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def toml(**values: object) -> str:
    return "".join(f"{key} = {value if isinstance(value, int) else chr(34) + str(value) + chr(34)}\n" for key, value in values.items())


def fieldguide(write: Writer, pages: list[Page], stages: list[str]) -> None:
    folder = lambda number: f"{number // PER_STAGE:03}-part-{number // PER_STAGE}"
    file = lambda number: f"{number:05}-page-{number}.md"
    write("book.toml", toml(title="A book"))
    write("content/index.md", "+++\n" + toml(title="A book") + "+++\n\nFor measurements.\n")
    for at, title in enumerate(stages):
        head = toml(title=title, summary="A part.", takeaway="A takeaway.") + 'objectives = ["An objective"]\n'
        write(f"content/{folder(at * PER_STAGE)}/index.md", f"+++\n{head}+++\n")
    for number, page in enumerate(pages):
        body = page.body(lambda other: f"../{folder(other)}/{file(other)}")
        head = toml(title=page.title, summary=page.summary)
        write(f"content/{folder(number)}/{file(number)}", f"+++\n{head}+++\n\n{body}")


def mdbook(write: Writer, pages: list[Page], stages: list[str]) -> None:
    path = lambda number: f"part-{number // PER_STAGE}/page-{number}.md"
    write("book.toml", '[book]\ntitle = "A book"\n')
    summary = ["# Summary\n"]
    for at, title in enumerate(stages):
        summary.append(f"- [{title}](part-{at}/index.md)")
        write(f"src/part-{at}/index.md", f"# {title}\n\nA part.\n")
        for number in range(at * PER_STAGE, min((at + 1) * PER_STAGE, len(pages))):
            summary.append(f"  - [{pages[number].title}]({path(number)})")
    write("src/SUMMARY.md", "\n".join(summary) + "\n")
    for number, page in enumerate(pages):
        write(f"src/{path(number)}", f"# {page.title}\n\n{page.body(lambda other: '../' + path(other))}")


STYLE = "<style>body{display:grid;grid-template-columns:1fr 3fr 1fr}</style>"


def hugo(write: Writer, pages: list[Page], stages: list[str]) -> None:
    write("hugo.toml", toml(title="A book", baseURL="https://example.org/") + """\
disableKinds = ["taxonomy", "term", "rss", "sitemap"]
[markup.highlight]
noClasses = false
[outputs]
home = ["html", "json"]
page = ["html"]
section = ["html"]
""")
    # For those who bring a search of their own.
    write("pages.toml", '[outputs]\nhome = ["html"]\n')
    write("layouts/_default/baseof.html", f"""\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{{{ .Title }}}}</title>
<meta name="description" content="{{{{ .Description }}}}">{STYLE}</head>
<body><nav>{{{{ partialCached "nav.html" . .Section }}}}</nav>
<main data-pagefind-body><h1>{{{{ .Title }}}}</h1>{{{{ .Content }}}}
{{{{ with .PrevInSection }}}}<a rel="prev" href="{{{{ .RelPermalink }}}}">{{{{ .Title }}}}</a>{{{{ end }}}}
{{{{ with .NextInSection }}}}<a rel="next" href="{{{{ .RelPermalink }}}}">{{{{ .Title }}}}</a>{{{{ end }}}}
</main><aside>{{{{ .TableOfContents }}}}</aside></body></html>
""")
    for name in ["single", "list", "home"]:
        write(f"layouts/_default/{name}.html", '{{ define "main" }}{{ end }}\n')
    write("layouts/partials/nav.html", """\
{{ $open := .Section }}<ul>{{ range site.Sections }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a>
{{ if eq .Section $open }}<ul>{{ range .RegularPages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>
{{ end }}</ul>{{ end }}</li>{{ end }}</ul>
""")
    # The search of many themes: the text of every page in one file.
    write("layouts/_default/home.json", """\
[{{ range $at, $page := site.RegularPages }}{{ if $at }},{{ end }}
{{ dict "title" .Title "url" .RelPermalink "text" .Plain | jsonify }}{{ end }}]
""")
    write("content/_index.md", "+++\n" + toml(title="A book") + "+++\n\nFor measurements.\n")
    for at, title in enumerate(stages):
        write(f"content/part-{at}/_index.md", "+++\n" + toml(title=title, weight=at + 1) + "+++\n\nA part.\n")
    for number, page in enumerate(pages):
        head = toml(title=page.title, description=page.summary, weight=number + 1)
        body = page.body(lambda other: f"/part-{other // PER_STAGE}/page-{other}/")
        write(f"content/part-{number // PER_STAGE}/page-{number}.md", f"+++\n{head}+++\n\n{body}")


def zola(write: Writer, pages: list[Page], stages: list[str]) -> None:
    write("config.toml", toml(title="A book", base_url="https://example.org", default_language="en") + """\
build_search_index = true
generate_sitemap = false
[markdown]
highlight_code = true
highlight_theme = "css"
""")
    write("templates/base.html", f"""\
{{% set root = get_section(path="_index.md") %}}{{% if section %}}{{% set here = section %}}{{% else %}}{{% set here = page %}}{{% endif %}}
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{{{ here.title }}}}</title>{STYLE}</head>
<body><nav><ul>{{% for path in root.subsections %}}{{% set part = get_section(path=path) %}}
<li><a href="{{{{ part.permalink | safe }}}}">{{{{ part.title }}}}</a>
{{% if here.components and part.components[0] == here.components[0] %}}<ul>{{% for other in part.pages %}}
<li><a href="{{{{ other.permalink | safe }}}}">{{{{ other.title }}}}</a></li>{{% endfor %}}</ul>{{% endif %}}</li>{{% endfor %}}</ul></nav>
<main><h1>{{{{ here.title }}}}</h1>{{{{ here.content | safe }}}}
{{% if here.lower %}}<a rel="prev" href="{{{{ here.lower.permalink | safe }}}}">{{{{ here.lower.title }}}}</a>{{% endif %}}
{{% if here.higher %}}<a rel="next" href="{{{{ here.higher.permalink | safe }}}}">{{{{ here.higher.title }}}}</a>{{% endif %}}
</main><aside><ul>{{% for heading in here.toc %}}<li><a href="{{{{ heading.permalink | safe }}}}">{{{{ heading.title }}}}</a></li>{{% endfor %}}</ul></aside></body></html>
""")
    for name in ["index", "section", "page"]:
        write(f"templates/{name}.html", '{% extends "base.html" %}\n')
    write("content/_index.md", "+++\n" + toml(title="A book", sort_by="weight") + "+++\n\nFor measurements.\n")
    for at, title in enumerate(stages):
        head = toml(title=title, sort_by="weight", weight=at + 1)
        write(f"content/part-{at}/_index.md", f"+++\n{head}+++\n\nA part.\n")
    for number, page in enumerate(pages):
        head = toml(title=page.title, description=page.summary, weight=number + 1)
        body = page.body(lambda other: f"@/part-{other // PER_STAGE}/page-{other}.md")
        write(f"content/part-{number // PER_STAGE}/page-{number}.md", f"+++\n{head}+++\n\n{body}")


SHAPES = {"fieldguide": fieldguide, "hugo": hugo, "mdbook": mdbook, "zola": zola}


def main() -> None:
    if len(sys.argv) < 3 or not sys.argv[1].isdigit() or not set(sys.argv[3:]) <= SHAPES.keys():
        sys.exit(f"usage: python3 corpus.py PAGES DIR [{'|'.join(SHAPES)}]...")
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    book = Book(count)
    pages = [book.page() for _ in range(count)]
    stages = [book.title() for _ in range(-(-count // PER_STAGE))]
    for name in sys.argv[3:] or SHAPES:
        SHAPES[name](Writer(folder / name), pages, stages)


if __name__ == "__main__":
    main()
