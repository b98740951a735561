//! Ready-made operations, each to show one thing.

/// One of them.
#[derive(Debug)]
pub struct Scenario {
    /// Its name in a state.
    pub name: &'static str,
    /// Its title in the list.
    pub title: &'static str,
    /// What to look at.
    pub note: &'static str,
    /// The operations.
    pub text: &'static str,
    /// How many of them are played at first.
    pub step: usize,
}

/// A lab's scenarios; the first is what an empty state shows.
#[derive(Debug)]
pub struct Scenarios {
    /// All of them.
    pub all: &'static [Scenario],
    /// Their names, and `own` for the reader's own operations.
    pub names: &'static [&'static str],
    /// The table's type in Python.
    pub table: &'static str,
    /// What to know for operations of one's own.
    pub own: &'static str,
    /// What to begin one's own with.
    pub start: &'static str,
}

impl Scenarios {
    /// The scenario of that name.
    pub fn find(&self, name: &str) -> Option<&'static Scenario> {
        self.all.iter().find(|scenario| scenario.name == name)
    }

    /// The scenario of that text.
    pub fn of_text(&self, text: &str) -> Option<&'static Scenario> {
        self.all.iter().find(|scenario| scenario.text == text)
    }
}

/// The dict lab's.
pub static DICT: Scenarios = Scenarios {
    table: "dict",
    own: "One a line: d[key] = value inserts, key in d looks up, del d[key] deletes. Keys are ints, floats, strings, tuples, True, False and None.",
    start: "d[\"spam\"] = 1\n\"spam\" in d",
    names: &["metrics", "sequential", "colliding", "same-hash", "letters", "deletions", "equal", "mixed", "nan", "own"],
    all: &[
        Scenario {
            name: "metrics",
            title: "Metrics by name",
            note: "Entries stand in the order of insertion; the hash decides only which slot of the small index table points to them. The sixth key finds no free entry, and the table is rebuilt.",
            text: "d[\"loss\"] = 0.31\nd[\"acc\"] = 0.92\nd[\"lr\"] = 0.001\nd[\"epoch\"] = 12\nd[\"seed\"] = 42\n\"epoch\" in d\n\"auc\" in d\nd[\"auc\"] = 0.97\nd[\"loss\"] = 0.28\ndel d[\"lr\"]\n\"seed\" in d",
            step: 6,
        },
        Scenario {
            name: "sequential",
            title: "Ints in a row",
            note: "A small int is its own hash, so a run of ints fills slot after slot and every look-up ends at the first probe.",
            text: "d[0] = \"a\"\nd[1] = \"b\"\nd[2] = \"c\"\nd[3] = \"d\"\nd[4] = \"e\"\nd[5] = \"f\"\nd[6] = \"g\"\nd[7] = \"h\"\nd[8] = \"i\"\nd[9] = \"j\"\nd[10] = \"k\"\n8 in d\n99 in d",
            step: 5,
        },
        Scenario {
            name: "colliding",
            title: "Multiples of 8",
            note: "All of these end in the same three bits, so all begin at slot 0 of 8. The higher bits of the hash, fed in five at a time, send them apart.",
            text: "d[0] = \"a\"\nd[8] = \"b\"\nd[16] = \"c\"\nd[24] = \"d\"\nd[32] = \"e\"\n24 in d\n40 in d\nd[40] = \"f\"\nd[48] = \"g\"",
            step: 4,
        },
        Scenario {
            name: "same-hash",
            title: "Ints with one hash",
            note: "Ints are hashed modulo 2**61 - 1: these multiples all hash to 0. They share their whole path, and each key on it has to be compared: this is what an attack on a table looks like.",
            text: "p = 2**61 - 1\nd[0] = \"a\"\nd[p] = \"b\"\nd[2 * p] = \"c\"\nd[3 * p] = \"d\"\nd[4 * p] = \"e\"\nd[5 * p] = \"f\"\nd[6 * p] = \"g\"\n5 * p in d\nd[7 * p] = \"h\"",
            step: 7,
        },
        Scenario {
            name: "letters",
            title: "One-character strings",
            note: "Strings are hashed with a key that the seed gives; change the seed and the same letters land elsewhere. Python takes a random seed at every start unless PYTHONHASHSEED is set.",
            text: "d[\"a\"] = 1\nd[\"b\"] = 2\nd[\"c\"] = 3\nd[\"d\"] = 4\nd[\"e\"] = 5\nd[\"f\"] = 6\nd[\"g\"] = 7\nd[\"h\"] = 8\nd[\"i\"] = 9\nd[\"j\"] = 10\n\"j\" in d\n\"z\" in d",
            step: 5,
        },
        Scenario {
            name: "deletions",
            title: "Deletions",
            note: "A deleted key leaves a dummy in its slot, or paths through it would end too early, and a gap among the entries. Gaps are not filled: a dict that only ever holds two keys is rebuilt all the same.",
            text: "d[1] = \"a\"\nd[9] = \"b\"\nd[17] = \"c\"\ndel d[9]\n17 in d\nd[25] = \"d\"\ndel d[1]\ndel d[17]\nd[33] = \"e\"\nd[41] = \"f\"\nd[33] = \"g\"",
            step: 5,
        },
        Scenario {
            name: "equal",
            title: "True, 1 and 1.0",
            note: "Equal keys have equal hashes and are one key: the first stays, the last value wins. The string \"1\" is another key, and -1 and -2 share a hash without being equal.",
            text: "d[True] = \"a\"\nd[1] = \"b\"\nd[1.0] = \"c\"\nd[\"1\"] = \"d\"\nd[-1] = \"e\"\nd[-2] = \"f\"\nd[0.0] = \"g\"\nFalse in d\nd[(1, True)] = \"h\"\n(1.0, 1) in d",
            step: 3,
        },
        Scenario {
            name: "mixed",
            title: "Strings, then an int",
            note: "While all keys are str, entries need no hash of their own and take 16 bytes. The first other key turns the table into a general one of 24 bytes an entry, and it never turns back.",
            text: "d[\"a\"] = 1\nd[\"b\"] = 2\nd[\"c\"] = 3\nd[7] = 4\ndel d[7]\nd[\"d\"] = 5",
            step: 4,
        },
        Scenario {
            name: "nan",
            title: "nan as a key",
            note: "A nan equals nothing, itself included. A table looks at identity first, so the same object is found, and every other nan is a new key. Its hash comes from its address (here a made-up one).",
            text: "x = float(\"nan\")\nd[x] = \"a\"\nx in d\nfloat(\"nan\") in d\nd[float(\"nan\")] = \"b\"\nd[float(\"nan\")] = \"c\"\ndel d[x]",
            step: 3,
        },
    ],
};

/// The set lab's.
pub static SET: Scenarios = Scenarios {
    table: "set",
    own: "One a line: s.add(key) inserts, key in s looks up, s.discard(key) deletes. Keys are ints, floats, strings, tuples, True, False and None.",
    start: "s.add(\"spam\")\n\"spam\" in s",
    names: &["words", "neighbors", "sequential", "same-hash", "letters", "deletions", "equal", "nan", "own"],
    all: &[
        Scenario {
            name: "words",
            title: "Tags",
            note: "A set is iterated in the order of its slots, and those come from the hashes: another seed gives another order, and so does a rebuilding.",
            text: "s.add(\"red\")\ns.add(\"green\")\ns.add(\"blue\")\ns.add(\"gold\")\n\"blue\" in s\n\"pink\" in s\ns.add(\"pink\")\ns.add(\"cyan\")\ns.add(\"red\")\ns.discard(\"gold\")",
            step: 4,
        },
        Scenario {
            name: "neighbors",
            title: "A run of neighbors",
            note: "These ints all begin at slot 0. Where nine more slots follow, a set looks at those before it jumps: they lie side by side in memory. A run pushes out keys that belong to its slots, such as 3.",
            text: "s.add(0)\ns.add(32)\ns.add(64)\ns.add(96)\ns.add(128)\ns.add(160)\ns.add(192)\n192 in s\ns.add(3)\ns.add(30)\ns.add(62)\n224 in s",
            step: 7,
        },
        Scenario {
            name: "sequential",
            title: "Ints in a row",
            note: "A small int is its own hash, so small ints look sorted in a set. The last ones show that nothing is sorted: only their low bits count.",
            text: "s.add(3)\ns.add(1)\ns.add(2)\ns.add(0)\ns.add(7)\ns.add(40)\ns.add(33)\n40 in s\n39 in s",
            step: 4,
        },
        Scenario {
            name: "same-hash",
            title: "Ints with one hash",
            note: "Ints are hashed modulo 2**61 - 1: these multiples all hash to 0. They share their whole path, and each key on it has to be compared: this is what an attack on a table looks like.",
            text: "p = 2**61 - 1\ns.add(0)\ns.add(p)\ns.add(2 * p)\ns.add(3 * p)\ns.add(4 * p)\ns.add(5 * p)\ns.add(6 * p)\n5 * p in s\n7 * p in s",
            step: 8,
        },
        Scenario {
            name: "letters",
            title: "One-character strings",
            note: "Strings are hashed with a key that the seed gives; change the seed and the same letters come in another order. Python takes a random seed at every start unless PYTHONHASHSEED is set.",
            text: "s.add(\"a\")\ns.add(\"b\")\ns.add(\"c\")\ns.add(\"d\")\ns.add(\"e\")\ns.add(\"f\")\ns.add(\"g\")\ns.add(\"h\")\ns.add(\"i\")\ns.add(\"j\")\n\"j\" in s\n\"z\" in s",
            step: 10,
        },
        Scenario {
            name: "deletions",
            title: "Deletions",
            note: "A deleted key leaves a dummy, or paths through its slot would end too early. A new key that passes dummies takes the place of the last one it passed.",
            text: "s.add(0)\ns.add(8)\ns.add(16)\ns.add(24)\ns.discard(0)\ns.discard(16)\n24 in s\ns.add(40)\ns.add(48)\ns.discard(24)\ns.add(56)",
            step: 7,
        },
        Scenario {
            name: "equal",
            title: "True, 1 and 1.0",
            note: "Equal keys have equal hashes and are one key: the first one stays. The string \"1\" is another key, and -1 and -2 share a hash without being equal.",
            text: "s.add(True)\ns.add(1)\ns.add(1.0)\ns.add(\"1\")\ns.add(-1)\ns.add(-2)\n-2 in s\ns.add((1, True))\n(1.0, 1) in s",
            step: 3,
        },
        Scenario {
            name: "nan",
            title: "nan as a key",
            note: "A nan equals nothing, itself included. A table looks at identity first, so the same object is found, and every other nan is a new key. Its hash comes from its address (here a made-up one).",
            text: "x = float(\"nan\")\ns.add(x)\nx in s\nfloat(\"nan\") in s\ns.add(float(\"nan\"))\ns.add(float(\"nan\"))\ns.discard(x)",
            step: 3,
        },
    ],
};
