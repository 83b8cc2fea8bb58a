"""`python -m scripts.cli`."""

from __future__ import annotations

import os
import sys

from scripts.project.paths import ROOT

# The product's code is a Lambda layer and not an installed package.
sys.path.insert(0, str(ROOT / "layers" / "peerlearn"))
# The services log for CloudWatch; here the commands say what they do.
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")

from scripts.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
