"""Makes a database of MLflow's basic-auth app: `users.py FILE`. Runs in either generation's environment."""

import sys

import mlflow
from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore


def main(path):
    store = SqlAlchemyStore()
    store.init_db(f"sqlite:///{path}")
    store.create_user("ann", "annspassword123", is_admin=True)
    store.create_user("bob", "bobspassword123")
    store.create_experiment_permission("1", "bob", "EDIT")
    # What refuses has another name since permissions belong to roles.
    refusal = "DENY" if mlflow.__version__.startswith("3") else "NO_PERMISSIONS"
    store.create_registered_model_permission("fraud", "bob", refusal)
    # Of an experiment that is nowhere.
    store.create_experiment_permission("4711", "bob", "MANAGE")


main(sys.argv[1])
