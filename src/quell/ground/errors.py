"""What Quell says when something is wrong: one sentence, the place, what is allowed.

QuellError
├── InputError        something a person wrote cannot be used (file, line, field, what is allowed)
├── CardError         a card of constants or a drug card is incomplete or wrong
├── RangeError        a state of the simulation left its declared range (the NaN doctor speaks)
├── BlockError        a block of patients could not be calculated (`cohort.run`)
└── InterruptedRun    a run was stopped before its end; nothing half-written was left behind
"""


class QuellError(Exception):
    """The family: everything below is shown to the user without a traceback."""


class InputError(QuellError):
    """Input that cannot be used: says what, where (file, line, field) and what is allowed."""

    def __init__(self, what: str, *, file: str = "", line: int = 0, field: str = "", allowed: str = ""):
        self.what, self.file, self.line, self.field, self.allowed = what, file, line, field, allowed
        place = ":".join(part for part in (file, str(line) if line else "") if part)
        where = ", ".join(part for part in (place, field) if part)
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text.rstrip('.')}. Allowed: {allowed.rstrip('.')}." if allowed else text)


class CardError(QuellError):
    """A card (constants or drug) lacks a row, has one too many, or a value that cannot be read."""


class RangeError(QuellError):
    """A state left its allowed range; the message names variable, patch, time, value, inputs and a way out."""


class InterruptedRun(QuellError):  # noqa: N818  a user's decision, not a fault
    """The run was stopped; only complete results carry their final name."""
