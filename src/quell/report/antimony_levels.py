"""Levels and what they drive, in Antimony: free share, free level at the site, drive of every port."""

from collections.abc import Iterator

from quell.drugs.pk import ANTAGONIST, Pharmacy, Substance
from quell.report.antimony_factors import Times
from quell.report.antimony_words import constant, symbol


def levels(pharmacy: Pharmacy, times: Times, efflux: str) -> Iterator[str]:
    """Lines for total plasma, free plasma and free at the site of every drug and metabolite, mg/L.

    `times` are factors that change in the run; `efflux` is the model's name for that of P-glycoprotein, "" for health.
    """
    for name, one in pharmacy.substances.items():
        me, saturable = symbol(name), float(one.free.capacity[0]) > 0
        yield f"  {me}_plasma := {me}_central/V1_{me}; {me}_plasma has mg_per_litre;"
        yield constant(f"kp_uu_{me}", one.kp_uu)
        enters = f"kp_uu_{me}"
        if efflux and name in pharmacy.plan.carried:
            enters = f"kp_uu_{me}_now"
            yield f"  {enters} := 1/(1 + (1/kp_uu_{me} - 1)*{efflux}); {enters} has dimensionless;"
        yield from _binding(me, one, saturable)
        freed = times.get(name, {}).get("fu", "")
        for made, of, into in ((f"{me}_free", f"{me}_plasma", ""), (f"{me}_brain", f"{me}_site", f"{enters}*")):
            unbound = _root(me, of) if saturable else f"fu_{me}*{of}"
            unbound = f"min({freed}*({unbound}), {of})" if freed else unbound
            yield f"  {made} := {into}{unbound}; {made} has mg_per_litre;"


def drives(pharmacy: Pharmacy, times: Times) -> Iterator[str]:
    """Lines for the drive of every port, as `Pharmacy.ports` sums it."""
    sums: dict[str, list[str]] = {}
    rival = ""
    for touch, EC50 in sorted(pharmacy.touches, key=lambda pair: pair[0].port != ANTAGONIST):
        half = symbol("EC50", touch.substance, touch.port)
        yield constant(half, EC50, "mg_per_s" if touch.by_rate else "mg_per_litre")
        level = _rate(touch.substance, pharmacy) if touch.by_rate else f"{symbol(touch.substance)}_brain"
        weaker = times.get(touch.substance, {}).get("EC50", "")
        part = (
            f"{level}/{half}" + (f"/{weaker}" if weaker else "") + (f"/(1{rival})" if touch.rivalled and rival else "")
        )
        sums.setdefault(touch.port, []).append(part)
        rival += f" + {part}" if touch.port == ANTAGONIST else ""
    for port, parts in sums.items():
        yield f"  {symbol('drive', port)} := {' + '.join(parts)}; {symbol('drive', port)} has dimensionless;"


def _binding(me: str, one: Substance, saturable: bool) -> Iterator[str]:
    if saturable:
        yield constant(f"capacity_{me}", one.free.capacity, "mg_per_litre")
        yield constant(f"affinity_{me}", one.free.affinity, "litre_per_mg")
    else:
        yield constant(f"fu_{me}", one.free.fu)


def _root(me: str, total: str) -> str:
    """Free concentration under saturable binding, in the form that never subtracts near equals."""
    a = f"affinity_{me}"
    b = f"(1 + {a}*(capacity_{me} - {total}))"
    root = f"sqrt({b}^2 + 4*{a}*{total})"
    return f"piecewise(2*{total}/({b} + {root}), {b} > 0, ({root} - {b})/(2*{a}))"


def _rate(drug: str, pharmacy: Pharmacy) -> str:
    lines = [line for line in pharmacy.plan.lines if line.startswith(f"{drug}/IV")]
    return f"({' + '.join(symbol('input', line) for line in lines) or '0'})"
