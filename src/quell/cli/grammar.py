"""What can be said to Quell: commands and options, as argparse reads them."""

import argparse
from importlib import metadata
from pathlib import Path

from quell.cli import asking, commands
from quell.cli.help_page import help_page

UNITS = ("s", "min", "h", "d")
ABOUT = "Status epilepticus, simulated from the chloride ion to the intensive-care unit. Not for bedside use."


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser, namespace, values, option_string=None):
        print(f"quell {metadata.version('quell')}")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Refuses in Quell's own voice: one sentence and where to look."""

    def error(self, message):
        self.exit(2, f"quell: {message}. See `{self.prog} --help`.\n")


def grammar() -> argparse.ArgumentParser:
    """The parser of the whole command line; every command leaves its function in `does`."""
    parser = _Parser(prog="quell", description=ABOUT)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.set_defaults(does=lambda _: parser.print_help())
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    _running(verbs)
    _reading(verbs)
    _asking(verbs)
    parser.format_help = lambda: help_page(ABOUT, verbs)
    return parser


def _running(verbs) -> None:
    run = _verb(verbs, "run", commands.run, "simulate one patient and write a folder of results")
    run.add_argument("scenario", type=Path, nargs="?", help="a scenario file")
    run.add_argument("--out", type=Path, metavar="DIR", help="folder to make; it describes itself")
    run.add_argument("--resume", type=Path, metavar="DIR", help="go on with an interrupted run, to the same bits")
    run.add_argument("--replace", action="store_true", help="put the result in place of one that is already there")
    _how(run)
    demo = _verb(verbs, "demo", commands.demo, "treat the patient that ships with Quell early and late, and draw both")
    demo.add_argument("--out", default=commands.DEMO_OUT, type=Path, metavar="DIR", help="folder to make [out/demo]")
    _how(demo)
    cohort = _verb(verbs, "cohort", commands.cohort, "simulate many patients of one scenario; goes on when stopped")
    cohort.add_argument("scenario", type=Path, help="a scenario file")
    cohort.add_argument("--n", required=True, type=int, metavar="N", help="patients 0 to N - 1 of the scenario's seed")
    cohort.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to make or to go on with")
    cohort.add_argument("--workers", type=int, default=1, metavar="N", help="processes that share the work [1]")
    cohort.add_argument("--replace", action="store_true", help="put it in place of another cohort that is there")
    _how(cohort)
    branch = _verb(
        verbs, "branch", commands.branch, "go back to a moment, give something else or leave it out; same noise"
    )
    branch.add_argument("scenario", type=Path, help="a scenario file")
    branch.add_argument("--at", required=True, metavar="TIME", help='when, such as "12 min 30 s"')
    branch.add_argument("--give", default=[], action="append", metavar="ORDER", help="an order in words")
    branch.add_argument("--without", default=[], action="append", metavar="DRUG", help="a drug left out from then on")
    branch.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to make")
    branch.add_argument("--quiet", "-q", action="store_true", help="no progress bar")
    _set(branch)
    again = _verb(verbs, "replicate", commands.replicate, "run a result again and compare it bit by bit")
    again.add_argument("folder", type=Path, metavar="DIR", help="a folder that `quell run` has made")
    again.add_argument("--quiet", "-q", action="store_true", help="no progress bar")
    _json(again)


def _reading(verbs) -> None:
    eeg = _verb(verbs, "eeg", commands.eeg, "read an EEG (EDF, EDF+), real or simulated: patterns, suppression, trends")
    eeg.add_argument("file", type=Path, metavar="FILE.edf", help="the recording")
    eeg.add_argument("--out", type=Path, metavar="DIR", help="folder to make: report, page viewer, numbers, events")
    eeg.add_argument("--replace", action="store_true", help="put the folder in place of one that is already there")
    eeg.add_argument("--bids", type=Path, metavar="DIR", help="folder to make: the recording as a BIDS dataset")
    drugs = 'what was given, as CSV (time,drug,dose): "0:15,lorazepam,4 mg"; gives stages of status epilepticus'
    eeg.add_argument("--drugs", type=Path, metavar="FILE.csv", help=drugs)
    eeg.add_argument("--page-seconds", type=float, default=10.0, metavar="S", help="length of a page [10]")
    eeg.add_argument("--partial", action="store_true", help="read what is there of a file that was cut short")
    eeg.add_argument("--any-level", action="store_true", help="believe the units, whatever the level of the signal")
    eeg.add_argument("--quiet", "-q", action="store_true", help="no progress bar")
    _json(eeg)
    explain = _verb(verbs, "explain-scenario", commands.explain_scenario, "tell a scenario as a timeline in words")
    explain.add_argument("scenario", type=Path, help="a scenario file")
    _set(explain)
    schema = _verb(verbs, "schema", commands.schema, "print the JSON Schema of a kind of file, for editors")
    schema.add_argument("kind", choices=sorted(commands.SCHEMAS))
    drugs = _verb(verbs, "drugs", commands.drugs_list, "list the drugs, or show one card")
    _json(drugs)
    some = drugs.add_subparsers(metavar="list | show | compare")
    _json(_verb(some, "list", commands.drugs_list, "every drug with its kind and routes"))
    show = _verb(some, "show", commands.drugs_show, "one drug card: what it does, how it is given, its sources")
    show.add_argument("drug")
    show.add_argument("--plot", type=Path, metavar="PNG", help="draw its levels by model after its first dose there")
    _json(show)
    compare = _verb(some, "compare", asking.drugs_compare, "every structural model of a drug after one regimen")
    compare.add_argument("drug")
    compare.add_argument("--regimen", default="", metavar="WORDS", help="[the first dose of the card]")
    compare.add_argument("--until", default="12 h", metavar="TIME", help="[12 h]")
    compare.add_argument("--out", type=Path, metavar="PNG", help="the picture [out/variants_DRUG.png]")
    _json(compare)


def _pk(verbs) -> None:
    pk = _verb(verbs, "pk", asking.pk, "levels of a drug over time after a regimen, in one person or in many")
    pk.add_argument("regimen", nargs="?", help='orders in words, such as "2 mg/kg IV; 6 mg/kg/h IV for 1 h"')
    pk.add_argument("--drug", metavar="NAME", help="the drug, where the regimen does not name it")
    pk.add_argument("--variant", metavar="V", help="structural model by name or authors [the card's default]")
    _person(pk)
    pk.add_argument("--events", type=Path, metavar="FILE", help="a NONMEM table instead of a regimen")
    pk.add_argument("--time-unit", choices=UNITS, default="h", help="of TIME, II and DUR in the table [h]")
    _times(pk)
    pk.add_argument("--n", type=int, metavar="N", help="people drawn for the interval [200; 0 with --csv]")
    pk.add_argument("--seed", type=int, default=1, metavar="N", help="of the people drawn [1]")
    pk.add_argument("--plot", type=Path, metavar="PNG", help="draw it there")
    pk.add_argument("--csv", action="store_true", help="time, plasma and site of the typical patient as CSV")
    _json(pk)


def _export(verbs) -> None:
    export = _verb(verbs, "export", asking.export_sbml, "a regimen for other tools: its kinetics (SBML), or NONMEM")
    some = export.add_subparsers(metavar="sbml | nonmem", required=True)
    _nonmem(some)
    sbml = _verb(some, "sbml", asking.export_sbml, "drugs of a regimen in one person as SBML, or as Antimony text")
    sbml.add_argument("regimen", help='orders in words, such as "2 mg/kg IV; 6 mg/kg/h IV for 1 h"')
    sbml.add_argument("--drug", metavar="NAME", help="the drug, where the regimen does not name it")
    sbml.add_argument(
        "--variant", action="append", default=[], metavar="[DRUG=]V", help="structural model, once a drug"
    )
    sbml.add_argument("--body", action="store_true", help="with the body of a typical person")
    sbml.add_argument("--tissue", action="store_true", help="with the slow tissue of one patch of the brain")
    sbml.add_argument("--alone", action="store_true", help="without what the drugs do to each other")
    sbml.add_argument("--antimony", action="store_true", help="readable text instead of SBML")
    sbml.add_argument("--out", type=Path, metavar="FILE", help="write it there instead of to standard output")
    _person(sbml)


def _nonmem(some) -> None:
    table = _verb(some, "nonmem", asking.export_nonmem, "the doses of a regimen in one person as a NONMEM table")
    table.add_argument("regimen", help='orders in words, such as "2 mg/kg IV; 6 mg/kg/h IV for 1 h"')
    table.add_argument("--drug", metavar="NAME", help="the drug, where the regimen does not name it")
    table.add_argument("--variant", metavar="V", help="structural model, as a target needs it")
    table.add_argument("--state", choices=("icu",), default="", help="critically ill: the card's model for it")
    _measures(table)
    _times(table)
    table.add_argument("--time-unit", choices=UNITS, default="h", help="of TIME in the table [h]")
    table.add_argument("--numbers", action="store_true", help="CMT as numbers of routes; NONMEM takes no text")
    table.add_argument("--out", type=Path, metavar="FILE", help="write it there instead of to standard output")


def _times(verb) -> None:
    verb.add_argument("--at", metavar="MIN,MIN", help='minutes after the first dose, such as "1,5,10"')
    verb.add_argument("--until", metavar="TIME", help="end of the table [6 h]")
    verb.add_argument("--every", metavar="TIME", help="step of the table [5 min]")


def _person(verb) -> None:
    _measures(verb)
    verb.add_argument("--temperature", type=float, metavar="DEGC", help="of the core; cold slows clearance [37]")
    verb.add_argument("--hepatic", default="", metavar="CLASS", help="cirrhosis: child_a, child_b or child_c")
    verb.add_argument("--beside", nargs="+", default=(), metavar="DRUG", help="medicines taken for weeks already")
    verb.add_argument("--pregnancy", action="store_true", help="last third of it: the card's clearance for it")
    verb.add_argument("--state", choices=("icu",), default="", help="critically ill: the card's model for it")
    verb.add_argument("--apache", type=float, metavar="POINTS", help="APACHE II, where a model asks for it")
    verb.add_argument("--peep", type=float, metavar="MMHG", help="end-expiratory pressure, where a model asks for it")
    verb.add_argument("--alcohol", action="store_true", help="more than six units a day for long")
    verb.add_argument("--cyp2c9", metavar="KIND", help="extensive, intermediate or poor [extensive]")
    verb.add_argument("--cyp2c19", metavar="KIND", help="extensive or reduced [extensive]")


def _measures(verb) -> None:
    verb.add_argument("--card", type=Path, metavar="FILE", help="a drug card of your own instead")
    for name, what in (("weight", "kg"), ("age", "years"), ("height", "cm"), ("albumin", "g/L"), ("crcl", "mL/min")):
        unit = f"{what} per 1.73 m2; the kidney's share of clearance" if name == "crcl" else what
        verb.add_argument(
            f"--{name}", type=float, metavar=what.split("/")[0].upper(), help=f"{unit} [reference person]"
        )
    verb.add_argument("--sex", metavar="m|f", help="m or f [m]")
    verb.add_argument("--confirm-overdose", action="store_true", help="a dose far beyond the card's is meant")


def _asking(verbs) -> None:
    _pk(verbs)
    _export(verbs)
    among = _verb(verbs, "interactions", asking.interactions, "what drugs given together do to each other")
    among.add_argument("drugs", nargs="+", metavar="DRUG")
    among.add_argument("--after", metavar="TIME", help='how long they have been given, such as "24 h" [full effect]')
    _json(among)
    audit = _verb(verbs, "numbers", asking.numbers, "every number with its source and grade; how many rest on what")
    audit.add_argument("--of", metavar="NAME", help="one drug or card, such as propofol or chloride")
    audit.add_argument("--grade", metavar="GRADE", help="one grade: A, B, C or D")
    audit.add_argument("--page", type=Path, metavar="FILE", help="write the audit as a page in Markdown")
    _json(audit)
    gate = _verb(verbs, "isobologram", asking.isobologram, "levels of two drugs that open the GABA-A gate equally far")
    gate.add_argument("first", metavar="DRUG_A")
    gate.add_argument("second", metavar="DRUG_B")
    gate.add_argument(
        "--effect", type=float, action="append", metavar="TIMES", help="conductance over control [1.5 2 3]"
    )
    gate.add_argument("--left", type=float, default=1.0, metavar="SHARE", help="synaptic receptors still there [1]")
    gate.add_argument("--out", type=Path, metavar="PNG", help="the picture [out/isobologram_A_B.png]")
    _json(gate)
    doctor = _verb(verbs, "doctor", commands.doctor, "check this machine; say what is missing and how to get it")
    _json(doctor)
    wiring = _verb(verbs, "wiring", commands.wiring, "print the joins of the brain: who needs what from whom, and why")
    wiring.add_argument("--out", type=Path, metavar="DIR", help="write the page and the picture there instead")
    _json(wiring)
    cite = _verb(verbs, "cite", commands.cite, "print the sources behind the numbers, or behind one run, as BibTeX")
    cite.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a folder that `quell run` has made")
    _json(cite)


def _verb(verbs, name: str, does, about: str) -> argparse.ArgumentParser:
    made = verbs.add_parser(name, help=about, description=about[:1].upper() + about[1:] + ".")
    made.set_defaults(does=does)
    return made


def _how(verb: argparse.ArgumentParser) -> None:
    _set(verb)
    verb.add_argument("--seed", type=int, help="short for --set seed=SEED")
    verb.add_argument("--mode", choices=("full", "projective"), help="with EEG detail, or slow time only")
    verb.add_argument("--quiet", "-q", action="store_true", help="no progress bar")
    _json(verb)


def _set(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set", action="append", default=[], metavar="A.B=C", dest="overrides", help="change a field of the scenario"
    )


def _json(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="answer for programs")
