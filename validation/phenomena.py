"""The phenomena that must come out, in the frozen adult population: proportions with intervals, failures shown.

    uv run python validation/phenomena.py [PATIENTS [PATIENTS_IN_FULL_MODE [BLOCK ...]]]
    uv run python validation/phenomena.py page        write page and figures again from what is kept

Writes docs/phenomena.md, docs/figures/phenomenon_*.png and validation/phenomena.json; named blocks alone are run again
and put in their place. New patients and new noise (study 77), not those of the calibration.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

import phenomena_figures  # noqa: E402
import phenomena_late  # noqa: E402
import phenomena_runs  # noqa: E402
from phenomena_runs import STUDY, Mode  # noqa: E402

from quell.engine.clock import Clocks  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402

HERE = Path(__file__).parent
KEPT = HERE / "phenomena.json"
MODES = {"projective": Mode("projective", Clocks(window=0.4)), "full": Mode("full", Clocks())}
COUNTS = {"slow_fire": {"projective": 1024, "full": 768}}  # people of a block that needs other numbers: few relapse


def main(patients: dict[str, int], again: list[str]) -> None:
    """Live every block in both modes, and write what came out after each."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if again else {"blocks": {}, "seconds": {}}
    kept |= {"date": date.today().isoformat(), "patients": patients}
    for name, mode in MODES.items():
        for block in (*phenomena_runs.BLOCKS, *phenomena_late.BLOCKS):
            if again and block.__name__ not in again:
                continue
            began = time.monotonic()
            count = COUNTS.get(block.__name__, {}).get(name, patients[name])
            rows, curves = block(mode, draw_people(STUDY, np.arange(count)))
            kept["blocks"].setdefault(block.__name__, {})[name] = {
                "rows": [r._asdict() for r in rows],
                "curves": curves,
            }
            kept["seconds"][f"{block.__name__}, {name}"] = round(time.monotonic() - began)
            print(f"{block.__name__}, {name}: {time.monotonic() - began:.0f} s", flush=True)
            KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    write(json.loads(KEPT.read_text(encoding="utf-8")))


def write(kept: dict) -> None:
    """Page and figures from what is kept."""
    curves = {name: {} for name in MODES}
    for block in kept["blocks"].values():
        for name, found in block.items():
            curves[name] |= found["curves"]
    drawn = phenomena_figures.draw(curves)
    (HERE.parent / "docs" / "phenomena.md").write_text(page(kept, drawn), encoding="utf-8")


def page(kept: dict, drawn: list[str]) -> str:
    """The committed table, both modes side by side, then the figures."""
    many = kept["patients"]
    lines = [
        "# What comes out, and what does not",
        "",
        f"Made on {kept['date']} by `uv run python validation/phenomena.py {many['projective']} {many['full']}` in"
        f" {sum(kept['seconds'].values())} s: virtual adults of the frozen population, {many['projective']} in"
        f" projective mode and {many['full']} of them in full mode, new noise, 2 patches, 95 % Wilson intervals; spans"
        " are medians with the central 80 %. What misses its number is shown beside what meets it. Phenomena 10 and 11"
        " are from [thalamus](thalamus.md) and [tolerance](tolerance.md), computed in full mode alone.",
        "",
        "| phenomenon | what | projective | full | clinic or bench |",
        "|---|---|---|---|---|",
    ]
    rows = []
    for block in kept["blocks"].values():
        full = {r["what"]: r["value"] for r in block.get("full", {"rows": []})["rows"]}
        rows += [
            (r["phenomenon"], r["what"], r["value"], full.get(r["what"], ""), r["clinic"])
            for r in block["projective"]["rows"]
        ]
    rows += [(r.phenomenon, r.what, "", r.value, r.clinic) for r in phenomena_late.from_their_pages()]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in sorted(rows, key=lambda row: row[0])]
    text = "\n".join(lines) + "\n" + (HERE / "reading.md").read_text(encoding="utf-8")
    pictures = [f"![Phenomenon {name[11:-4]}](figures/{name})" for name in drawn]
    return (
        text
        + "\n## Figures\n\nBlue: full mode; red: projective mode; bars and bands as in the table.\n\n"
        + ("\n\n".join(pictures) + "\n")
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["page"]:
        write(json.loads(KEPT.read_text(encoding="utf-8")))
    else:
        numbers = [int(word) for word in sys.argv[1:3]]
        first, second = (numbers + [512, 256][len(numbers) :])[:2]
        main({"projective": first, "full": second}, sys.argv[3:])
