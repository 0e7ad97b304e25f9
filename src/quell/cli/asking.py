"""The commands that ask the pharmacy: interactions, isobolograms, and the numbers behind everything."""

from argparse import Namespace
from pathlib import Path

from quell.cli.commands import _print_json

EFFECTS = (1.5, 2.0, 3.0)  # times the synaptic conductance without drugs


def interactions(asked: Namespace) -> None:
    """`quell interactions`: what drugs do to each other."""
    from quell.cli.interactions import asked as answer
    from quell.cli.interactions import told

    found = answer(asked.drugs, asked.after)
    _print_json(found) if asked.json else print(told(found))


def isobologram(asked: Namespace) -> None:
    """`quell isobologram`: pairs of levels of two drugs that open the GABA-A gate equally far."""
    from quell.report import isobologram, style

    curves, figure = isobologram.drawn(asked.first, asked.second, tuple(asked.effect or EFFECTS), left=asked.left)
    out = asked.out or Path("out") / f"isobologram_{asked.first}_{asked.second}.png"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(style.png(figure))
    if asked.json:
        _print_json({"picture": str(out), "effects": isobologram.rows(curves)})
    else:
        print(isobologram.text(curves, asked.first, asked.second))
        print(f"Levels in mg/L of total plasma; not for bedside decisions. Look at the picture:\n  {out}")


def numbers(asked: Namespace) -> None:
    """`quell numbers`: every number with source and grade; counts unless one grade or card is asked for."""
    from quell.report import audit

    found = audit.numbers(asked.of or "")
    found = audit.grade(found, asked.grade) if asked.grade else found
    if asked.page:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(audit.page(found), encoding="utf-8")
        print(f"Done. {asked.page} holds {len(found)} numbers.")
    elif asked.json:
        _print_json({"counts": audit.counts(found)[-1], "numbers": audit.as_data(found)})
    else:
        print(audit.listed(found) if asked.of or asked.grade else audit.text(found))
