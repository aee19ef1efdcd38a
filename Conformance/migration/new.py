"""Makes an experiment with a run, and a model: `new.py TRACKING_URI [NAME]`. Prints the experiment's number."""

import sys

import mlflow


def main(uri, name="fresh"):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment = client.create_experiment(name)
    client.create_run(experiment)
    client.create_registered_model(name)
    print(experiment)


main(*sys.argv[1:])
