"""Tables as text, one line per row, as BIDS (tabs) and spreadsheets (commas) read them."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any


def lines(names: Sequence[str], rows: Iterable[Sequence[Any]], mark: str = "\t") -> str:
    """A header and rows, parted by `mark`, quoted where a value holds it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return buffer.getvalue()
