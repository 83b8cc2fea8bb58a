"""Measurements of what the project promises about speed and cost."""

import sys
from pathlib import Path

# tests find the layer by pytest's settings; a program has to look for it
sys.path.append(str(Path(__file__).parents[1] / "layers" / "peerlearn"))
