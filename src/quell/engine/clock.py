"""Three clocks: fast steps inside samples, samples inside a window, windows inside beats, beats inside macro steps.

macro   slow clock: receptors, drugs, care            10 s
beat    ions                                            2 s
window  fast layer, simulated part of a beat         full: the whole beat; projective: a fraction of it
sample  one value of the EEG, one sum for the means     5 ms
dt      membrane and synapses                         0.5 ms
"""

from dataclasses import dataclass

from quell.ground.errors import InputError


def whole(long: float, short: float, field: str) -> int:
    """long / short as a whole number of at least one."""
    if not (short > 0 and long > 0):
        raise InputError(f"a step of {min(long, short)} s is not positive", field=field, allowed="steps above 0 s")
    fits = long / short < 2.0**53  # beyond that a count is no longer exact, and infinity is none
    count = round(long / short) if fits else 0
    if count < 1 or abs(count * short - long) > 1e-6 * long:
        raise InputError(f"{long} s does not hold a whole number of steps of {short} s", field=field)
    return count


@dataclass(frozen=True)
class Clocks:
    """Step sizes in seconds; every clock must hold a whole number of the next faster one."""

    dt: float = 5e-4
    sample: float = 5e-3
    window: float = 2.0
    beat: float = 2.0
    macro: float = 10.0

    def __post_init__(self) -> None:
        whole(self.sample, self.dt, "clocks.sample")
        whole(self.window, self.sample, "clocks.window")
        whole(self.beat, self.sample, "clocks.beat")
        whole(self.macro, self.beat, "clocks.macro")
        if self.window > self.beat * (1 + 1e-9):
            raise InputError(f"window {self.window} s is longer than its beat {self.beat} s", field="clocks.window")

    @property
    def inner(self) -> int:
        """Fast steps per sample."""
        return whole(self.sample, self.dt, "clocks.sample")

    @property
    def samples(self) -> int:
        """Samples per window."""
        return whole(self.window, self.sample, "clocks.window")

    @property
    def beats(self) -> int:
        """Beats per macro step."""
        return whole(self.macro, self.beat, "clocks.macro")

    @property
    def ticks_per_beat(self) -> int:
        """Fast steps a beat would hold in full mode: the numbering of noise."""
        return whole(self.beat, self.sample, "clocks.beat") * self.inner

    @property
    def full(self) -> bool:
        """Whether the window covers the whole beat, so that the EEG is everywhere."""
        return self.samples == whole(self.beat, self.sample, "clocks.beat")


FULL = Clocks()
PROJECTIVE = Clocks(window=0.4)
