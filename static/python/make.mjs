// Makes the engine in this folder from the npm package `pyodide` and the PyPI package `tzdata`:
//
//     node static/python/make.mjs            writes the files and SHA256SUMS
//     node static/python/make.mjs --check    makes them elsewhere and holds them against SHA256SUMS
//
// The same packages give the same bytes on every machine: the library is compiled, zipped and compressed by the packaged
// Python itself, which is the same WebAssembly everywhere.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PYODIDE = { version: "314.0.7", sha256: "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0" };
const TZDATA = { version: "2026.6", sha256: "0a10eec6e13ef16b627fabed9a5f2ba61a62b1c67f327305f4e7e412a70b4aec" };
const HERE = dirname(fileURLToPath(import.meta.url));

/** @param {Uint8Array | string} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * Runs a command; what it says on its way is of interest only where it fails.
 * @param {string} cwd
 * @param {string} program
 * @param {...string} args
 */
const run = (cwd, program, ...args) => execFileSync(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });

/**
 * The one file of a folder with that ending, held against its hash.
 * @param {string} folder
 * @param {string} ending
 * @param {string} wanted
 */
function fetched(folder, ending, wanted) {
  const name = readdirSync(folder).find((file) => file.endsWith(ending));
  if (!name) throw new Error(`nothing that ends in ${ending} was fetched`);
  const bytes = readFileSync(join(folder, name));
  if (sha256(bytes) !== wanted) throw new Error(`${name} is not the file it was: SHA-256 ${sha256(bytes)}`);
  return { name, bytes };
}

/** @param {string} folder where the package is unpacked to `package/` */
function fetchPyodide(folder) {
  run(folder, "npm", "pack", "--silent", `pyodide@${PYODIDE.version}`);
  const { name } = fetched(folder, ".tgz", PYODIDE.sha256);
  run(folder, "tar", "xzf", name);
  return join(folder, "package");
}

/** @param {string} folder */
function fetchTzdata(folder) {
  const pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  run(folder, process.env.PYTHON ?? "python3", ...pip, `tzdata==${TZDATA.version}`);
  return fetched(folder, ".whl", TZDATA.sha256).bytes;
}

/**
 * Replaces what stands exactly once, or as often as said.
 * @param {string} text
 * @param {string | RegExp} from
 * @param {string} to
 * @param {number} times
 */
function replaced(text, from, to, times = 1) {
  const parts = text.split(from);
  if (parts.length !== times + 1) throw new Error(`${from} stands ${parts.length - 1} times in Pyodide, not ${times}: look at the new version`);
  return parts.join(to);
}

/**
 * Pyodide's glue and loader as one classic script that defines `createPyodideModule`, `loadPyodide` and `pyodideLock`: a module can't be
 * a worker on file://.
 * @param {string} folder
 */
function classic(folder) {
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name), "utf8").replace(/\n\/\/# sourceMappingURL=.*\n?$/, "");
  let glue = replaced(read("pyodide.asm.mjs"), "import.meta.url", '"engine:///pyodide.js"', 3);
  glue = replaced(glue, "export default _createPyodideModule;", "return _createPyodideModule;");
  // Nothing is ever loaded from elsewhere.
  let loader = replaced(read("pyodide.mjs"), /`https:\/\/[^`]*`/, '"engine:///"');
  loader = replaced(loader, /export\{(?:\w+) as loadPyodide,\w+ as version\};/, "return dt;");
  if (!/async function dt\(/.test(loader)) throw new Error("the loader's function has another name: look at the new version");
  // No packages: whoever imports one is told that it isn't there, not where to get it.
  const { info } = JSON.parse(read("pyodide-lock.json"));
  return [
    `// Pyodide ${PYODIDE.version}, MPL-2.0: see LICENSE beside this file. Made classic by make.mjs; otherwise as published.`,
    // The loader refuses classic workers; all it looks at is whether this throws.
    'self.importScripts = () => { throw new TypeError("a module has no importScripts"); };',
    `const createPyodideModule = (() => { "use strict"; ${glue}\n})();`,
    `const pyodideLock = ${JSON.stringify({ info, packages: {} })};`,
    `const loadPyodide = (() => { "use strict"; ${loader}\n})();`,
    "",
  ].join("\n");
}

/**
 * What Python does for us; `/work` holds the standard library and tzdata as they were fetched.
 * Modules that a guide's snippets may import at once are compiled, the rest stays source. Stored, not deflated: the gzip
 * around it does that better.
 */
const REPACK = String.raw`
import gzip, importlib, importlib._bootstrap_external as external, io, marshal, sys, warnings, zipfile
import asyncio.base_events, asyncio.selector_events
warnings.simplefilter("ignore")

ROOTS = """abc argparse array ast asyncio base64 bisect calendar cmath codecs collections.abc concurrent.futures contextlib
contextvars copy csv ctypes dataclasses datetime decimal difflib dis enum fractions functools gc glob graphlib gzip hashlib
heapq hmac importlib.machinery importlib.metadata importlib.resources importlib.util inspect io itertools json keyword
linecache locale logging math numbers opcode operator os pathlib pickle pkgutil platform pprint queue random re reprlib
secrets selectors shlex shutil signal site socket sqlite3 stat statistics string string.templatelib struct subprocess
symtable sysconfig tempfile textwrap threading time timeit token tokenize tomllib traceback tracemalloc types typing
unicodedata unittest unittest.mock urllib.parse uuid warnings weakref zipfile zlib zoneinfo pyodide.code pyodide.ffi
annotationlib _strptime _colorize _py_warnings _sitebuiltins encodings.cp1252 encodings.utf_8_sig encodings.utf_16
encodings.utf_16_le encodings.utf_32 encodings.latin_1 encodings.ascii encodings.unicode_escape encodings.idna
encodings.raw_unicode_escape encodings.cp437""".split()
# What needs a terminal, a window, another process or another system.
DROPPED = ("_pyrepl/main.py", "webbrowser.py", "antigravity.py", "pydoc_data/", "xmlrpc/", "wsgiref/", "mailbox.py",
    "imaplib.py", "poplib.py", "smtplib.py", "ftplib.py", "_android_support.py", "_apple_support.py", "_ios_support.py",
    "_osx_support.py", "__phello__", "zipapp.py", "ensurepip/", "venv/", "multiprocessing/dummy")

for name in ROOTS:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print("not compiled:", name, error)
inside = "/lib/python314.zip/"
wanted = {module.__file__.removeprefix(inside) for module in list(sys.modules.values())
          if (getattr(module, "__file__", None) or "").startswith(inside)}

out = io.BytesIO()
with zipfile.ZipFile("/work/stdlib.zip") as library, zipfile.ZipFile("/work/tzdata.whl") as zones, \
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
    def add(name, data):
        made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    compiled = 0
    for name in sorted(library.namelist()):
        if name.endswith("/") or name.startswith(DROPPED) or name.startswith("site-packages"):
            continue
        data = library.read(name)
        if name in wanted:
            code = compile(data, inside + name, "exec", dont_inherit=True, optimize=0)
            # marshal marks what is referred to elsewhere, which depends on all that ran before; a copy that was loaded
            # back carries those marks by its own structure alone.
            code = marshal.loads(marshal.dumps(code))
            hash = importlib.util.source_hash(data)
            add(name + "c", bytes(external._code_to_hash_pyc(code, hash, checked=False)))
            compiled += 1
        else:
            add(name, data)
    for name in sorted(zones.namelist()):
        if name.startswith("tzdata/") and not name.endswith(("/", ".zi", ".tab")):
            add(name, zones.read(name))
print(compiled, "modules compiled,", len(wanted), "wanted")

def squeeze(source, target):
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))

with open("/work/stdlib.made.zip", "wb") as file:
    file.write(out.getvalue())
squeeze("/work/stdlib.made.zip", "/work/stdlib.zip.gz")
squeeze("/work/pyodide.js", "/work/pyodide.js.gz")
squeeze("/work/pyodide.wasm", "/work/pyodide.wasm.gz")
`;

/**
 * @param {string} folder of the unpacked package
 * @param {Uint8Array} tzdata
 * @returns {Promise<Record<string, Uint8Array>>} the made files by name
 */
async function make(folder, tzdata) {
  const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
  const python = await loadPyodide({ indexURL: folder, env: { PYTHONHASHSEED: "0", TZ: "UTC", HOME: "/work" }, stdout: console.log });
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name));
  python.FS.mkdirTree("/work");
  python.FS.writeFile("/work/stdlib.zip", read("python_stdlib.zip"));
  python.FS.writeFile("/work/tzdata.whl", tzdata);
  python.FS.writeFile("/work/pyodide.js", classic(folder));
  python.FS.writeFile("/work/pyodide.wasm", read("pyodide.asm.wasm"));
  python.runPython(REPACK);
  const names = ["pyodide.js.gz", "pyodide.wasm.gz", "stdlib.zip.gz"];
  return Object.fromEntries(names.map((name) => [name, python.FS.readFile(`/work/${name}`)]));
}

const work = mkdtempSync(join(tmpdir(), "fieldguide-python-"));
try {
  const made = await make(fetchPyodide(work), fetchTzdata(work));
  const sums = Object.entries(made).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join("");
  for (const [name, bytes] of Object.entries(made)) console.log(`${name}: ${(bytes.length / 1e6).toFixed(2)} MB`);
  if (process.argv.includes("--check")) {
    if (readFileSync(join(HERE, "SHA256SUMS"), "utf8") !== sums) throw new Error(`what was made is not what SHA256SUMS says:\n${sums}`);
    console.log("the same bytes as SHA256SUMS says");
  } else {
    for (const [name, bytes] of Object.entries(made)) writeFileSync(join(HERE, name), bytes);
    writeFileSync(join(HERE, "SHA256SUMS"), sums);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
