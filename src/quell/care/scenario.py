"""A scenario: one patient, one cause, one protocol, for so long. TOML in, checked, with one clear error.

    name, about, seed, duration, mode, brain, protocol
    [patient]  [aetiology]  [onset]  [care]  [parts]  [body]  [outputs]

`protocol` is a name of the library, the path of a file beside the scenario, or the tables of a protocol itself.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

import quell.patient
from quell.care.figure import Figure
from quell.care.lines import line_of
from quell.care.possible import check_beyond
from quell.care.protocol import Protocol, conditions_of, library, load_protocol, protocol_from
from quell.care.reading import Written, check, fields_at, nearest, override, parse_toml, read_text, refuse
from quell.care.span import Heat, Seconds, Share
from quell.eeg.kinds import KINDS
from quell.ground.errors import InputError

LONGEST_S = 60 * 86400.0


class Aetiology(Written):
    """The cause, by name, and how bad it is (1 is the typical case)."""

    name: str = "unprovoked"
    severity: float = Field(default=1.0, ge=0.0, le=5.0, allow_inf_nan=False)

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        known = aetiologies()
        if known and name not in known:
            raise refuse(f"no aetiology is called {name!r}{nearest(name, known)}", ", ".join(known))
        return name


class Onset(Written):
    """How it begins: where, how long and how strongly the insult irritates the brain, and the type of seizure."""

    insult: Seconds | None = None  # none: the patient's own draw
    strength: float = Field(default=1.0, ge=0.0, le=10.0, allow_inf_nan=False)  # of the patient's own insult
    site: str = ""  # patches joined by plus signs, or "everywhere"; empty: drawn among those of the cause
    seizure_type: Literal["tonic_clonic", "focal_impaired_awareness", "absence"] = "tonic_clonic"


class Care(Written):
    """What this scenario changes in its protocol: arms, parameters, the share delivered, slower hands."""

    arms: dict[str, str] = Field(default={})
    parameters: dict[str, str] = Field(default={})
    delivered: Share = 1.0
    delay_factor: float = Field(default=1.0, ge=0.0, le=100.0, allow_inf_nan=False)
    variants: dict[str, str] = Field(default={})  # drug -> structural model; the rest by the patient's state


class Switches(Written):
    """Parts of the brain that are off unless a scenario wants them; the default people were fitted without them."""

    thalamus: bool = False  # relay and reticular cells, joined to every patch
    inflammation: bool | None = None  # the slow fire; left out, where the cause needs it
    tolerance: bool | None = None  # receptors adapt to drugs that stay; left out, where the cause needs it
    bottleneck: bool = False  # a hypothesis: arousal is a chain without redundancy
    temperature: bool | None = None  # the brain feels the body's; left out, where cooling or fever need it


class Outputs(Written):
    """What a run writes besides manifest, timeline and summary."""

    eeg: bool = True  # in full mode only
    states: bool = True
    picture: bool = True
    report: bool = True
    artefacts: tuple[str, ...] = Field(default=(), strict=False)  # what spoils the EEG; "all" is every kind

    @field_validator("artefacts", mode="before")
    @classmethod
    def _known(cls, kinds: Any) -> Any:
        wanted = [kinds] if isinstance(kinds, str) else kinds
        if not isinstance(wanted, list | tuple) or not all(isinstance(kind, str) for kind in wanted):
            raise refuse(f"{kinds!r} names no artefacts", f"a list of {', '.join(KINDS)}, or all")
        if "all" in wanted:
            return KINDS
        for kind in wanted:
            if kind not in KINDS:
                raise refuse(f"there is no artefact {kind!r}{nearest(kind, KINDS)}", f"{', '.join(KINDS)}, or all")
        return tuple(wanted)


class Bodily(Written):
    """The body beside the brain, and whether it acts back on brain and drugs."""

    on: bool = True
    feeds_brain: bool = False  # whether low pressure and oxygen take ATP from the brain, and carbon dioxide brakes it
    complications: bool = False  # kidney, liver, bowel, infection and lost muscle of long illness
    feeds_kinetics: bool = False  # whether they and the temperature change the clearance of drugs
    constants: dict[str, float] = Field(default={})  # "organ.constant" = value in its internal unit, for everyone
    fever: Heat | None = None  # where fever sets the temperature, such as "39.5 degC"

    @property
    def late(self) -> bool:
        """Whether kidney, liver, bowel, infection and wasting are lived."""
        return self.on and (self.complications or self.feeds_kinetics)


class Scenario(Written):
    """Everything a run needs. `course` is the checked protocol, its parameters filled in."""

    name: str = Field(default="scenario", min_length=1, max_length=80)
    about: str = ""
    seed: int = Field(default=1, ge=0, lt=2**31)
    duration: Seconds
    mode: Literal["full", "projective"] = "projective"
    brain: Literal[10, 2] = 10
    protocol: str | dict[str, Any] = "no_treatment"
    patient: Figure = Figure()
    aetiology: Aetiology = Aetiology()
    onset: Onset = Onset()
    care: Care = Care()
    parts: Switches = Switches()
    outputs: Outputs = Outputs()
    body: Bodily = Bodily()
    _course: Protocol | None = PrivateAttr(default=None)
    _raw: dict[str, Any] = PrivateAttr(default={})

    @property
    def course(self) -> Protocol:
        """The protocol in force."""
        assert self._course is not None
        return self._course

    def as_toml(self) -> str:
        """The scenario as it runs, settings included and a protocol file taken in, so that it runs from anywhere."""
        import tomli_w

        return tomli_w.dumps(self._raw)

    @model_validator(mode="after")
    def _lasts(self) -> "Scenario":
        if not 10 <= self.duration <= LONGEST_S:
            raise refuse("the duration cannot be simulated", "10 s to 60 days", ("duration",))
        return self

    @model_validator(mode="after")
    def _begins(self) -> "Scenario":
        from quell.circuit.cortex import EVERYWHERE, atlas, site_patches

        names = atlas(self.brain).names
        for name in site_patches(self.onset.site, names):
            if name not in names:
                offered = [EVERYWHERE, *names]
                what = f"no patch of a brain of {self.brain} is called {name!r}{nearest(name, offered)}"
                raise refuse(what, ", ".join(offered), ("onset", "site"))
        return self


def aetiologies() -> list[str]:
    """The causes that ship, by name; empty while there are none."""
    return sorted(path.stem for path in (Path(str(quell.patient.__file__)).parent / "library").glob("*.toml"))


def load_scenario(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario file, with `a.b=c` settings on top. Raises InputError with file, line and field."""
    path = Path(path)
    return read_scenario(read_text(path), overrides, file=str(path), folder=path.parent)


def read_scenario(
    text: str,
    overrides: Sequence[str] = (),
    *,
    file: str = "",
    folder: Path | None = None,
) -> Scenario:
    """A scenario from its TOML text. Raises InputError with file, line and field."""
    raw, touched = override(parse_toml(text, file), overrides)
    place = {"text": text, "file": file}
    if not isinstance(raw.get("protocol", ""), str | dict):
        what = f"{raw['protocol']!r} is no protocol"
        raise InputError(what, file=file, field="protocol", allowed=f"{', '.join(library())}, a file, or a table")
    scenario = check(Scenario, raw, written=touched, **place)
    course = _course(scenario, text, file=file, folder=folder)
    _check_arms(scenario, course, **place)
    _check_body(scenario, course, **place)
    _check_traits(scenario, touched, **place)
    made = scenario.model_copy()
    made._course = course
    made._raw = raw | _own_protocol(scenario, folder)
    check_beyond(made, **place)
    return made


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file; an inline protocol follows the protocol's schema."""
    made = Scenario.model_json_schema()
    made["properties"]["aetiology"] = made["properties"]["aetiology"] | {"description": ", ".join(aetiologies())}
    return made


def fields() -> list[str]:
    """Every field of a scenario, dotted, as `--set` takes it."""
    made = []
    for name in fields_at(Scenario, ()):
        inner = fields_at(Scenario, (name,))
        made += [name] if inner == fields_at(Scenario, ()) else [f"{name}.{part}" for part in inner]
    return made


def _course(scenario: Scenario, text: str, *, file: str, folder: Path | None) -> Protocol:
    parameters, wanted = scenario.care.parameters, scenario.protocol
    if isinstance(wanted, dict):
        raw = {"name": "inline", "about": scenario.about or scenario.name, "source": "assumed", "grade": "D"} | wanted
        try:
            return protocol_from(raw, parameters)
        except InputError as error:
            raise _inside(error, text, file) from None
    beside = (folder or Path()) / wanted
    try:
        return load_protocol(beside if wanted not in library() and beside.is_file() else wanted, parameters)
    except InputError as error:
        if error.field == "protocol":
            raise _inside(error, text, file, "protocol") from None
        if not parameters:
            raise
        named = next((f".{name}" for name, value in parameters.items() if value in error.what), "")
        raise _inside(error, text, file, f"care.parameters{named}") from None


def _own_protocol(scenario: Scenario, folder: Path | None) -> dict[str, Any]:
    """A protocol that is a file beside the scenario, as the tables it holds."""
    wanted = scenario.protocol
    if isinstance(wanted, dict) or wanted in library():
        return {}
    beside = (folder or Path()) / wanted
    return {"protocol": parse_toml(read_text(beside), str(beside))} if beside.is_file() else {}


def _inside(error: InputError, text: str, file: str, field: str | None = None) -> InputError:
    """An error of an inline protocol, told with its place in the scenario."""
    field = field if field is not None else ".".join(filter(None, ("protocol", error.field)))
    place = tuple(int(part) if part.isdecimal() else part for part in field.split("."))
    return InputError(error.what, file=file, line=line_of(text, place), field=field, allowed=error.allowed)


def _check_arms(scenario: Scenario, course: Protocol, text: str, file: str) -> None:
    for name, arm in scenario.care.arms.items():
        field, line = f"care.arms.{name}", line_of(text, ("care", "arms", name))
        if name not in course.draw:
            what = f"the protocol {course.name} draws no {name!r}{nearest(name, list(course.draw))}"
            raise InputError(what, file=file, line=line, field=field, allowed=", ".join(course.draw) or "none")
        if arm not in course.draw[name].choices:
            what = f"{arm!r} is no arm of {name}{nearest(arm, course.draw[name].choices)}"
            raise InputError(what, file=file, line=line, field=field, allowed=", ".join(course.draw[name].choices))


def _check_body(scenario: Scenario, course: Protocol, text: str, file: str) -> None:
    asking = [condition for _, condition in conditions_of(course) if condition.asks_for_body()]
    if asking and not scenario.body.on:
        what = f"the protocol {course.name} asks for {asking[0].words()!r}, but the body is off"
        raise InputError(what, file=file, line=line_of(text, ("body", "on")), field="body.on", allowed="true")


def _check_traits(scenario: Scenario, touched: Sequence[str], text: str, file: str) -> None:
    if not scenario.patient.traits:
        return
    from quell.patient.build import every_trait  # inside, since it loads JAX

    known = every_trait()
    for name in scenario.patient.traits:
        if name in known:
            continue
        field, what = f"patient.traits.{name}", f"no trait is called {name!r}{nearest(name, known)}"
        beside = [other for other in known if other.partition(".")[0] == name.partition(".")[0]]
        allowed = ", ".join(beside or known)
        if any(field == one or field.startswith(f"{one}.") for one in touched):
            raise InputError(what, file="--set", field=field, allowed=allowed)
        raise InputError(what, file=file, line=_line_of_trait(text, name), field=field, allowed=allowed)


def _line_of_trait(text: str, name: str) -> int:
    """A trait may be written as one quoted name or as tables within tables."""
    apart = tuple(name.split("."))
    return max(line_of(text, ("patient", "traits", *place)) for place in ((name,), apart))
