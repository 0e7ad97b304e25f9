"""neurolib's thalamus (MIT licence) under the manipulations of thalamus.toml: JSON on the last line.

    scripts/uv run --isolated --frozen --only-group peers python validation/neurolib_thalamus.py

Runs in an environment of its own, without Quell; oracle_thalamus.py starts it.
"""

import json
import warnings
from importlib.metadata import version

import thalamus_reading as reading

warnings.simplefilter("ignore")

from neurolib.models.thalamus import ThalamicMassModel  # noqa: E402


def main() -> None:
    """Run everything and print it."""
    card = reading.card()
    runs = {name: lived(card, changed) for name, changed in reading.every_run(card).items()}
    print(json.dumps({"versions": {name: version(name) for name in ("neurolib", "numba", "numpy")}, "runs": runs}))


def lived(card: dict, changed: dict[str, float]) -> dict:
    """One run of the model with these parameters changed."""
    model = ThalamicMassModel(seed=card["seed"])
    model.params.update({"dt": card["dt_ms"], "duration": 1e3 * card["seconds"]} | changed)
    model.run()
    every = round(card["sample_ms"] / card["dt_ms"])
    return reading.read(card, *(series[0, ::every] for series in (model.V_t, model.Q_t, model.Q_r)))


if __name__ == "__main__":
    main()
