"""Virtual environments with the stock clients, made once and kept below .build/conformance."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent / ".build" / "conformance"
DIRECTIVE = "# without dependencies:"


class Unavailable(Exception):
    """Something that is not Steward's fault is missing; what needs it is skipped, visibly."""


def environment(generation):
    """The Python of the environment for client generation "2" or "3". Raises Unavailable."""
    return prepared(HERE / f"requirements-{generation}.txt", f"{generation}.x")


def prepared(requirements, name):
    """The Python of the environment that holds what a file of requirements lists. Raises Unavailable."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return str(python)
    print(f"making the environment {name} from {requirements.name} (once; some minutes)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install(python, "-r", str(requirements))
        lines = requirements.read_text().splitlines()
        for package in (line.removeprefix(DIRECTIVE).strip() for line in lines if line.startswith(DIRECTIVE)):
            install(python, "--no-deps", "--force-reinstall", package)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"no environment {name}: {error}") from None
    stamp.write_text(wanted)
    return str(python)


def extra(generation, *packages):
    """A folder for PYTHONPATH with packages that an environment lacks, or has in a version that does not do."""
    wanted = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:16]
    folder = FOLDER / f"extra-{generation}-{wanted}"
    stamp = folder / "complete"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        try:
            install(environment(generation), "--no-deps", "--target", str(folder), *packages)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"no {' '.join(packages)}: {error}") from None
        stamp.touch()
    return str(folder)


def install(python, *arguments):
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=1800, env={**os.environ, "PIP_NO_INPUT": "1"})
