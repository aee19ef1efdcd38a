"""Changes a run and a file of it: `change.py TRACKING_URI`, prints the run; with `look`, prints what the file holds."""

import sys

import mlflow


def main(uri, what="change"):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    run = client.search_runs(["1"], order_by=["attributes.start_time"])[0].info.run_id
    if what == "look":
        print(mlflow.artifacts.load_text(f"runs:/{run}/notes/a b.txt"))
        return
    client.set_tag(run, "by", "somebody")
    client.log_text(run, "changed here", "notes/a b.txt")
    print(run)


main(*sys.argv[1:])
