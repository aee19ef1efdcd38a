"""What random requests are made of.

What one request makes, later ones use: a `Request` names it by a symbol (`<run:2>`), and whoever sends the request puts
the identifier of his server in its place.
"""

import dataclasses
import itertools
import json

AJAX = "/ajax-api/2.0/mlflow/"


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: dict | None = None
    body: object = None
    # The kind and symbol of what is made, and where its identifier is in the answer.
    makes: tuple | None = None
    # How many things in it are odd: of two errors each server may tell another one.
    oddities: int = 0

    def __str__(self):
        parts = [self.method, self.path]
        parts += [str(part) for part in (self.query, self.body) if part is not None]
        return " ".join(parts)


def get(path, **query):
    return Request("GET", path, query)


def post(path, **body):
    return Request("POST", path, None, body)


KEYS = ["a", "loss", "val/loss", "a b", "x.y", "é", "m-1", "k:1"]
ODD_KEYS = ["", "a//b", "../x", "/a", "a\nb", "x" * 250, "x" * 251, ".", "a,b", "a/./b", 5, None, "%", "..a"]
TEXTS = ["1", "0.5", "x", "X", "", "a b", "é", "it's", 'say "x"', "100%", "A_b", "tree", "Tree"]
ODD_TEXTS = ["x" * 501, "x" * 6001, "x" * 8001, 5, None, True, ["x"], {"x": 1}, " ", "\n"]
NUMBERS = [0, 1, -1, 0.5, 1e-3, 1e300, 3, 2.5, "NaN", "Infinity", "-Infinity", "0.25", -0.0]
ODD_NUMBERS = ["x", "", None, True, 1e400, "1e400", "nan", "inf", "5x", "0x1", {}]
TIMES = [0, 1, 5, 1000, 1700000000000, "7", 2.0]
ODD_TIMES = [-1, 1.5, "x", "", None, True, 2**63, "5.0", -(2**63)]
STEPS = [0, 1, 2, 3, -1, "4"]
ODD_STEPS = ["x", 1.5, 2**63, None]
STAGES = ["None", "Staging", "Production", "Archived", "production", "STAGING"]
NUMERIC = ["=", "!=", "<", "<=", ">", ">="]
TEXTUAL = ["=", "!=", " LIKE ", " ILIKE ", " like "]
ODD_TEXTUAL = [">", " IN ", "==", " IS NULL", " NOT LIKE "]
PATTERNS = ["'x'", "'%x%'", "'T%'", "'1'", "''", '"a b"', "'_'", "'%'", "'é'"]
LITERALS = ["0", "1", "0.5", "-1", "1e3", "1000000"]
ODD_LITERALS = ["'1'", "x"]
ODD_PATTERNS = ["'x", "5", "x", "('x')", "('x', 'y')", "()"]


class Parts:
    """Parts of requests, most of them plausible, some odd; from a seed."""

    def __init__(self, dice, stem):
        self.dice = dice
        self.stem = stem
        self.oddities = 0
        self.counter = itertools.count(1)
        # What was deleted.
        self.gone = set()
        self.known = {kind: [] for kind in ("experiment", "run", "logged", "model", "webhook")}
        # Runs begin at different times, so that their order does not rest on their identifiers.
        self.clock = itertools.count(1_000_000, 1000)

    def _maybe(self, chance):
        return self.dice.random() < chance

    def _one(self, good, odd=(), chance=0.03):
        if not odd or not self._maybe(chance):
            return self.dice.choice(good)
        self.oddities += 1
        return self.dice.choice(odd)

    def _some(self, kind, strangers):
        """The symbol of something, most of the time of something there is."""
        if self.known[kind] and self._maybe(0.97):
            symbol = self.dice.choice(self.known[kind])
            self.oddities += symbol in self.gone
            return symbol
        self.oddities += 1
        return self.dice.choice(strangers)

    def _experiment(self):
        return self._some("experiment", ["999999", "abc", "", "-5", "9" * 30])

    def _run(self):
        return self._some("run", ["0" * 32, "", "nope", "a/b"])

    def _logged(self):
        return self._some("logged", ["m-" + "0" * 32, "nope"])

    def _model(self):
        return self._some("model", [f"{self.stem}-nope", "", "a/b"])

    def _symbol(self, kind):
        return f"<{kind}:{next(self.counter)}>"

    def _drop(self, body):
        """Now and then a field is missing."""
        if self._maybe(0.06):
            self.oddities += 1
            missing = self.dice.choice(list(body))
            return {key: value for key, value in body.items() if key != missing}
        return body

    def _pair(self):
        return self._drop({"key": self._one(KEYS, ODD_KEYS), "value": self._one(TEXTS, ODD_TEXTS)})

    def _pairs(self, most=3):
        pairs = [self._pair() for _ in range(self.dice.randint(0, most))]
        if len({json.dumps(pair.get("key")) for pair in pairs}) < len(pairs):
            self.oddities += 1
        return pairs

    def _point(self):
        point = {
            "key": self._one(KEYS, ODD_KEYS),
            "value": self._one(NUMBERS, ODD_NUMBERS),
            "timestamp": self._one(TIMES, ODD_TIMES),
            "step": self._one(STEPS, ODD_STEPS),
        }
        if self._maybe(0.15):
            point["model_id"] = self._logged()
        if self._maybe(0.1):
            point |= {"dataset_name": self._one(["iris", "wine"]), "dataset_digest": self._one(["d1", "d2"])}
        return self._drop(point)

    def _page(self, sizes):
        return {"max_results": self._one(sizes, [0, -1, 10**9, "x", 2**40])} if self._maybe(0.6) else {}

    def _key(self):
        """A key as a filter names it."""
        key = self._one(KEYS)
        if key.replace(".", "").isalnum() and self._maybe(0.6):
            return key
        quote = self._one(["`", '"', "'"])
        return quote + key + quote

    def _filter(self, *conditions):
        text = " AND ".join(self._one(conditions)() for _ in range(self._one([1, 1, 1, 2, 3])))
        if self._maybe(0.02):
            self.oddities += 1
            return text[: self.dice.randint(1, len(text))]
        if self._maybe(0.02):
            self.oddities += 1
            frame = self._one(["({})", "NOT {}", "{} AND", "AND {}", "{};", "{} OR {}", "{} x", "{} -- x"])
            return frame.replace("{}", text)
        return text

    def _numeric(self, name):
        return f"{name} {self._one(NUMERIC)} {self._one(LITERALS, ODD_LITERALS)}"

    def _textual(self, name):
        return name + self._one(TEXTUAL, ODD_TEXTUAL) + self._one(PATTERNS, ODD_PATTERNS)

    def _listed(self, name, values):
        items = ", ".join(f"'{self._one(values)}'" for _ in range(self._one([1, 2])))
        return f"{name} {self._one(['IN', 'NOT IN', 'in'])} ({items})"

    def _null(self, name):
        return f"{name} {self._one(['IS NULL', 'IS NOT NULL', 'is not null'])}"

    def _order(self, *names):
        directions = ["", " ASC", " DESC", " desc"], [" x", " ASC DESC"]
        return [self._one(names) + self._one(*directions) for _ in range(self._one([0, 0, 1, 1, 2]))]
