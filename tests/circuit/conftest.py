"""Circuits beside their oracles."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for published_thalamus, the published model from its equations
