"""The report of a cohort: one offline HTML page with the picture and every share with its interval."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quell.outcome.proportion import Proportion
from quell.report.page import render

TEMPLATE = Path(__file__).with_suffix(".html")
TILES = ("treated", "silent_10_min", "silent_60_min", "seizing_at_end", "answers_at_end", "stage_refractory")
SCALE = {"min": (1.0, " min"), "mV": (1.0, " mV"), "1": (100.0, " %")}


def cohort_page(
    summary: Mapping[str, Any], picture: bytes, *, manifest: Mapping[str, Any], title: str, about: str, folder: str
) -> str:
    """The page as text. `summary` as `cohort.crowd.summary` makes it, `picture` a PNG, `manifest` cohort.json."""
    found = summary["shares"]
    return render(
        TEMPLATE,
        title=title,
        about=about,
        patients=summary["patients"],
        tiles=[_tile(found[name]) for name in TILES if name in found],
        picture=base64.b64encode(picture).decode(),
        shares=[_row(share) for share in found.values()],
        numbers=[_number(one) for one in summary["numbers"].values()],
        arms=[_arm(name, arms) for name, arms in summary["arms"].items()],
        provenance=_provenance(summary, manifest),
        folder=folder,
        version=manifest.get("versions", {}).get("quell", ""),
    )


def _tile(share: Mapping[str, Any]) -> dict[str, str]:
    low, high = f"{share['low']:.0%}", f"{share['high']:.0%}"
    return {"value": f"{share['share']:.0%}", "name": f"{share['what']} ({low} to {high})"}


def _row(share: Mapping[str, Any]) -> dict[str, str]:
    return {"what": share["what"], "among": share["among"], "value": str(_proportion(share))}


def _proportion(share: Mapping[str, Any]) -> Proportion:
    return Proportion(*(share[name] for name in Proportion._fields))


def _number(one: Mapping[str, Any]) -> dict[str, str]:
    factor, unit = SCALE[one["unit"]]
    median, low, high, q25, q75, q05, q95 = (
        f"{one[name] * factor:.3g}" for name in ("median", "median_low", "median_high", "q25", "q75", "q05", "q95")
    )
    return {
        "what": one["what"],
        "n": str(one["n"]),
        "median": f"{median}{unit} ({low} to {high})",
        "half": f"{q25} to {q75}{unit}",
        "most": f"{q05} to {q95}{unit}",
    }


def _arm(name: str, arms: Mapping[str, Any]) -> dict[str, Any]:
    """One drawn choice: a column per arm, a row per share that any arm has."""
    rows = []
    for key in dict.fromkeys(key for shares in arms.values() for key in shares):
        found = [shares.get(key) for shares in arms.values()]
        told = next(share for share in found if share)
        cells = [str(_proportion(share)) if share else "nobody" for share in found]
        rows.append({"what": told["what"], "among": told["among"], "cells": cells})
    return {"name": name.replace("_", " "), "arms": [arm.replace("_", " ") for arm in arms], "rows": rows}


def _provenance(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    told = {
        "seed": summary["seed"],
        "patients": f"{summary['patients']}, in blocks of {manifest['block']}",
        "SHA-256 of all their numbers": summary["sha256"],
        "versions": ", ".join(f"{name} {version}" for name, version in manifest["versions"].items()),
        "machine": ", ".join(str(word) for word in manifest["processors"]),
    }
    return [{"name": name, "value": str(value)} for name, value in told.items()]
