"""Whether a scenario can give the treatments beyond drugs that its protocol orders: parts that are on, places there."""

from typing import Any

from quell.care.lines import line_of
from quell.ground.errors import InputError


def check_beyond(scenario: Any, text: str, file: str) -> None:
    """Raises InputError, with its line, where a treatment needs a part that is off or a place that is not there."""
    body, parts = scenario.body, scenario.parts
    if body.fever is not None:
        _needs_warmth(scenario, "fever", ("body", "fever"), (text, file))
    for number, step in enumerate(scenario.course.step):
        ordered, at = step.beyond, ("protocol", "step", number)
        if ordered is None:
            continue
        if ordered.cool:
            _needs_warmth(scenario, "cooling", (*at, "cool"), (text, file))
        if ordered.stimulate and ordered.stimulate.site == "thalamus" and not parts.thalamus:
            what = "stimulation of the thalamus acts on a thalamus, which is off"
            raise _refusal(what, ("parts", "thalamus"), (*at, "stimulate"), "true", (text, file))
        for name in ("resect", "disconnect"):
            if place := getattr(ordered, name):
                _check_place(scenario, place, (*at, name), (text, file))


def _needs_warmth(scenario: Any, what: str, at: tuple, source: tuple[str, str]) -> None:
    if not scenario.body.on:
        raise _refusal(f"{what} acts through the body, which is off", ("body", "on"), at, "true", source)
    if scenario.parts.temperature is False:
        said = f"{what} acts through temperature, which is switched off"
        raise _refusal(said, ("parts", "temperature"), at, "true, or leave it out", source)


def _check_place(scenario: Any, place: str, at: tuple, source: tuple[str, str]) -> None:
    from quell.circuit.cortex import atlas, site_patches  # inside, since it loads JAX
    from quell.patient.aetiology import load

    names = atlas(scenario.brain).names
    cause, forced = load(scenario.aetiology.name), scenario.onset.site
    sites = [site_patches(site, names) for site in ([forced] if forced else cause.sites)]
    if place == "focus" and all({"L", "R"} <= {part[-1] for part in site} or set(names) <= set(site) for site in sites):
        who = f"an onset {forced}" if forced else f"the cause {cause.name}"
        what = f"{who} irritates both sides of the brain, so there is no focus to take out or cut off"
        raise _refusal(what, at, at, f"patches: {', '.join(names)}", source)
    for name in place.split("+") if place != "focus" else ():
        if name not in names:
            what = f"no patch is called {name!r} in a brain of {scenario.brain}"
            raise _refusal(what, at, at, f"focus, {', '.join(names)}", source)
    if place != "focus" and set(names) <= set(place.split("+")):
        raise _refusal("the whole brain cannot be taken out or cut off", at, at, "a part of it", source)


def _refusal(what: str, field: tuple, asked: tuple, allowed: str, source: tuple[str, str]) -> InputError:
    """Told at the line of the switch, or where it is not written, of what asks for it."""
    text, file = source
    line = line_of(text, field) or line_of(text, asked)
    return InputError(what, file=file, line=line, field=".".join(map(str, field)), allowed=allowed)
