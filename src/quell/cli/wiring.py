"""`quell wiring`: the joins of the brain in words, as a page and as a picture."""

from itertools import groupby
from pathlib import Path

from quell.cohort.store import write_bytes
from quell.patient.joins import Join, circles, joins, nodes

PAGE, PICTURE = "wiring.md", "wiring.png"
UNSAID = "(nobody has written the reason yet)"
TABLE = "| from | | through | why |\n|---|---|---|---|"
HEAD = """# Wiring: the circle of the disease

Mechanisms know nothing of each other; `patient/brain.py` joins them. This page is made by `quell wiring --out DIR`: the
joins are traced from the equations, their reasons stand in `patient/joins.toml`, and a join without a reason fails the
tests. `+` feeds the seizure, `-` works against it, `±` goes either way.

![Mechanisms of the brain and the arrows between them](figures/wiring.png)
"""


def text() -> str:
    """Taker by taker: who gives, which way it pushes, through what, and why; then the circles."""
    words, lines = _words(), []
    for taker, group in groupby(joins(), key=lambda join: join.taker):
        lines.append(f"{words[taker]} needs")
        lines += [f"  {join.sign or ' ':<2} {words[join.giver]:<34} {join.reason or UNSAID}" for join in group]
    lines += ["", "Circles:", *(f"  {circle}" for circle in _circles(words))]
    return "\n".join(lines)


def page() -> str:
    """The same as a page of the documentation (MyST)."""
    words, parts = _words(), [HEAD]
    for taker, group in groupby(joins(), key=lambda join: join.taker):
        name = words[taker]
        parts.append(f"## {name[:1].upper()}{name[1:]} needs\n\n{TABLE}\n{_rows(list(group))}\n")
    parts.append("## Circles\n\n" + "\n".join(f"- {circle}" for circle in _circles(words)) + "\n")
    return "\n".join(parts)


def write(out: Path) -> tuple[Path, Path]:
    """Write the page and its picture: OUT/wiring.md and OUT/figures/wiring.png."""
    from quell.report import style
    from quell.report.wiring_picture import wiring_picture

    (out / "figures").mkdir(parents=True, exist_ok=True)
    write_bytes(out / PAGE, page().encode())
    write_bytes(out / "figures" / PICTURE, style.png(wiring_picture(joins(), nodes())))
    return out / PAGE, out / "figures" / PICTURE


def _rows(group: list[Join]) -> str:
    words, made = _words(), []
    for join in group:
        through = ", ".join(f"`{name}`" for name in join.through)
        made.append(f"| {words[join.giver]} | {join.sign} | {through} | {join.reason or UNSAID} |")
    return "\n".join(made)


def _circles(words: dict[str, str]) -> list[str]:
    return [" → ".join(words[name] for name in (*circle, circle[0])) for circle in circles(joins())]


def _words() -> dict[str, str]:
    return {node.name: node.words for node in nodes()}
