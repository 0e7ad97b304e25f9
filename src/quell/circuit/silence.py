"""Silence and its bursts: terminals rest, and slow drive from below breaks through the steady brakes.

    d rested/dt = hush(r) D (1 - rested) / tau_rested - spent r rested     synapses recover while cells are held silent
    d xi        = -xi/tau_xi dt + sqrt(2/tau_xi) dW                        afferent drive, one for all patches
    d up/dt     = (S - up) / tau_up,   S = 1 / (1 + (depth exp(-spread xi - hold (up - 1/2)))^8)

An anaesthetised cortex is silent but oversensitive: input too weak to matter awake sets off a burst (Kroeger & Amzica
2007), which spends what silence had restored (Liley & Walsh 2013), and a cortex that is up is kept up by itself. In a
burst the steady brakes (tonic GABA-A, potassium) are lifted, release is stronger and columns act together; between
bursts even the background input, which other cortical cells made, is gone. All of it is weighed by `rested`, so nothing
of it acts in a cortex that fires, awake or seizing. `depth` is how far drugs and want of ATP hold the cortex down:
1 where afferents of average strength break through half of the time. Deeper means rarer and shorter bursts, then none.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.circuit.population import Drive
from quell.ground.contract import process
from quell.ground.units import Allowed, Hz, mV, per_second, ratio, second, share

DEEPEST = 1e6  # beyond it nothing differs, and its square is still a number where ATP is gone


class State(NamedTuple):
    """Of every patch, one array each."""

    rested: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]
    afferent: Annotated[ratio, Allowed(-10.0, 10.0)]  # mean 0, variance 1
    up: Annotated[share, Allowed(-1e-6, 1.0 + 1e-6)]


@process
class Silence:
    """Constants of silence and burst."""

    held: ratio  # how much drugs must hold GABA-A receptors open for afferents to break through half of the time
    starving: ratio  # power with which want of ATP does the same
    rest_rate: Hz  # terminals rest below this population rate
    half_depth: ratio  # depth at which silence restores half as fast: a pause of a waking cortex is no silence
    tau_rested: second
    spent: ratio  # share of what is rested that one spike of the mean neuron spends
    tau_afferent: second
    spread: ratio  # of the afferent drive, natural logarithm
    hold: ratio  # how much easier it is to stay up than to get up, natural logarithm
    tau_up: second
    release: ratio  # glutamate release gained by fully rested terminals in a burst
    bias: mV  # depolarisation by afferents in a burst
    g_left: ratio  # steady brakes that hold even in a burst, relative to the leak
    background: share  # background input that is missing between bursts
    volley: ratio  # gain of the field when columns act together in a burst
    begun: share  # rested so far, silence is suppression; before, it may be the pause between two discharges

    def rest(self, like: ratio) -> State:
        """A waking cortex: nothing rested, up."""
        return State(0.0 * like, 0.0 * like, like)

    def depth(self, held: ratio, *, glutamate: share, fuel: share) -> ratio:
        """How far the cortex is held down: open GABA-A receptors against glutamate and ATP that are left."""
        left = jnp.maximum(self.held * glutamate * fuel**self.starving, 1.0 / DEEPEST)
        return jnp.minimum(held / left, DEEPEST)

    def step(self, state: State, rate: Hz, depth: ratio, *, kick: ratio, dt: second) -> State:
        """One sample of the fast layer; `kick` has mean 0 and variance 1 and is the same for all patches of a brain."""
        down = depth * depth / (depth * depth + self.half_depth**2)
        gain = down * hush(rate / self.rest_rate) * (1.0 - state.rested) / self.tau_rested
        loss: per_second = self.spent * rate
        keep = jnp.exp(-dt / self.tau_afferent)
        part = dt / self.tau_up
        stay = (1.0 - 0.5 * part) / (1.0 + 0.5 * part)
        return State(
            rested=(state.rested + dt * gain) / (1.0 + dt * loss),
            afferent=state.afferent * keep + jnp.sqrt(1.0 - keep * keep) * kick,
            up=state.up * stay + self._through(state, depth) * (1.0 - stay),
        )

    def _through(self, state: State, depth: ratio) -> share:
        pull = jnp.exp(self.spread * state.afferent + self.hold * (state.up - 0.5))
        return 1.0 - hush(pull / depth)

    def eased(self, state: State, drive: Drive) -> Drive:
        """The drive as a cortex feels it that has been silent: brakes lifted and release gained in bursts."""
        burst = state.rested * state.up
        brakes = drive.g_tonic + drive.g_potassium
        left = 1.0 - burst * brakes / (brakes + self.g_left)
        fresh = 1.0 + self.release * burst
        return drive._replace(
            g_ampa=fresh * drive.g_ampa,
            g_nmda=fresh * drive.g_nmda,
            g_far=fresh * drive.g_far,
            g_tonic=left * drive.g_tonic,
            g_potassium=left * drive.g_potassium,
            bias_E=drive.bias_E + self.bias * burst,
            noise=drive.noise * (1.0 - self.background * state.rested * (1.0 - state.up)),
        )

    def suppressed(self, state: State, silent: share) -> share:
        """Share of a sample in suppression: silence that has lasted, in a cortex that afferents do not hold up."""
        return silent * (1.0 - state.up) * (1.0 - hush(state.rested / self.begun))

    def field(self, state: State) -> ratio:
        """Gain of the field at the scalp."""
        return 1.0 + self.volley * state.rested * state.up


def hush(part: ratio) -> share:
    """1 for parts well below one, 0 well above."""
    return 1.0 / (1.0 + part**8)
