"""Loads the demo data into a running local stack: `python -m scripts.seed --stack .local/stack.json`.

Loading twice changes nothing: people and items that are there already stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from scripts.local_stack.environment import local_environment
from scripts.project.paths import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(description="Loads the demo data into a running local stack.")
    parser.add_argument("--stack", type=Path, default=ROOT / ".local" / "stack.json", help="the file that describes it")
    stack = json.loads(parser.parse_args().stack.read_text(encoding="utf-8"))
    os.environ.update(local_environment(stack["endpoint"]), TABLE_NAME=stack["tableName"])
    # The product's code is a Lambda layer and not an installed package.
    sys.path.insert(0, str(ROOT / "layers" / "peerlearn"))
    from scripts.demo_data.loading import load  # noqa: PLC0415 (its imports need the path above)

    print(load())


if __name__ == "__main__":
    main()
