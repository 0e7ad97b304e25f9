"""The figure of artefacts: a page for each, and none of them empty."""

from quell.eeg.kinds import KINDS
from quell.report.artefact_picture import artefact_picture


def test_every_artefact_has_its_page():
    figure = artefact_picture()
    assert [ax.get_title(loc="left").split()[0] for ax in figure.axes] == list(KINDS)
    assert all(len(ax.lines) == 18 for ax in figure.axes)
