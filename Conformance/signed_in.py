#!/usr/bin/env python3
"""Walks the stock client through a server where people sign in: as administrator, editor, viewer and nobody in
particular, with passwords and with tokens, artifacts included; and MLflow's own client for users and permissions.

    python3 Conformance/signed_in.py URL ADMINISTRATOR PASSWORD

Prints a line for each step, "PASS name" or "FAIL name why". Which generation of MLflow is installed decides which calls
for permissions are made.
"""

import contextlib
import os
import pathlib
import sys
import tempfile
import traceback

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ["MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"] = "0"

import mlflow
import requests
from mlflow.exceptions import MlflowException
from mlflow.server import get_app_client
from mlflow.tracking import MlflowClient

IS_3 = int(mlflow.__version__.split(".")[0]) >= 3
PASSWORD = "a password of some length"
VARIABLES = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")


@contextlib.contextmanager
def signed_in(name=None, password=PASSWORD, token=None):
    """The environment of somebody; the client reads it for each request."""
    before = {key: os.environ.pop(key, None) for key in VARIABLES}
    if token:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
    elif name:
        os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = name, password
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


def refused(call, *codes):
    """Runs what must be refused, with one of these error codes or statuses."""
    try:
        call()
    except (MlflowException, requests.HTTPError) as error:
        text = f"{getattr(error, 'error_code', '')} {error}"
        assert any(code in text for code in codes), f"refused, but with: {text}"
    else:
        raise AssertionError("it was let through")


class Walk:
    def __init__(self, url, admin, password):
        mlflow.set_tracking_uri(url)
        self.url = url
        self.admin = {"name": admin, "password": password}
        self.client = MlflowClient(url)
        self.users = get_app_client("basic-auth", url)
        self.folder = pathlib.Path(tempfile.mkdtemp())
        (self.folder / "notes.txt").write_text("what was tried")

    def native(self, method, path, who=None, **arguments):
        who = who or (self.admin["name"], self.admin["password"])
        answer = requests.request(method, f"{self.url}/api/v1/{path}", auth=who, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    # Steps, in this order.

    def users_made(self):
        with signed_in(**self.admin):
            for name in ("editor", "viewer", "nobody.special"):
                user = self.users.create_user(name, PASSWORD)
                assert (user.username, user.is_admin) == (name, False)
            refused(lambda: self.users.create_user("editor", PASSWORD), "RESOURCE_ALREADY_EXISTS")
            refused(lambda: self.users.create_user("other", "short"), "INVALID_PARAMETER_VALUE")
            refused(lambda: self.users.get_user("missing"), "RESOURCE_DOES_NOT_EXIST")
        self.native("PATCH", "users/editor", json={"role": "editor"})
        self.native("PATCH", "users/nobody.special", json={"role": "none"})

    def administrator(self):
        with signed_in(**self.admin):
            self.experiment = self.client.create_experiment("shared")
            self.run = self.client.create_run(self.experiment).info.run_id
            self.client.log_metric(self.run, "loss", 0.5)
            self.client.log_artifact(self.run, str(self.folder / "notes.txt"))
            self.client.create_registered_model("credit-risk")
            self.client.create_model_version("credit-risk", f"runs:/{self.run}/notes.txt", self.run)
            doomed = self.client.create_experiment("doomed")
            self.client.delete_experiment(doomed)

    def editor_with_password(self):
        with signed_in("editor"):
            self.work("by password")

    def editor_with_token(self):
        token = self.native("POST", "tokens", ("editor", PASSWORD), json={"name": "laptop"})["token"]
        with signed_in(token=token):
            self.work("by token")
        with signed_in("token", token):
            self.work("by token as password")

    def work(self, name):
        mlflow.set_experiment(name)
        with mlflow.start_run() as run:
            mlflow.log_params({"depth": 3})
            mlflow.log_metrics({"loss": 0.25})
            mlflow.set_tag("who", name)
            mlflow.log_artifacts(str(self.folder), "files")
            mlflow.log_dict({"a": 1}, "files/a.json")
        found = self.client.search_runs([run.info.experiment_id], "metrics.loss < 0.3")
        assert [one.info.run_id for one in found] == [run.info.run_id]
        path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="files/notes.txt")
        assert pathlib.Path(path).read_text() == "what was tried"
        self.client.set_registered_model_tag("credit-risk", "by", name)
        # What is live is for approvers, and what is gone for those who manage it.
        refused(lambda: self.client.set_registered_model_alias("credit-risk", "champion", "1"), "PERMISSION_DENIED")
        refused(lambda: self.client.delete_registered_model("credit-risk"), "PERMISSION_DENIED")
        refused(lambda: self.users.create_user("eve", PASSWORD), "PERMISSION_DENIED", "403")
        refused(lambda: self.users.update_user_admin("editor", True), "PERMISSION_DENIED", "403")

    def approver(self):
        self.native("PATCH", "users/editor", json={"role": "approver"})
        with signed_in("editor"):
            self.client.set_registered_model_alias("credit-risk", "champion", "1")
            self.client.transition_model_version_stage("credit-risk", "1", "Production")
            refused(lambda: self.client.delete_registered_model("credit-risk"), "PERMISSION_DENIED")
        self.native("PATCH", "users/editor", json={"role": "editor"})

    def viewer(self):
        with signed_in("viewer"):
            assert self.client.get_run(self.run).data.metrics == {"loss": 0.5}
            path = self.client.download_artifacts(self.run, "notes.txt", str(self.folder))
            assert pathlib.Path(path).read_text() == "what was tried"
            assert self.client.get_model_version_by_alias("credit-risk", "champion").version in ("1", 1)
            refused(lambda: self.client.log_metric(self.run, "loss", 0.1), "PERMISSION_DENIED")
            refused(lambda: self.client.create_run(self.experiment), "PERMISSION_DENIED")
            refused(lambda: self.client.create_experiment("mine"), "PERMISSION_DENIED")
            refused(lambda: self.client.log_artifact(self.run, str(self.folder / "notes.txt")), "403", "DENIED")
            refused(lambda: self.client.set_registered_model_tag("credit-risk", "a", "b"), "PERMISSION_DENIED")

    def without_rights(self):
        with signed_in("nobody.special"):
            refused(lambda: self.client.get_run(self.run), "RESOURCE_DOES_NOT_EXIST")
            refused(lambda: self.client.get_registered_model("credit-risk"), "RESOURCE_DOES_NOT_EXIST")
            assert self.client.search_experiments() == []
            assert list(self.client.search_registered_models()) == []
            refused(lambda: self.client.create_experiment("mine"), "PERMISSION_DENIED")
            artifact = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{self.experiment}/{self.run}/artifacts/notes.txt"
            answer = requests.get(artifact, auth=("nobody.special", PASSWORD), timeout=30)
            assert answer.status_code in (403, 404), answer.status_code

    def signed_out(self):
        with signed_in():
            refused(lambda: self.client.get_run(self.run), "401", "UNAUTHENTICATED")
        with signed_in("editor", "not the password"):
            refused(lambda: self.client.get_run(self.run), "401", "UNAUTHENTICATED")
        with signed_in(token="stw_not-a-token"):
            refused(lambda: self.client.get_run(self.run), "401", "UNAUTHENTICATED")
            refused(lambda: self.client.list_artifacts(self.run), "401", "UNAUTHENTICATED")

    def permissions(self):
        (self.permissions_of_3 if IS_3 else self.permissions_of_2)()

    def permissions_of_2(self):
        with signed_in(**self.admin):
            made = self.users.create_experiment_permission(self.experiment, "nobody.special", "READ")
            assert (made.experiment_id, made.permission) == (self.experiment, "READ")
            refused(
                lambda: self.users.create_experiment_permission(self.experiment, "nobody.special", "EDIT"),
                "RESOURCE_ALREADY_EXISTS",
            )
            self.users.create_registered_model_permission("credit-risk", "nobody.special", "MANAGE")
        with signed_in("nobody.special"):
            self.client.get_run(self.run)
            refused(lambda: self.client.log_metric(self.run, "loss", 0.1), "PERMISSION_DENIED")
            self.client.set_registered_model_alias("credit-risk", "champion", "1")
            # Whoever manages a thing may say who else may use it.
            self.users.create_registered_model_permission("credit-risk", "viewer", "EDIT")
            refused(
                lambda: self.users.create_experiment_permission(self.experiment, "viewer", "EDIT"), "PERMISSION_DENIED"
            )
        with signed_in("viewer"):
            self.client.set_registered_model_tag("credit-risk", "a", "b")
        with signed_in(**self.admin):
            self.users.update_experiment_permission(self.experiment, "nobody.special", "EDIT")
            assert (
                self.users.get_experiment_permission(self.experiment, "nobody.special").permission == "EDIT"
            )
            held = self.users.get_user("nobody.special")
            assert [one.permission for one in held.experiment_permissions] == ["EDIT"]
            assert [one.name for one in held.registered_model_permissions] == ["credit-risk"]
        with signed_in("nobody.special"):
            self.client.log_metric(self.run, "loss", 0.1)
            self.client.log_artifact(self.run, str(self.folder / "notes.txt"), "by-grant")
        with signed_in(**self.admin):
            self.users.create_experiment_permission(self.experiment, "viewer", "NO_PERMISSIONS")
            self.users.delete_experiment_permission(self.experiment, "nobody.special")
            self.users.delete_registered_model_permission("credit-risk", "nobody.special")
        with signed_in("viewer"):
            refused(lambda: self.client.get_run(self.run), "RESOURCE_DOES_NOT_EXIST")
        with signed_in("nobody.special"):
            refused(lambda: self.client.get_run(self.run), "RESOURCE_DOES_NOT_EXIST")

    def permissions_of_3(self):
        with signed_in(**self.admin):
            self.users.grant_user_permission("nobody.special", "experiment", self.experiment, "READ")
            self.users.grant_user_permission("nobody.special", "registered_model", "credit-risk", "MANAGE")
            result = self.users.get_user_permission("nobody.special", "experiment", self.experiment)
            assert (result.allowed, result.permission) == (False, "READ")
        with signed_in("nobody.special"):
            self.client.get_run(self.run)
            refused(lambda: self.client.log_metric(self.run, "loss", 0.1), "PERMISSION_DENIED")
            self.client.set_registered_model_alias("credit-risk", "champion", "1")
            self.users.grant_user_permission("viewer", "registered_model", "credit-risk", "EDIT")
            refused(
                lambda: self.users.grant_user_permission("viewer", "experiment", self.experiment, "EDIT"),
                "PERMISSION_DENIED",
            )
        with signed_in(**self.admin):
            self.users.grant_user_permission("nobody.special", "experiment", self.experiment, "EDIT")
        with signed_in("nobody.special"):
            self.client.log_metric(self.run, "loss", 0.1)
            self.client.log_artifact(self.run, str(self.folder / "notes.txt"), "by-grant")
        with signed_in(**self.admin):
            self.users.revoke_user_permission("nobody.special", "experiment", self.experiment)
            self.users.revoke_user_permission("nobody.special", "registered_model", "credit-risk")
            role = self.users.create_role("default", "risk-team", "those who score risks")
            held = self.users.add_role_permission(role.id, "experiment", self.experiment, "EDIT")
            self.users.add_role_permission(role.id, "registered_model", "*", "READ")
            self.users.assign_role("nobody.special", role.id)
            assert [one.name for one in self.users.list_user_roles("nobody.special")] == ["risk-team"]
            assert len(self.users.list_role_users(role.id)) == 1
            assert len(self.users.get_role(role.id).permissions) == 2
        with signed_in("nobody.special"):
            self.client.log_metric(self.run, "loss", 0.05)
            self.client.get_registered_model("credit-risk")
        with signed_in(**self.admin):
            assert self.users.update_role_permission(held.id, "DENY").permission == "DENY"
        with signed_in("nobody.special"):
            refused(lambda: self.client.get_run(self.run), "RESOURCE_DOES_NOT_EXIST")
        with signed_in(**self.admin):
            self.users.remove_role_permission(held.id)
            assert len(self.users.list_role_permissions(role.id)) == 1
            assert self.users.update_role(role.id, description="changed").description == "changed"
            assert [one.name for one in self.users.list_roles("default")] == ["risk-team"]
            assert [one.name for one in self.users.list_all_roles()] == ["risk-team"]
            self.users.unassign_role("nobody.special", role.id)
            self.users.delete_role(role.id)
            refused(lambda: self.users.get_role(role.id), "RESOURCE_DOES_NOT_EXIST")
        with signed_in("nobody.special"):
            refused(lambda: self.client.get_registered_model("credit-risk"), "RESOURCE_DOES_NOT_EXIST")

    def accounts(self):
        other = "quite another password"
        with signed_in("viewer"):
            self.users.update_user_password("viewer", other)
            refused(lambda: self.client.search_experiments(), "401", "UNAUTHENTICATED")
        with signed_in("viewer", other):
            self.client.search_experiments()
            refused(lambda: self.users.update_user_password("editor", other), "PERMISSION_DENIED", "403")
            refused(lambda: self.users.delete_user("editor"), "PERMISSION_DENIED", "403")
        with signed_in(**self.admin):
            self.users.update_user_admin("viewer", True)
            assert self.users.get_user("viewer").is_admin
            self.users.update_user_admin("viewer", False)
            self.users.update_user_password("viewer", PASSWORD)
            self.users.delete_user("viewer")
            refused(lambda: self.users.get_user("viewer"), "RESOURCE_DOES_NOT_EXIST")
        with signed_in("viewer"):
            refused(lambda: self.client.search_experiments(), "401", "UNAUTHENTICATED")

    STEPS = (
        "users_made",
        "administrator",
        "editor_with_password",
        "editor_with_token",
        "approver",
        "viewer",
        "without_rights",
        "signed_out",
        "permissions",
        "accounts",
    )


def main():
    walk = Walk(*sys.argv[1:4])
    for step in Walk.STEPS:
        try:
            getattr(walk, step)()
        except Exception as error:
            traceback.print_exc()
            print(f"FAIL {step} {type(error).__name__}: {' '.join(str(error).split())[:300]}", flush=True)
        else:
            print(f"PASS {step}", flush=True)


if __name__ == "__main__":
    main()
