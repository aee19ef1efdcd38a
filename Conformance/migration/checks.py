"""What the tests of this folder check with."""


def require(condition, text):
    if not condition:
        raise AssertionError(text)


def same(told, original):
    """What the client is told must be what it was told before."""
    for part, before in original.items():
        after = told.get(part)
        if after == before:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            for key in sorted(set(before) | set(after)):
                require(
                    after.get(key) == before.get(key), f"{part} {key}:\n  was {before.get(key)}\n  is  {after.get(key)}"
                )
        require(False, f"{part}:\n  was {before}\n  is  {after}")
