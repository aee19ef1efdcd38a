"""The system calls of a running process, in order, as strace saw them."""

import contextlib
import re
import shutil
import signal
import subprocess
import time

from promise import Skip

LINE = re.compile(r"^(\d+) +(.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.DOTALL)
CALL = re.compile(r"^(\w+)\((.*)$", re.DOTALL)
DESCRIPTOR = re.compile(r"^(\d+)<(.+?)>(?=[,)])")
RESULT = re.compile(r"\) += (-?\d+)(?:<[^\n]*>)?(?: [A-Z]\w+ \(.*\))?$")
UNFINISHED = " <unfinished ...>"


class Call:
    """One system call. `begin` and `end` are places in the trace: a call is over before another begins when its `end`
    is smaller than the other's `begin`.
    """

    def __init__(self, name, text, begin):
        self.name = name
        self.text = text
        self.begin = begin
        self.end = None
        self.result = None

    def finish(self, rest, end):
        self.text += rest
        self.end = end
        found = RESULT.search(self.text)
        self.result = int(found.group(1)) if found else None

    @property
    def target(self):
        """What the first argument's descriptor stands for: a path, or `TCP:[...]`."""
        found = DESCRIPTOR.match(self.text)
        return found.group(2) if found else ""

    def __repr__(self):
        return f"{self.begin}-{self.end} {self.name}({self.text[:150]}"


@contextlib.contextmanager
def traced(pid, file, calls, length=1024, binary=False):
    """Follows all threads of `pid` while the block runs; yields a list that holds the calls afterwards.

    Of each string `length` bytes are kept; `binary` writes those that are no text in hexadecimal.
    """
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    form = ["-x"] if binary else []
    filters = ["-e", f"trace={','.join(calls)}", "-e", "signal=none"]
    command = ["strace", "-f", "-yy", *form, "-s", str(length), *filters]
    follower = subprocess.Popen(
        [*command, "-p", str(pid), "-o", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    first = follower.stderr.readline()
    if "attached" not in first:
        follower.kill()
        raise Skip(f"strace cannot follow the server: {first.strip()}")
    # It attaches to one thread after another.
    time.sleep(0.5)
    found = []
    try:
        yield found
    finally:
        follower.send_signal(signal.SIGINT)
        follower.communicate()
    found += parse(open(file, encoding="utf-8", errors="replace"))


def parse(lines):
    calls, open_calls = [], {}
    for place, line in enumerate(lines):
        match = LINE.match(line.rstrip("\n"))
        if not match:
            continue
        thread, text = match.groups()
        if resumed := RESUMED.match(text):
            if call := open_calls.pop(thread, None):
                call.finish(resumed.group(2), place)
            continue
        match = CALL.match(text)
        if not match:
            continue
        call = Call(match.group(1), match.group(2).removesuffix(UNFINISHED), place)
        calls.append(call)
        if text.endswith(UNFINISHED):
            open_calls[thread] = call
        else:
            call.finish("", place)
    return [call for call in calls if call.end is not None]
