"""GABA-A receptors: one gate for GABA, benzodiazepines and anaesthetics.

    P_open = 1 / (1 + L T_bzd T_direct T_steroid)       conductance = P_open / (1 + b)
    T_bzd    = (1 + x) / (1 + x / c),        c < 1      one site, an alpha and gamma2 that bind it
    T_direct = [(1 + s p x) / (1 + p x)]^n,  s << 1     the sites of propofol and the barbiturates, potency p
    T_steroid                                           likewise, sites of neurosteroids with s, p and n of their own
    b                                                   blocker of the channel (picrotoxin), no matter what opened it

after Monod, Wyman & Changeux. L carries the GABA bound: small at the synapse (near EC20), large outside it (ambient
GABA opens 1 % of delta receptors). Hence, without any rule: a benzodiazepine multiplies the synaptic response by at
most 2-2.4, does nothing without GABA and nothing to delta receptors, while propofol, barbiturates and neurosteroids act
on both, at delta receptors by the larger factor, and open the channel by themselves at high dose. x is concentration
over affinity, summed over drugs (a port of the drugs).
"""

from typing import NamedTuple

from quell.ground.contract import process
from quell.ground.units import ratio, share


class Ports(NamedTuple):
    """The drug sites: C/Kd of benzodiazepines, C/K of direct openers, neurosteroids and blockers; None = none there.

    `bzd` is that of alpha1; `bzd_a2` (alpha2 and 3) and `bzd_a5` are those of the other classes, None = the same.
    """

    bzd: ratio
    direct: ratio
    steroid: ratio | None = None
    blocker: ratio | None = None
    bzd_a2: ratio | None = None
    bzd_a5: ratio | None = None


@process
class GabaA:
    """Gating of the alpha classes and of delta receptors."""

    open_synaptic: share  # open probability at the synapse without drugs (GABA at EC20)
    open_ambient: share  # open probability outside the synapse without drugs
    ceiling_a1: ratio  # largest potentiation by a benzodiazepine, per alpha class
    ceiling_a2: ratio
    ceiling_a5: ratio
    share_a1: share  # shares of the synaptic conductance
    share_a2: share
    share_a5: share
    spare: ratio  # s: how much weaker direct openers hold the closed state
    sites: ratio  # n
    potency: ratio  # network potency of direct openers: how much less than K already acts in a living cortex
    steroid_spare: ratio  # s, n and network potency of neurosteroids
    steroid_sites: ratio
    steroid_potency: ratio
    steroid_delta: ratio  # how much more potent they are at delta receptors

    def synaptic_gain(self, ports: Ports, a1: share, a2: share, a5: share) -> ratio:
        """Synaptic conductance relative to control, for the receptors left in each alpha class."""
        gain = (
            self.share_a1 * a1 * self._gain(ports, ports.bzd, self.ceiling_a1)
            + self.share_a2 * a2 * self._gain(ports, _own(ports.bzd_a2, ports), self.ceiling_a2)
            + self.share_a5 * a5 * self._gain(ports, _own(ports.bzd_a5, ports), self.ceiling_a5)
        )
        return self._passing(gain, ports)

    def tonic_gain(self, ports: Ports) -> ratio:
        """Extrasynaptic (delta) conductance relative to control; benzodiazepines do not act there."""
        closed = (1.0 - self.open_ambient) / self.open_ambient
        return self._passing(self._open(closed * self._helped(ports, self.steroid_delta)) / self.open_ambient, ports)

    def held(self, ports: Ports) -> ratio:
        """How much more the open state is favoured than without drugs, by all sites of an alpha1 receptor; 1 = none."""
        return self._passing(1.0 / (self._bzd(ports.bzd, self.ceiling_a1) * self._helped(ports)), ports)

    def _gain(self, ports: Ports, bzd: ratio, ceiling: ratio) -> ratio:
        closed = (1.0 - self.open_synaptic) / self.open_synaptic
        return self._open(closed * self._bzd(bzd, ceiling) * self._helped(ports)) / self.open_synaptic

    def _bzd(self, x: ratio, ceiling: ratio) -> ratio:
        closed = (1.0 - self.open_synaptic) / self.open_synaptic
        best = ceiling * self.open_synaptic
        c = (1.0 - best) / best / closed  # makes the ceiling hold at saturation
        return (1.0 + x) / (1.0 + x / c)

    def _helped(self, ports: Ports, liking: ratio = 1.0) -> ratio:
        """T of the sites that need neither gamma2 nor a synapse; `liking` for neurosteroids, relative to synapses."""
        direct = self._sites(self.potency * ports.direct, self.spare, self.sites)
        if ports.steroid is None:
            return direct
        strong = self.steroid_potency * liking * ports.steroid
        return direct * self._sites(strong, self.steroid_spare, self.steroid_sites)

    @staticmethod
    def _sites(strong: ratio, spare: ratio, sites: ratio) -> ratio:
        return ((1.0 + spare * strong) / (1.0 + strong)) ** sites

    @staticmethod
    def _passing(gain: ratio, ports: Ports) -> ratio:
        """What a blocker of the channel lets pass."""
        return gain if ports.blocker is None else gain / (1.0 + ports.blocker)

    @staticmethod
    def _open(L: ratio) -> share:
        return 1.0 / (1.0 + L)


def _own(bzd: ratio | None, ports: Ports) -> ratio:
    """What benzodiazepines are to a class that may have an affinity of its own."""
    return ports.bzd if bzd is None else bzd
