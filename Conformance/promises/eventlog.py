"""The event log, checked from outside: the tree is computed again from its entries (RFC 6962, RFC 9162), and the state
is put together again from its events.
"""

import base64
import dataclasses
import hashlib
import json
import struct

BUNDLE = 256


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaves):
    """The root over hashes of leaves (RFC 9162, 2.1.1), built as the tree grows: equal subtrees are joined."""
    stack = []
    for index, leaf in enumerate(leaves):
        stack.append(leaf)
        while index & 1:
            right = stack.pop()
            stack.append(node_hash(stack.pop(), right))
            index >>= 1
    if not stack:
        return hashlib.sha256(b"").digest()
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root


def verifies_consistency(old_size, old_root, new_size, new_root, proof):
    """RFC 9162, 2.1.4.2."""
    if old_size == new_size:
        return old_root == new_root and not proof
    if old_size == 0:
        return not proof
    proof = list(proof)
    if old_size & (old_size - 1) == 0:
        proof.insert(0, old_root)
    if not proof:
        return False
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for part in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(part, fr), node_hash(part, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, part)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @classmethod
    def of(cls, client):
        answer = client.call("GET", "/audit/checkpoint")
        if not answer.ok:
            raise AssertionError(f"/audit/checkpoint was answered {answer}")
        lines = answer.body.decode().split("\n")
        return cls(lines[0], int(lines[1]), base64.b64decode(lines[2]))


def entries(client, size):
    """The entries, as they were hashed, out of the tiles."""
    found = []
    for index in range((size + BUNDLE - 1) // BUNDLE):
        answer = client.call("GET", f"/audit/tile/entries/{_tile(index, size)}")
        if not answer.ok:
            raise AssertionError(f"bundle {index} of the log's entries was answered {answer}")
        bundle = answer.body
        while bundle:
            (length,) = struct.unpack_from(">H", bundle)
            found.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
    return found


def leaf_tiles(client, size):
    """The hashes of the leaves, as the tiles of level 0 have them."""
    found = b""
    for index in range((size + BUNDLE - 1) // BUNDLE):
        answer = client.call("GET", f"/audit/tile/0/{_tile(index, size)}")
        found += answer.body if answer.ok else b""
    return [found[place : place + 32] for place in range(0, len(found), 32)]


def _tile(index, size):
    """The end of a tile's path: C2SP tlog-tiles."""
    digits = f"{index:03d}" if index < 1000 else f"x{index // 1000:03d}/{index % 1000:03d}"
    width = min(BUNDLE, size - index * BUNDLE)
    return digits + (f".p/{width}" if width < BUNDLE else "")


def problems(client, *pinned):
    """What is wrong with the log, given checkpoints seen earlier. Yields texts."""
    now = Checkpoint.of(client)
    log = entries(client, now.size)
    if len(log) != now.size:
        yield f"the log has {len(log)} entries and says {now.size}"
        return
    leaves = [leaf_hash(entry) for entry in log]
    if root_hash(leaves) != now.root:
        yield f"the root of the {now.size} entries is not the signed one"
    if leaf_tiles(client, now.size) != leaves:
        yield "the tiles are not those of the entries"
    for index, entry in enumerate(log):
        if json.loads(entry)["seq"] != index:
            yield f"entry {index} says that it is number {json.loads(entry)['seq']}"
    for old in pinned:
        if old.origin != now.origin:
            yield f"the log was {old.origin} and is now {now.origin}"
        if old.size > now.size:
            yield f"the log had {old.size} entries and has {now.size}"
            continue
        if root_hash(leaves[: old.size]) != old.root:
            yield f"the first {old.size} entries are not those of the checkpoint seen earlier"
        answer = client.call("GET", "/audit/consistency", query={"old": old.size, "new": now.size})
        proof = [base64.b64decode(text) for text in answer.json.get("hashes", [])] if answer.ok else []
        if not answer.ok or not verifies_consistency(old.size, old.root, now.size, now.root, proof):
            yield f"the proof that {old.size} entries are the beginning of {now.size} does not verify: {answer}"


def events(client):
    """All events, in order, as the API shows them."""
    after = {}
    while True:
        page = client.json("GET", "/api/v1/events", query={"limit": 1000, **after})
        yield from page["events"]
        if "next" not in page:
            return
        after = {"after": page["next"]}


def listing_problems(client):
    """Where the list of events, whole or of one subject, differs from the log. Yields texts."""
    log = [json.loads(entry) for entry in entries(client, Checkpoint.of(client).size)]
    shown = list(events(client))
    if len(shown) != len(log):
        yield f"{len(shown)} of {len(log)} events are listed"
    for entry, event in zip(log, shown):
        for one, other in (("seq", "sequence"), ("time", "time"), ("kind", "kind"), ("subject", "subject")):
            if entry[one] != event[other]:
                yield f"event {entry['seq']} is listed with {other} {event[other]}, and the log says {entry[one]}"
        if entry["details"] != event["details"] or entry["actor"]["name"] != event["actor"]:
            yield f"event {entry['seq']} is listed with other details than it has in the log"
    for member, parameter in (("subject", "subject"), ("kind", "kind")):
        for value in sorted({entry[member] for entry in log}):
            page = client.json("GET", "/api/v1/events", query={parameter: value, "limit": 1000})["events"]
            told = [entry["seq"] for entry in log if entry[member] == value][:1000]
            if [event["sequence"] for event in page] != told:
                yield f"the events of {member} {value} are not those of the log"


class Replay:
    """The registry, put together from nothing but the log."""

    def __init__(self, client):
        self.stages = {}
        self.aliases = {}
        self.kinds = {}
        for event in events(client):
            self._receive(event["kind"], event["details"])
            self.kinds[event["kind"]] = self.kinds.get(event["kind"], 0) + 1

    def _receive(self, kind, details):
        model, version = details.get("name"), details.get("version")
        if kind == "registry.version-registered":
            self.stages[model, version] = "None"
        elif kind == "registry.stage-transitioned":
            self.stages[model, version] = details["to"]
        elif kind == "registry.version-deleted":
            self.stages.pop((model, version), None)
            for alias in [key for key, value in self.aliases.items() if key[0] == model and value == version]:
                del self.aliases[alias]
        elif kind == "registry.alias-set":
            self.aliases[model, details["alias"]] = version
        elif kind == "registry.alias-deleted":
            self.aliases.pop((model, details["alias"]), None)

    def problems(self, client, model):
        """Where the tables differ from the log. Yields texts."""
        query = {"filter": f"name = '{model}'", "max_results": 1000}
        rows = client.pages("GET", "model-versions/search", "model_versions", query)
        stages = {int(row["version"]): row["current_stage"] for row in rows}
        told = {version: stage for (name, version), stage in self.stages.items() if name == model}
        for version in sorted(stages.keys() | told.keys()):
            if stages.get(version) != told.get(version):
                yield (
                    f"{model}: version {version} is in {stages.get(version)}, and the log makes it {told.get(version)}"
                )
        found = client.json("GET", "registered-models/get", query={"name": model})["registered_model"]
        aliases = {item["alias"]: int(item["version"]) for item in found.get("aliases", [])}
        told = {alias: version for (name, alias), version in self.aliases.items() if name == model}
        if aliases != told:
            yield f"{model}: the aliases are {aliases}, and the log makes them {told}"
