"""Ten thousand damaged files: each gives one clear sentence or an answer without holes, soon, in little memory."""

import importlib.util
import json
import signal
from pathlib import Path

import pytest

from quell.eeg.analysis import analyse
from quell.eeg.answer import answer
from quell.eeg.opening import open_edf
from quell.ground.errors import InputError

SECONDS = 20  # for one file of at most 15 s of EEG: nothing here should take a tenth of it
MOST_SAMPLES = 40 * 86_400 * 1000  # what the longest record that is believed may have


def damaged_file(number: int) -> bytes:
    """Loaded by path: tests are no package."""
    spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.damaged(number)


def outcome(path: Path, *, partial: bool) -> str:
    """ "answer", or the sentence of the refusal."""
    try:
        recording = open_edf(path, partial=partial)
        assert 0 < recording.samples * len(recording.channels) < MOST_SAMPLES
        told = answer(analyse(recording))
    except InputError as refusal:
        return str(refusal)
    json.dumps(told, allow_nan=False)
    assert told["pages"] and told["pages"][-1]["stop_s"] == told["duration_s"]
    assert all(page["bsr"] is None or 0 <= page["bsr"] <= 1 for page in told["pages"])
    return "answer"


def checked(tmp_path, numbers):
    """Every file of these numbers; gives how many were answered and how many refused."""
    path, answered, refused = tmp_path / "damaged.edf", 0, 0
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"file {number} takes too long"))
    for number in numbers:
        path.write_bytes(damaged_file(number))
        signal.alarm(SECONDS)
        said = outcome(path, partial=number % 4 == 0)
        signal.alarm(0)
        if said == "answer":
            answered += 1
        else:
            refused += 1
            assert "\n" not in said and "damaged.edf" in said and len(said) < 600, (number, said)
    return answered, refused


def test_two_hundred_damaged_files_give_a_sentence_or_an_answer(tmp_path):
    answered, refused = checked(tmp_path, range(200))
    assert answered > 20 and refused > 50


@pytest.mark.slow
def test_ten_thousand_damaged_files_give_a_sentence_or_an_answer(tmp_path):
    answered, refused = checked(tmp_path, range(10_000))
    assert answered + refused == 10_000 and answered > 1000 and refused > 2500
