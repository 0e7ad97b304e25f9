"""The definitions behind seizures, runs of them, status and its stages: limits of time and share, with sources."""

from dataclasses import dataclass

from quell.ground.units import ratio, second, share


@dataclass(frozen=True)
class Rules:
    """The limits of the definitions (definition.toml)."""

    t1_tonic_clonic: second
    t2_tonic_clonic: second
    t1_focal_impaired_awareness: second
    t2_focal_impaired_awareness: second
    t1_absence: second
    wait: second
    together: second
    returns: second
    super_refractory: second
    wean_window: second
    weans: ratio
    pause: second
    recovery: second
    least: second
    brief: second
    run_gap: second
    run_least: ratio
    status_burden: share
    status_run: second

    def t1(self, seizure_type: str) -> float:
        """When a seizure of this type is status epilepticus, s."""
        return float(getattr(self, f"t1_{seizure_type}"))

    def t2(self, seizure_type: str) -> float | None:
        """When lasting harm begins to threaten, s; None where nobody knows."""
        return getattr(self, f"t2_{seizure_type}", None)
