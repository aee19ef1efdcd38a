"""Random requests of MLflow's protocol: most of them plausible, some wrong, in a small world where names meet again."""

from random_registry import RegistryRequests
from random_tracking import TrackingRequests


class RandomRequests(TrackingRequests, RegistryRequests):
    """One request after another from a seed."""

    def __init__(self, dice, stem):
        super().__init__(dice, stem)
        self.makers = {
            self.make_experiment: 3,
            self.experiment: 5,
            self.search_experiments: 5,
            self.make_run: 6,
            self.run: 8,
            self.log: 14,
            self.batch: 8,
            self.links: 6,
            self.search_runs: 12,
            self.history: 7,
            self.make_logged_model: 4,
            self.logged_model: 7,
            self.search_logged_models: 6,
            self.make_model: 3,
            self.model: 7,
            self.make_version: 5,
            self.version: 10,
            self.alias: 6,
            self.search_registry: 10,
            self.make_webhook: 1,
            self.webhook: 3,
        }
        # A world to begin with.
        self.first = [self.make_experiment] * 2 + [self.make_run] * 4 + [self.make_logged_model] * 2
        self.first += [self.make_model] * 3 + [self.make_version] * 4 + [self.make_webhook]

    def next(self):
        self.oddities = 0
        weights = list(self.makers.values())
        request = self.first.pop(0)() if self.first else self.dice.choices(list(self.makers), weights)[0]()
        if isinstance(request.body, dict) and self._maybe(0.1):
            request.body = self._dressed(request.body)
        request.oddities = self.oddities
        return request

    def note(self, request):
        """The request succeeded."""
        if request.makes:
            kind, symbol, _ = request.makes
            self.known[kind].append(symbol)
        if request.path.endswith("/restore"):
            self.gone -= set(request.body.values())
        elif request.path.endswith("/delete"):
            self.gone |= set(request.body.values())
        elif request.method == "DELETE" and request.body is None:
            self.gone.add(request.path.rpartition("/")[2])

    def _dressed(self, body):
        """The same, said in another way."""
        if self._maybe(0.3):
            return body | {"unknown_field": [1, {"x": None}]}
        words = {key: key.split("_") for key in body}
        return {parts[0] + "".join(map(str.title, parts[1:])): body[key] for key, parts in words.items()}
