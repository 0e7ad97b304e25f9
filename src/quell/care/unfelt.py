"""Drugs of a scenario whose actions on seizures no part of its run feels: a sentence for each."""

from collections.abc import Iterable, Mapping, Set

from quell.drugs.card import load
from quell.drugs.port import CAUSES, MEANINGS, NEURONS, Meaning


def unfelt(drugs: Iterable[str], off: Set[str] = frozenset(), table: Mapping[str, Meaning] = MEANINGS) -> list[str]:
    """One sentence per drug none of whose ports against seizures is read, `off` being parts left out."""
    said = []
    for drug in dict.fromkeys(drugs):
        card = load(load(drug).delivers or drug)
        ports = sorted({act.port for act in card.acts_on} & (NEURONS | CAUSES))
        deaf = [port for port in ports if not table[port].read_by or table[port].needs in off]
        if ports and deaf == ports:
            wanted = sorted({table[port].needs for port in ports} & off)
            how = f"; parts.{wanted[0]} = true would" if wanted else ""
            said.append(f"{drug} acts on {', '.join(ports)}, which nothing in this run feels{how}.")
    return said
