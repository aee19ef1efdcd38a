"""CPU time and memory of a process with everything below it, from /proc."""
import os

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid):
    with open("/proc/%d/stat" % pid) as file:
        # The name in parentheses may hold anything, also spaces.
        return file.read().rpartition(")")[2].split()


def tree(root):
    """The process and its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                children.setdefault(int(_stat(int(name))[1]), []).append(int(name))
            except (FileNotFoundError, ProcessLookupError):
                pass
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def _sum(pids, of):
    total = 0
    for pid in pids:
        try:
            total += of(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def cpu_seconds(root):
    """User and system time of the tree, with that of descendants that ended and were waited for."""
    return _sum(tree(root), lambda pid: sum(int(field) for field in _stat(pid)[11:15])) / TICK


def resident(pids):
    """Sum of the resident memory in bytes; pages that processes share count once for each."""
    def one(pid):
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * PAGE
    return _sum(pids, one)


def proportional(pids):
    """Sum of the proportional set sizes in bytes: shared pages are divided among those who share them."""
    def one(pid):
        with open("/proc/%d/smaps_rollup" % pid) as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
    return _sum(pids, one)


def peak(pid):
    """Peak resident memory of one process in bytes since it started or `reset_peak`."""
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024


def reset_peak(pid):
    with open("/proc/%d/clear_refs" % pid, "w") as file:
        file.write("5")
