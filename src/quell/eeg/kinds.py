"""The names of the artefacts, as scenarios switch them on (what they are: artefact.py)."""

KINDS = (
    "ecg", "pulse", "muscle", "blink", "ventilator", "pop", "drift", "disconnection", "line", "physiotherapy",
    "percussion",
)  # fmt: skip
RARE = ("pop", "disconnection", "physiotherapy", "percussion")  # those whose times are told as truth
