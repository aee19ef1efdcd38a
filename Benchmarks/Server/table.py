"""The figures as Markdown."""
import operations

MB = 1e6


def render(results):
    mlflow, ours = results["mlflow"], results["steward"]
    return "\n".join(
        _requests(mlflow, ours) + [""] + _writers(mlflow, ours) + [""] + _footprint(mlflow, ours) + [""]
        + _artifacts(mlflow, ours) + ["", _dates(mlflow, ours)])


def _title(operation):
    runs = "1,000,000 runs" if operation.key.startswith("million") else "10,000 runs"
    return operation.title.format(runs=runs)


def _number(value):
    if value is None:
        return ""
    if value >= 100:
        return "{:,.0f}".format(value)
    return "%.1f" % value if value >= 10 else "%.2f" % value if value >= 1 else "%.3f" % value


def _cells(figures):
    """CPU, rate, p50 / p99."""
    if figures is None:
        return ["", "", ""]
    if "problem" in figures and "cpu" not in figures:
        return ["failed", "", ""]
    mark = "!" if "problem" in figures else ""
    return [_number(figures["cpu"]) + mark, _number(figures["rate"]),
            "%s / %s" % (_number(figures["p50"]), _number(figures["p99"]))]


def _verdict(value, limit, at_least=False):
    if value is None or limit is None:
        return ""
    met = value >= limit if at_least else value <= limit
    return "yes" if met else "**no**"


def _requests(mlflow, ours):
    lines = ["| operation | MLflow CPU ms | per s | p50 / p99 ms | Steward CPU ms | per s | p50 / p99 ms "
             "| times less CPU | at most | met |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for operation in operations.OPERATIONS + operations.MILLION:
        theirs, own = mlflow.get(operation.key), ours.get(operation.key)
        if theirs is None and own is None:
            continue
        cost = own.get("cpu") if own and "problem" not in own else None
        ratio = theirs["cpu"] / cost if cost and theirs and theirs.get("cpu") else None
        target, met = _number(operation.target), _verdict(cost, operation.target)
        if operation.rate_target and own and "rate" in own:
            target += ", %s per s" % _number(operation.rate_target)
            met += ", " + _verdict(own["rate"], operation.rate_target, at_least=True)
        lines.append("| " + " | ".join(
            [_title(operation)] + _cells(theirs) + _cells(own) + [_number(ratio), target, met]) + " |")
    for key, title in (("history-pages", "the same history in 4 pages, whole"),):
        theirs, own = mlflow.get(key), ours.get(key)
        if own:
            lines.append("| %s | %s | | | %s | | | %s | | |" % (
                title, _number(theirs["cpu"]) if theirs else "", _number(own["cpu"]),
                _number(theirs["cpu"] / own["cpu"]) if theirs and own["cpu"] else ""))
    return lines


def _writers(mlflow, ours):
    lines = ["| simultaneous writers | server | answers per s | p50 / p99 ms | CPU ms | answers by status | no answer "
             "within 20 s | connection lost |", "|---|---|--:|--:|--:|---|--:|--:|"]
    for operation in operations.WRITERS:
        for name, results in (("MLflow", mlflow), ("Steward", ours)):
            figures = results.get(operation.key)
            if figures and "cpu" in figures:
                cost, rate, times = _cells(figures)
                status = ", ".join("%s: %d" % pair for pair in sorted(figures["status"].items()))
                lines.append("| %s | %s | %s | %s | %s | %s | %d | %d |" % (
                    operation.title, name, rate, times, cost, status, figures["unanswered"], figures["broken"]))
    return lines


def _footprint(mlflow, ours):
    lines = ["| | MLflow | Steward | at most | met |", "|---|--:|--:|--:|---|"]

    def line(title, key, field, scale, unit, limit, digits="%.0f"):
        theirs, own = mlflow.get(key), ours.get(key)
        if own is None or own.get(field) is None:
            return
        cells = [(digits + " %s") % (side[field] * scale, unit) if side and side.get(field) is not None else ""
                 for side in (theirs, own)]
        bound = ("%g %s" % (limit, unit)) if limit else ""
        lines.append("| %s | %s | %s | %s |" % (
            title, " | ".join(cells), bound, _verdict(own[field] * scale, limit)))

    for key, title, limit in (
            ("start-empty", "start-up, empty", 200), ("start-million", "start-up, 1,000,000 runs", 1000)):
        line(title, key, "wall", 1000, "ms", limit)
        line(title + ", CPU", key, "cpu", 1000, "ms", None)
    line("processes", "memory-idle", "processes", 1, "", None)
    line("resident memory, idle", "memory-idle", "rss", 1 / MB, "MB", 120)
    line("proportional set size, idle", "memory-idle", "pss", 1 / MB, "MB", None)
    line("resident memory after the requests above", "memory-load", "rss", 1 / MB, "MB", 400)
    line("its peak", "memory-load", "peak", 1 / MB, "MB", 400)
    line("proportional set size after the requests above", "memory-load", "pss", 1 / MB, "MB", None)
    line("resident memory, idle, 1,000,000 runs", "memory-million-idle", "rss", 1 / MB, "MB", None)
    line("peak with 1,000,000 runs", "memory-million", "peak", 1 / MB, "MB", 400)
    line("CPU spent idle, a second", "memory-idle", "idle_rate", 1000, "ms", None, "%.1f")
    return lines


def _artifacts(mlflow, ours):
    lines = ["| one file | size MB | copy + fsync MB/s | upload MB/s | of the copy | download MB/s | of the copy "
             "| CPU s up / down | memory before, peak MB | at least 70 % |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for name, results in (("MLflow", mlflow), ("Steward", ours)):
        figures = results.get("artifacts")
        if not figures:
            continue
        up, down = (figures[part] / figures["copy"] for part in ("upload", "download"))
        verdict = "" if name == "MLflow" else _verdict(min(up, down), 0.7, at_least=True)
        lines.append("| %s | %.0f | %.0f | %.0f | %.0f %% | %.0f | %.0f %% | %.2f / %.2f | %.0f, %.0f | %s |" % (
            name, figures["size"] / MB, figures["copy"], figures["upload"], up * 100, figures["download"], down * 100,
            figures["upload_cpu"], figures["download_cpu"], figures["before"] / MB, figures["peak"] / MB, verdict))
    return lines


def _dates(mlflow, ours):
    parts = []
    for name, results in (("MLflow", mlflow), ("Steward", ours)):
        times = sorted(figures["at"] for figures in results.values())
        loads = sorted(figures["load"] for figures in results.values())
        if times:
            parts.append("%s measured %s to %s UTC at a load average of %.1f to %.1f" % (
                name, times[0], times[-1], loads[0], loads[-1]))
    return "; ".join(parts) + "."
