"""Six runs of one experiment that the tests of runs/search look for."""

SEARCH = "runs/search"


class SixRuns:
    """Six runs of one experiment, named by one letter.

    name  start  latest acc  params           tags                  user  status        dataset
    A     1000   0.9         lr=0.1 opt=Adam  team=Alpha a.b=x      ada   FINISHED 2000 iris d1 train
    b     2000   0.7         lr=0.01 opt=adam team=beta             bob   FAILED 1500   none
    c     3000   NaN         lr=0.1 empty=''  team=''               ada   RUNNING       wine d2 eval
    d     3000   none        none             none                  ada   RUNNING       none
    e     500    +inf        lr=10            team=al_ha pct=10%    ada   RUNNING       iris d3 eval
    f     400    -inf        lr=9             none                  ada   RUNNING       none
    A also has acc 0.5 at an earlier step, and "my metric" = 1.
    """

    def __init__(self, wire):
        self.experiment = wire.experiment()
        self.ids = {}
        self.wire = wire
        self.add(
            "A",
            1000,
            {"acc": [0.5, 0.9], "my metric": [1]},
            {"lr": "0.1", "opt": "Adam"},
            {"team": "Alpha", "a.b": "x"},
        )
        self.add("b", 2000, {"acc": [0.7]}, {"lr": "0.01", "opt": "adam"}, {"team": "beta"}, user="bob")
        self.add("c", 3000, {"acc": ["NaN"]}, {"lr": "0.1", "empty": ""}, {"team": ""})
        self.add("d", 3000, {}, {}, {})
        self.add("e", 500, {"acc": ["Infinity"]}, {"lr": "10"}, {"team": "al_ha", "pct": "10%"})
        self.add("f", 400, {"acc": ["-Infinity"]}, {"lr": "9"}, {})
        wire.post("runs/update", {"run_id": self.ids["A"], "status": "FINISHED", "end_time": 2000}).ok()
        wire.post("runs/update", {"run_id": self.ids["b"], "status": "FAILED", "end_time": 1500}).ok()
        for name, dataset, digest, context in (
            ("A", "iris", "d1", "train"),
            ("c", "wine", "d2", "eval"),
            ("e", "iris", "d3", "eval"),
        ):
            entry = {
                "tags": [{"key": "mlflow.data.context", "value": context}],
                "dataset": {"name": dataset, "digest": digest, "source_type": "http", "source": "{}"},
            }
            wire.post("runs/log-inputs", {"run_id": self.ids[name], "datasets": [entry]}).empty()

    def add(self, name, start, metrics, params, tags, user="ada"):
        fields = {"run_name": name, "start_time": start, "user_id": user}
        run = self.wire.run(self.experiment, tags=[{"key": k, "value": v} for k, v in tags.items()], **fields)
        points = [
            {"key": k, "value": v, "timestamp": 1, "step": i} for k, vs in metrics.items() for i, v in enumerate(vs)
        ]
        values = [{"key": k, "value": v} for k, v in params.items()]
        self.wire.post("runs/log-batch", {"run_id": run, "metrics": points, "params": values}).empty()
        self.ids[name] = run

    def search(self, **body):
        return self.wire.post(SEARCH, {"experiment_ids": [self.experiment], **body})

    def names(self, **body):
        return "".join(r["info"]["run_name"] for r in self.search(**body).ok().get("runs", []))

    def default_order(self, letters):
        """The letters in default order: start_time descending, then run id."""
        start = dict(A=1000, b=2000, c=3000, d=3000, e=500, f=400)
        return "".join(sorted(letters, key=lambda name: (-start[name], self.ids[name])))
