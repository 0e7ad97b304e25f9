"""The page that `quell --help` shows: every command on one line, grouped by what one wants to do."""

import argparse

GROUPS = {
    "simulate": ("demo", "run", "branch", "cohort", "replicate"),
    "EEG": ("eeg", "detect", "control"),
    "drugs": ("drugs", "pk", "export", "interactions", "isobologram"),
    "understand": ("explain-scenario", "wiring", "numbers", "cite", "schema"),
    "this machine": ("doctor",),
}
OTHERS = "others"
EXAMPLES = """examples
  quell demo                                          one patient treated early and late, one picture
  quell run examples/established_se.toml --out out/a  a scenario of your own
  quell run a.toml --out out/b --set seed=7           one thing changed
  quell run --resume out/b                            go on with a run that was interrupted
  quell cohort a.toml --n 512 --workers 2 --out out/c many patients
"""


def help_page(about: str, verbs: argparse._SubParsersAction) -> str:
    """The whole page; a command that no group names stands under "others"."""
    told = {action.dest: action.help or "" for action in verbs._choices_actions}
    named = {name for names in GROUPS.values() for name in names}
    groups = GROUPS | {OTHERS: tuple(name for name in told if name not in named)}
    width = max(len(name) for name in told)
    lines = ["usage: quell COMMAND ...   (quell COMMAND --help says more)", "", about, ""]
    for heading, names in groups.items():
        if there := [name for name in names if name in told]:
            lines += [heading, *(f"  {name:<{width}}  {told[name]}" for name in there), ""]
    return "\n".join([*lines, "quell --version prints the version.", "", EXAMPLES])
