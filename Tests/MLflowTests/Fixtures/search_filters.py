"""Makes search-filters.jsonl: random filters, and what MLflow makes of them.

    python search_filters.py SEED COUNT > search-filters.jsonl      (with mlflow 3.18.0)

Each line is {"subject", "filter", "conditions"}: the conditions as [entity, key, operator, value], or null if MLflow
refuses the filter. A filter is run against an empty store, so that the checks of the SQL layer count, too. What
crashes MLflow (it answers 500) is left out, and so is what Steward reads otherwise on purpose; SearchFilterTests.swift
lists that.
"""

import json
import logging
import math
import os
import random
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from mlflow.entities import ViewType  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore  # noqa: E402
from mlflow.store.tracking.dbmodels.models import SqlLoggedModel  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as TrackingStore  # noqa: E402
from mlflow.utils import search_utils as parsers  # noqa: E402
from mlflow.utils.search_logged_model_utils import parse_filter_string  # noqa: E402

# Of each subject: numeric attributes, text attributes, fields with lists, prefixes of metrics, of texts, and of texts
# that may be missing.
FIELDS = {
    "runs": (
        "start_time end_time created Created attributes.start_time".split(),
        ["run_id", "run_name", "user_id", "status", "`Run Name`", '"run name"', "attr.run_id", "run.user_id"],
        ["run_id", "dataset.name", "datasets.context"],
        ["metric", "metrics"],
        ["param", "params", "parameter", "tag", "tags"],
        ["param", "params", "tag", "tags"],
    ),
    "experiments": (
        ["creation_time", "last_update_time", "attribute.creation_time"],
        ["name", "attribute.name", '"name"'],
        ["experiment_id"],
        [],
        ["tag", "tags"],
        ["tag", "tags"],
    ),
    "registeredModels": ([], ["name", "attribute.name"], ["name"], [], ["tag", "tags"], []),
    "modelVersions": (
        ["version_number"], ["name", "run_id", "source_path"], ["name", "run_id"], [], ["tag", "tags"], []
    ),
    "loggedModels": (
        ["creation_timestamp", "creation_time", "last_updated_timestamp"],
        ["name", "model_id", "model_type", "source_run_id", "attributes.name"],
        ["name", "params.a", "tags.x", "status"],
        ["metrics"],
        ["params", "tags"],
        [],
    ),
    "traces": (
        ["timestamp", "timestamp_ms", "execution_time", "end_time_ms", "attributes.timestamp"],
        ["status", "request_id", "client_request_id", "name", "run_id", "trace.status"],
        ["status", "request_id"],
        [],
        ["tag", "tags", "metadata", "request_metadata"],
        ["tag", "metadata"],
    ),
}
KEYS = ["a", "loss", "a.b", "mlflow.source.name", "`a b`", '"a b"', "`a.b`", '"x/y"', "`x-y`", "version", "type", "é",
        '`p"q`', '"p`q"', "`a'b`", "_x", "`1`", "`a:b`", "'a'", "'a b'", "'x/y'"]
TEXTS = ["'a'", '"a"', "'a b'", "'RUNNING'", "''", "'%x_'", "'it''s'", "'a\"b'", '"a\'b"', "'5'", "'é'", "'AND'",
         "'a OR b'", "'(x)'", "'a;b'", "'C:\\d\\x'", "'C:\\d\\'", "'true'", "'x,y'"]
NUMBERS = ["1", "0", "-1", "0.5", "-0.25", "1e5", "1e-3", "1.", ".5", "1700000000000", "1E3"]
WHOLE = ["1", "0", "-1", "1700000000000"]
OTHERS = ["abc", "`x`", "NaN", "-", "5abc", "0x10", "()", "(5)", "('a'", "('a' 5)"]
NUMERIC = ["=", "!=", "<", "<=", ">", ">="]
TEXTUAL = [" = ", "=", "!=", " LIKE ", " ilike ", "\tlike\n"]
FOREIGN = ["==", "<>", " NOT LIKE ", " BETWEEN ", "~", " IS ", " IN ", " IS NULL", ">", " RLIKE "]


def condition(draw, subject):
    """One condition, most of the time a good one."""
    numbers, texts, lists, metrics, prefixes, nullable = FIELDS[subject]
    # Steward takes quotes in filters of logged models for quotes.
    plain = subject == "loggedModels"
    keys = [key for key in KEYS if not (plain and key[0] in "\"'")]
    values = [text for text in TEXTS if not (plain and text.startswith('"'))]
    kind = draw.random()
    if kind < 0.15 and numbers:
        return draw.choice(numbers) + draw.choice([" ", "", "\n"]) + draw.choice(NUMERIC) + " " + draw.choice(WHOLE)
    if kind < 0.3 and metrics:
        return draw.choice(metrics) + "." + draw.choice(keys) + draw.choice(NUMERIC) + draw.choice(NUMBERS)
    if kind < 0.45:
        return draw.choice(texts) + draw.choice(TEXTUAL) + draw.choice(values)
    if kind < 0.55:
        field = draw.choice(lists)
        items = {"experiment_id": ["'12'", "'3'"], "status": ["'READY'", "'FAILED'"]}.get(field, TEXTS[:4])
        items = [draw.choice(items) for _ in range(draw.randint(1, 4))]
        return field + draw.choice([" IN ", " not in "]) + "(" + ", ".join(items) + draw.choice(["", "", ","]) + ")"
    if kind < 0.65 and nullable:
        return draw.choice(nullable) + "." + draw.choice(keys) + draw.choice([" IS NULL", " is not null"])
    if kind < 0.9:
        return draw.choice(prefixes) + "." + draw.choice(keys) + draw.choice(TEXTUAL) + draw.choice(values)
    # MLflow compares the times of traces with any text.
    fields = texts + lists + ([] if subject == "traces" else numbers)
    fields += ["foo", "foo.bar", "attributes.name", "params.p", "metrics.m", "METRICS.m", "tags.a-b", "tags.a/b"]
    operators = NUMERIC + TEXTUAL + FOREIGN
    return draw.choice(fields) + draw.choice(operators) + draw.choice(values + NUMBERS + OTHERS)


def filter_text(draw, subject):
    text = condition(draw, subject)
    for _ in range(draw.choice([0, 0, 0, 1, 1, 2])):
        joint = draw.choice([" AND "] * 9 + [" and ", "\nAND\t", " AND AND ", " OR ", " , "])
        text += joint + condition(draw, subject)
    accident = draw.random()
    if accident < 0.03:
        return draw.choice(["({})", "NOT {}", "{} AND", "AND {}", "{};", "{}; a = 'b'", "{} -- c", "{} x"]).format(text)
    if accident < 0.06:
        return text[: draw.randint(1, len(text))]
    return text


def conditions(stores, subject, text):
    tracking, registry = stores
    if subject == "runs":
        parsed = parsers.SearchUtils.parse_search_filter(text)
        tracking.search_runs(["0"], text, ViewType.ALL, 1)
    elif subject == "experiments":
        parsed = parsers.SearchExperimentsUtils.parse_search_filter(text)
        tracking.search_experiments(ViewType.ALL, 1, text)
    elif subject == "registeredModels":
        parsed = parsers.SearchModelUtils.parse_search_filter(text)
        registry.search_registered_models(text, 1)
    elif subject == "modelVersions":
        parsed = parsers.SearchModelVersionUtils.parse_search_filter(text)
        registry.search_model_versions(text, 1)
    elif subject == "traces":
        parsed = parsers.SearchTraceUtils.parse_search_filter_for_search_traces(text)
        tracking.search_traces(experiment_ids=["0"], filter_string=text, max_results=1)
    else:
        parsed = [
            {"type": c.entity.type.value, "key": c.entity.key, "comparator": c.op, "value": c.value}
            for c in parse_filter_string(text)
        ]
        tracking.search_logged_models(["0"], text, max_results=1)
    return [normal(subject, condition) for condition in parsed]


def normal(subject, condition):
    entities = {"parameter": "param", "params": "param", "metrics": "metric", "tags": "tag", "attributes": "attribute",
                "request_metadata": "metadata"}
    entity = entities.get(condition["type"], condition["type"])
    key, value = condition["key"], condition["value"]
    if entity == "attribute" and subject == "runs":
        key = parsers.SearchUtils.translate_key_alias(key)
    if entity == "attribute" and subject == "loggedModels":
        key = SqlLoggedModel.ALIASES.get(key, key)
    if entity == "metric":
        value = float(value)
    if key == "version_number" and subject == "modelVersions":
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return [entity, key, condition["comparator"].upper(), list(value) if isinstance(value, tuple) else value]


def main():
    draw = random.Random(int(sys.argv[1]))
    folder = tempfile.mkdtemp()
    address = f"sqlite:///{folder}/mlflow.db"
    stores = TrackingStore(address, folder), RegistryStore(address)
    seen = set()
    while len(seen) < int(sys.argv[2]):
        subject = draw.choice(list(FIELDS))
        text = filter_text(draw, subject)
        if (subject, text) in seen:
            continue
        try:
            found = conditions(stores, subject, text)
        except MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                continue
            found = None
        except Exception:
            continue
        seen.add((subject, text))
        print(json.dumps({"subject": subject, "filter": text, "conditions": found}, ensure_ascii=False))


main()
