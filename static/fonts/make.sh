#!/bin/sh
# Makes the theme's fonts from their published sources: Source Serif 4 (text) and Source Code Pro (code), both under the
# SIL Open Font License. "Source" is a reserved name of theirs, so the subsets carry names of their own.
#
#   needs: npm, python3 with venv            run: sh static/fonts/make.sh
#
# The versions are pinned; the output is the three .woff2 beside this script, ≤ 80 KB together.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes >/dev/null
npm install --silent source-serif@4.5.1 source-code-pro@2.42.0
python3 -m venv venv
venv/bin/pip install --quiet fonttools==4.68.0 brotli==1.2.1

# Latin letters, punctuation, arrows, maths signs and the Greek that formulas use.
latin="U+0020-007E,U+00A0-00FF,U+0131,U+0141,U+0142,U+0152,U+0153,U+0160,U+0161,U+017D,U+017E,U+0107,U+010D,U+0119,U+0144,U+0151,U+0159,U+015B,U+015F,U+011F"
signs="U+2013,U+2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+2032,U+2033,U+2039,U+203A,U+20AC,U+2190-2193,U+21A9,U+2212,U+2248,U+2260,U+2264,U+2265,U+221E,U+221A,U+2211,U+2713"
greek="U+0394,U+03A3,U+03B1,U+03B2,U+03B4,U+03B5,U+03BB,U+03BC,U+03C0,U+03C3"
super="U+2070,U+2074-2079,U+2080-2089"
# Code also draws boxes, blocks and the operators that a program prints.
boxes="U+2500-257F,U+2580-2593,U+25A0,U+25A1,U+25AA,U+25B2,U+25B6,U+25BC,U+25C0,U+25CB,U+25CF"
operators="U+2194,U+21B5,U+21D2,U+2200,U+2203,U+2205,U+2208,U+2209,U+2227-222B,U+2261,U+2282,U+2286,U+00D7,U+2717,U+23CE"

# subset SOURCE AXES UNICODES FEATURES NAME FILE
subset() {
    venv/bin/fonttools varLib.instancer --quiet "$1" $2 --output=axes.ttf
    venv/bin/pyftsubset axes.ttf --unicodes="$3" --layout-features="$4" --no-hinting --name-IDs=0,1,2,3,4,6,13,14 --output-file=subset.ttf
    venv/bin/python - "$5" "$6" "$here" <<'PY'
import sys
from fontTools.ttLib import TTFont
name, file, here = sys.argv[1:]
font = TTFont("subset.ttf", recalcTimestamp=False)
for record in list(font["name"].names):
    if record.nameID in (1, 4):
        record.string = name
    elif record.nameID in (3, 6):
        record.string = name.replace(" ", "")
font.flavor = "woff2"
font.save(f"{here}/{file}.woff2")
PY
}

serif=node_modules/source-serif/VAR/SourceSerif4Variable
code=node_modules/source-code-pro/VF/SourceCodeVF
subset $serif-Roman.ttf "wght=400:700 opsz=16" "$latin,$signs,$greek,$super" kern,tnum,liga "Guide Text" text
subset $serif-Italic.ttf "wght=400 opsz=16" "$latin,$signs" kern,tnum,liga "Guide Text Italic" italic
subset $code-Upright.ttf "wght=400" "$latin,$signs,$greek,$super,$boxes,$operators" ccmp "Guide Code" code

cp node_modules/source-serif/LICENSE.md "$here/LICENSE-text.md"
cp node_modules/source-code-pro/LICENSE.md "$here/LICENSE-code.md"
ls -l "$here"/*.woff2
