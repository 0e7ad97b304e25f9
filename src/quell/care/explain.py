"""A scenario in words before it runs: who, what, and what staff will do, step by step."""

from quell.care.beyond import beyond_words
from quell.care.interacting import cautions
from quell.care.kinetics import models
from quell.care.protocol import Protocol
from quell.care.scenario import Scenario
from quell.care.span import Delay, spread_words, time_words
from quell.care.step import Step, Titration
from quell.care.unfelt import unfelt
from quell.care.words import Is

LINES = {"first_line": "first line", "second_line": "second line"}


def explain(scenario: Scenario) -> str:
    """The scenario as a timeline in words."""
    course = scenario.course
    parts = [f"{scenario.name}: {scenario.about}".rstrip(": "), "", _who(scenario), _how(scenario), ""]
    parts += [f"Protocol {course.name}: {course.about}"]
    parts += [f"  For: {course.applies}"] if course.applies else []
    parts += [f"  Source: {course.source} (grade {course.grade})"]
    parts += _changes(scenario) + _draws(scenario, course) + _eeg(scenario, course) + _body(scenario, course)
    parts += ["", "What staff do, in this order:"] if course.step else ["", "Staff give nothing."]
    for number, step in enumerate(course.step, start=1):
        parts += _step(number, step, scenario)
    if course.stop_if:
        parts.append(f"No step begins any more once: {' or '.join(_asked(course.stop_if))}.")
    parts += _kinetics(scenario)
    if met := meetings(scenario):
        parts += ["", "Drugs that touch each other within this run:", *(f"  {sentence}" for sentence in met)]
    if silent := deaf(scenario):
        parts += ["", "Drugs that this run cannot feel:", *(f"  {sentence}" for sentence in silent)]
    parts += [
        "",
        "Staff see movement and, once it runs, the EEG; they do not see the model. Not for bedside decisions.",
    ]
    return "\n".join(parts) + "\n"


def meetings(scenario: Scenario) -> list[str]:
    """Sentences on drugs of the scenario that can meet in this patient and change each other within the run."""
    return cautions(_steps(scenario), scenario.duration)


def deaf(scenario: Scenario) -> list[str]:
    """Sentences on drugs of the scenario whose actions on seizures nothing in its run feels."""
    off = set() if scenario.parts.thalamus else {"thalamus"}
    return unfelt((order.drug for step in _steps(scenario) for order in step.orders), off)


def _steps(scenario: Scenario) -> list[Step]:
    return [step for step in scenario.course.step if not _left_out(step, scenario)]


def _kinetics(scenario: Scenario) -> list[str]:
    """Which structural model each drug has, where the scenario says anything about it."""
    if not scenario.patient.state and not scenario.care.variants:
        return []
    told = [f"  {drug}: {choice.variant}; {choice.why}." for drug, choice in models(scenario).items()]
    return ["", "Kinetics of each drug:", *told]


def _who(scenario: Scenario) -> str:
    person, found = scenario.patient, scenario.patient.measures()
    if person.draw:
        who = f"Patient {person.id} of the population {person.population!r} (seed {scenario.seed})"
    else:
        who = f"Patient {person.id} (seed {scenario.seed}), traits drawn"
    shown = {
        "age_y": "{:.3g} years",
        "weight_kg": "{:.3g} kg",
        "height_cm": "{:.3g} cm",
        "albumin_g_L": "albumin {:.3g} g/L",
        "crcl_mL_min": "creatinine clearance {:.3g} mL/min",
    }
    words = [text.format(found[name]) for name, text in shown.items() if name in found]
    words += ["male" if found["male"] else "female"] if "male" in found else []
    words += [f"{name} = {value:g}" for name, value in person.traits.items()]
    return f"Who: {who}{': ' if words else ''}{', '.join(words)}."


def _how(scenario: Scenario) -> str:
    cause, onset = scenario.aetiology, scenario.onset
    words = f"Cause: {cause.name.replace('_', ' ')}, severity {cause.severity:g}; "
    words += f"{onset.seizure_type.replace('_', ' ')} seizure"
    words += (
        f"; begins in {' + '.join(name.strip() for name in onset.site.split('+')).replace('_', ' ')}"
        if onset.site
        else ""
    )
    words += f"; insult of {time_words(onset.insult)}" if onset.insult is not None else ""
    words += f"; insult strength x {onset.strength:g}" if onset.strength != 1 else ""
    length = f"{time_words(scenario.duration)} from onset, {scenario.mode} mode, {scenario.brain} patches"
    return f"{words}.\nRun: {length}. Times below count from seizure onset."


def _changes(scenario: Scenario) -> list[str]:
    care, made = scenario.care, []
    if care.parameters:
        made.append("  Set here: " + ", ".join(f"{name} = {value}" for name, value in care.parameters.items()))
    if care.delivered != 1:
        made.append(f"  Every dose and rate is {care.delivered:.0%} of what is ordered.")
    if care.delay_factor != 1:
        made.append(f"  Every delay is {care.delay_factor:g} times as long.")
    return made


def _draws(scenario: Scenario, course: Protocol) -> list[str]:
    made = []
    for name, draw in course.draw.items():
        words = name.replace("_", " ")
        if name in scenario.care.arms:
            made.append(f"  By decision: {words} = {scenario.care.arms[name].replace('_', ' ')}.")
            continue
        weights = draw.weights or (1.0,) * len(draw.choices)
        shares = [
            f"{choice.replace('_', ' ')} {weight / sum(weights):.0%}"
            for choice, weight in zip(draw.choices, weights, strict=True)
            if weight > 0
        ]
        made.append(f"  By lot: {words}: {', '.join(shares)}.")
    return made


def _eeg(scenario: Scenario, course: Protocol) -> list[str]:
    if course.eeg is None:
        return ["  No EEG is ordered; staff judge by movement alone."]
    eeg = course.eeg
    when = _once(_asked(eeg.when), " or ")
    lag = f"; a change is read after {time_words(eeg.reading_lag)}" if eeg.reading_lag else ""
    return [f"  EEG: asked for {when}{_after_delay(eeg.delay, scenario)}{lag}."]


def _body(scenario: Scenario, course: Protocol) -> list[str]:
    made = [] if scenario.body.on else ["  The body is off: no pressure, no breathing, no blood."]
    if scenario.body.on and scenario.body.feeds_brain:
        made = ["  Pressure and oxygen of the body limit the brain's energy."]
    if scenario.body.late:
        made.append("  Complications are on: kidney, liver, bowel, infection and muscle lost in bed.")
    if scenario.body.on and scenario.body.feeds_kinetics:
        made.append("  The body feeds the kinetics: its temperature, kidney, liver and bowel change what drugs do.")
    if scenario.body.fever is not None:
        made.append(f"  Fever: the body is set to {scenario.body.fever:g} °C, and the brain feels it.")
    made += [f"  For everyone: {name} = {value:g}." for name, value in scenario.body.constants.items()]
    if labs := course.labs:
        when = _once(_asked(labs.when), " or ")
        answer = f", answered after {time_words(labs.delay)}" if labs.delay else ""
        made.append(f"  Blood to the laboratory: {when}, every {time_words(labs.every)}{answer}.")
    return made


def _step(number: int, step: Step, scenario: Scenario) -> list[str]:
    care = scenario.care
    open_draws = {name: arms for name, arms in step.arms.items() if name not in care.arms}
    mine = [f"{name.replace('_', ' ')} {_arm(arms)}" for name, arms in open_draws.items()]
    role = f" [{LINES.get(step.role, step.role)}]" if step.role != "other" else ""
    head = f"{number:>3}. {step.id}{role}"
    if why := _left_out(step, scenario):
        return [f"{head}: not in this scenario; {why}."]
    wet = [*([f"crystalloid {step.fluids}"] if step.fluids else []), *([step.clears] if step.clears else [])]
    wet += beyond_words(step.beyond) if step.beyond else []
    given = "; with it ".join([*(order.words() for order in step.orders), *wet]) or (step.about or "a mark in time")
    when = f"{_once(_asked(step.when), ', and ')}{_after_delay(step.delay, scenario)}"
    made = [f"{head}{f' (only {_and(mine)})' if mine else ''}: {when}:", f"       {given}."]
    notes = [f"({step.about})"] if step.about and step.orders else []
    notes += [f"Not if {' or '.join(_asked(step.do_not_if))}."] if step.do_not_if else []
    notes += [f"Stopped for good if {' or '.join(_asked(step.stop_if))}."] if step.stop_if else []
    notes += _share(step)
    notes += ["On the ventilator." if step.ventilates else "Off the ventilator."] if step.ventilates is not None else []
    notes += [f"Movement is hidden for {time_words(step.paralyse)} (muscle relaxant)."] if step.paralyse else []
    notes += _led(step.infusion, scenario) if step.infusion else []
    notes.append(f"Source: {step.source} (grade {step.grade}).")
    return made + [f"       {note}" for note in notes]


def _share(step: Step) -> list[str]:
    delivered = step.delivered
    if isinstance(delivered, int | float):
        return [] if delivered == 1 else [f"Only {delivered:.0%} of it is really given."]
    return [f"Really given: {delivered.words()} of it."]


def _led(led: Titration, scenario: Scenario) -> list[str]:
    raised = f"; {' and '.join(_asked(led.raise_while))}" if led.raise_while else " while the target is not in sight"
    bolus = f" with {led.bolus}" if led.bolus else ""
    rise = (
        f"Raised by {led.raise_by} every {time_words(led.raise_every)}{bolus}{raised}, up to {led.most}, "
        f"until {' and '.join(_asked(led.target))}."
    )
    if led.control:
        rise = (
            f"Led by a controller ({led.control.upper()}) to a burst suppression probability of {led.depth:g} as the "
            f"EEG shows it, up to {led.most}; never raised on a flat or unreadable EEG, nor at low pressure."
        )
    made = [
        rise,
        f"Held for {spread_words(led.hold)}; then weaned by {led.wean_by:.0%} of the rate every "
        f"{spread_words(led.wean_every)}"
        + (f", put off if {' or '.join(_asked(led.hold_on_if))}." if led.hold_on_if else "."),
        f"Back to the rate that held if {' and '.join(_asked(led.relapse_if))} on weaning or within "
        f"{time_words(led.watch)} of its end; after {led.restarts + 1} failed weans it is kept.",
    ]
    return made


def _after_delay(delay: Delay, scenario: Scenario) -> str:
    factor = scenario.care.delay_factor
    if isinstance(delay, int | float):
        return f", after {time_words(delay * factor)}" if delay else ""
    slower = f" times {factor:g}" if factor != 1 else ""
    return f", after a delay of {delay.words()}{slower}"


def _asked(texts: tuple[str, ...]) -> list[str]:
    """Conditions as the author wrote them, the names of steps as words."""
    return [text.replace("step ", "").replace("_", " ").replace("eeg", "EEG") for text in texts]


def _once(asked: list[str], joint: str) -> str:
    words = joint.join(asked)
    return words if words.startswith(("after ", "at ", "before ")) or words[:1].isdigit() else f"once {words}"


def _left_out(step: Step, scenario: Scenario) -> str:
    """Why a step cannot come in this scenario: its arm was not chosen, or the person is not the one it is for."""
    care = scenario.care
    for name, arms in step.arms.items():
        draw = scenario.course.draw[name]
        shares = dict(zip(draw.choices, draw.weights or (1.0,) * len(draw.choices), strict=True))
        possible = [care.arms[name]] if name in care.arms else [arm for arm, share in shares.items() if share > 0]
        if not set(possible) & set(_list(arms)):
            return f"{name} is {' or '.join(possible)}".replace("_", " ")
    known = scenario.patient.measures()
    for fact in step.trigger.alternatives[0] if len(step.trigger.alternatives) == 1 else ():
        if isinstance(fact, Is) and fact.trait in known and (known[fact.trait] > fact.limit) != fact.above:
            return f"it needs {fact.words()}"
    return ""


def _arm(arms: str | list[str]) -> str:
    return " or ".join(_list(arms)).replace("_", " ")


def _list(arms: str | list[str]) -> list[str]:
    return [arms] if isinstance(arms, str) else list(arms)


def _and(words: list[str]) -> str:
    return " and ".join(words)
