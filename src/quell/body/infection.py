"""Infection of the coma and the ventilator: a hazard that adds up day by day, then fever until it is treated away.

    d danger/dt = in_coma coma + on_machine ventilated                     begun once danger passes the person's luck
    d burden/dt = begun (1 - treated) (1 - burden) / tau_rise - treated burden / tau_fall
    d treated/dt = begun (1 - treated) / tau_treated                        staff find it and give what helps
    fever       = fever burden                                             K above the set point

Anchors: 29 pneumonias per 1000 days on the ventilator (Jaimes2007); infection in 11 % of status without and 43 % with
anaesthetics (Sutter2014). Which germ, which antibiotic and septic shock are not followed.
"""

from typing import Annotated, NamedTuple

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, ratio, second, share


class Needs(NamedTuple):
    """What invites infection, and whether one has begun."""

    coma: share
    ventilated: share
    begun: share


class State(NamedTuple):
    """Hazard so far, burden of infection (1 = full), and how far it is treated."""

    danger: Annotated[ratio, Allowed(-0.001, 1e4)]
    burden: Annotated[share, Allowed(-0.001, 1.001)]
    treated: Annotated[share, Allowed(-0.001, 1.001)]


@process
class Infection:
    """Risk of one person."""

    in_coma: per_second
    on_machine: per_second
    tau_rise: second
    tau_treated: second
    tau_fall: second
    fever: ratio  # K at full burden

    def rest(self) -> State:
        """Nothing caught."""
        zero = 0.0 * self.fever
        return State(danger=zero, burden=zero, treated=zero)

    def warmer(self, state: State) -> ratio:
        """K that fever adds to the set point."""
        return self.fever * state.burden

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        grows = needs.begun * (1.0 - state.treated) * (1.0 - state.burden) / self.tau_rise
        return State(
            danger=self.in_coma * needs.coma + self.on_machine * needs.ventilated,
            burden=grows - state.treated * state.burden / self.tau_fall,
            treated=needs.begun * (1.0 - state.treated) / self.tau_treated,
        )
