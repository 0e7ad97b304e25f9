"""Lines of the tables of oracles: a number or a statement of ours beside theirs, with tolerance and verdict."""


def row(quantity: str, oracle: float, found: float, *, unit: str, within: float, relative: bool = True) -> dict:
    """One number beside its oracle; `within` is a share of it, or absolute."""
    fits = abs(found - oracle) <= within * (abs(oracle) if relative else 1.0)
    said = f"{100 * within:g} %" if relative else f"{within:g} {unit}"
    made = {"quantity": quantity, "oracle": f"{oracle:.4g} {unit}", "ours": f"{found:.4g} {unit}", "tolerance": said}
    return made | {"verdict": "agrees" if fits else "MISSES"}


def told(quantity: str, oracle: str, found: str, fits: bool, tolerance: str) -> dict:
    """One statement beside its oracle."""
    made = {"quantity": quantity, "oracle": oracle, "ours": found, "tolerance": tolerance}
    return made | {"verdict": "agrees" if fits else "MISSES"}
