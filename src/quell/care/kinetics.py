"""Which structural model of kinetics each drug of a scenario has, and why."""

from quell.care.scenario import Scenario
from quell.drugs.standing import Choice, choices
from quell.ground.errors import InputError


def models(scenario: Scenario) -> dict[str, Choice]:
    """The model of every drug of the scenario's protocol. Raises InputError where it asks for one that is not there."""
    steps = scenario.course.step
    orders = [order for step in steps for order in step.orders]
    orders += [bolus for step in steps if (bolus := step.bolus())]
    try:
        return choices(orders, scenario.patient.state, scenario.care.variants)
    except InputError as error:
        raise InputError(error.what, field="care.variants", allowed=error.allowed) from None


def variants(scenario: Scenario) -> dict[str, str]:
    """What the pharmacy is asked for: models that differ from the card's default, so that the young keep theirs."""
    if not scenario.patient.state and not scenario.care.variants:
        return {}
    from quell.drugs.card import load

    asked = models(scenario)
    named = set(scenario.care.variants)
    return {
        drug: choice.variant for drug, choice in asked.items() if choice.variant != load(drug).default or drug in named
    }
