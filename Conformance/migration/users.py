"""Makes a database of MLflow's basic-auth app: `users.py FILE`. Runs in either generation's environment."""

import sys

from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore


def main(path):
    store = SqlAlchemyStore()
    store.init_db(f"sqlite:///{path}")
    store.create_user("ann", "annspassword123", is_admin=True)
    store.create_user("bob", "bobspassword123")
    store.create_experiment_permission("1", "bob", "EDIT")
    store.create_registered_model_permission("fraud", "bob", "NO_PERMISSIONS")


main(sys.argv[1])
