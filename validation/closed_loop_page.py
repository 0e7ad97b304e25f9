"""The page docs/closed_loop.md from validation/closed_loop.json.

uv run python validation/closed_loop_page.py
"""

import json
from pathlib import Path

HERE = Path(__file__).parent
HEAD = (HERE / "closed_loop_head.md").read_text(encoding="utf-8")
P05, P10, P50, P90, P95 = range(5)


def minutes(value: float | None) -> str:
    """Minutes to settle, or that somebody does not within the hour."""
    return "over 60" if value is None else f"{value:.1f}"


def row(name: str, found: dict) -> str:
    """One run as a line of the table."""
    cells = [
        name.replace(" body", ", with a body"),
        str(found["people"]),
        found["most"],
        f"{found['settled_in_time']:.1%}",
        f"{minutes(found['settled_min'][P50])} ({minutes(found['settled_min'][P95])})",
        f"{found['little_overshoot']:.1%}",
        f"{found['overshoot'][P95]:.1%}",
        f"{found['both']:.1%}",
        f"{found['in_target'][P50]:.1%}",
        f"{found['in_target'][P10]:.1%}",
        f"{found['seen_in_target'][P50]:.0%}, {found['seen_in_target'][P10]:.0%}",
        f"{found['MDPE'][P50]:+.1%}, {found['MDAPE'][P50]:.1%}",
        f"{found['rate'][P50]:.2g} ({found['rate'][P95]:.2g})",
        f"{found['out_of_reach']:.1%}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Fill the head with the table."""
    kept = json.loads((HERE / "closed_loop.json").read_text(encoding="utf-8"))
    table = "\n".join(row(name, found) for name, found in kept.items())
    (HERE.parent / "docs" / "closed_loop.md").write_text(HEAD.replace("TABLE", table), encoding="utf-8")


if __name__ == "__main__":
    main()
