"""A depth held by a controller, in words: "burst suppression 0.8 for 24 h, then wean 20 % every 3 h"."""

import re
from typing import Any

from quell.care.reading import refuse
from quell.care.span import seconds
from quell.ground.errors import InputError

HOLD = "burst suppression 0.8 for 24 h, then wean 20 % every 3 h"
WORDS = re.compile(
    r"burst suppression (?P<depth>\d+(?:\.\d+)?) ?(?P<percent>%)? for (?P<time>[^,]+)"
    r"(?:, then wean (?P<share>\d+(?:\.\d+)?) ?% every (?P<every>[^,]+))?"
)
SHALLOWEST, DEEPEST = 0.05, 0.95  # beyond these one depth cannot be told from the next
WITHIN = 0.15  # of the depth, where holding begins


def held(raw: dict[str, Any]) -> dict[str, Any]:
    """The table of a titration with the words of its `hold` read, where they name a depth. Raises a refusal."""
    text = raw.get("hold")
    if not isinstance(text, str) or not text.lstrip().startswith("burst"):
        if raw.get("control") and not raw.get("depth"):
            raise refuse(f"a controller needs a depth to hold, not {text!r}", f"hold such as {HOLD!r}", ("hold",))
        return raw
    found = WORDS.fullmatch(re.sub(r"\s+", " ", text).strip())
    if not found:
        raise refuse(f"{text[:80]!r} is no depth to hold", HOLD, ("hold",))
    depth = float(found["depth"]) / (100.0 if found["percent"] else 1.0)
    if not SHALLOWEST <= depth <= DEEPEST:
        raise refuse(f"burst suppression {depth:g} cannot be held", f"from {SHALLOWEST} to {DEEPEST}", ("hold",))
    for name in ("raise_by", "raise_every", "raise_while", "bolus", "target", "depth"):
        if name in raw:
            raise refuse(f"{name} is set by the controller", "leave it out", (name,))
    made = {"control": "mpc", "hold": found["time"].strip(), "depth": depth}
    made["target"] = f"suppression above {100.0 * max(depth - WITHIN, 0.02):.4g} %"
    if found["share"]:
        try:
            seconds(found["every"])
        except InputError as error:
            raise refuse(error.what, error.allowed, ("hold",)) from None
        made |= {"wean_by": f"{found['share']} %", "wean_every": found["every"].strip()}
    return made | {name: value for name, value in raw.items() if name != "hold"}
