#!/bin/bash
set -euo pipefail  # why
for f in "$@"; do [[ -f $f && ! -z "${f%.*}" ]] || { echo "no: $f" >&2; exit 1; }; done
cat <<'END' | grep -E '^[a-z]+' > /dev/null
$not expanded
END
cat <<-END
	$expanded $(date +%s) `uname`
	END
function g() { local x=$((1 + 2)); case $x in a|b) return;; *) ;; esac; }
export PATH=$PATH:/usr/bin; pip install "numpy>=2" && python3 -m venv .venv
