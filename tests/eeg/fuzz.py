"""Damaged EDF files made from real ones: bytes flipped, ends cut, headers that lie, parts moved."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
SEEDS = ("siena_PN00-5_sample.edf", "vecams_eFig51.edf", "vecams_eFig33.edf")
MAIN = [(0, 8), (8, 80), (88, 80), (168, 8), (176, 8), (184, 8), (192, 44), (236, 8), (244, 8), (252, 4)]
WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
LIES = [b"-1", b"0", b"1", b"99999999", b"-9999999", b"1e308", b"-1e308", b"nan", b"inf", b"", b"0.00001", b"1e-9"]
LIES += [b"32767", b"-32768", b"32768", b"EDF+D", b"EDF+C", b"mV", b"V", b"%", b"EDF Annotations", b"Fp1"]
LIES += [b"2147483647", b"1000000", b"\x00" * 8, b"0x10", b"1 000", b"1,5", b"86400", b"-0", b"\xff\xfe", b"3.7"]


def damaged(number: int) -> bytes:
    """The file of this number, the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(number))
    raw = bytearray((DATA / SEEDS[number % len(SEEDS)]).read_bytes())
    for _ in range(rng.integers(1, 4)):
        DAMAGES[rng.integers(len(DAMAGES))](raw, rng)
    return bytes(raw)


def _flip(raw: bytearray, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 40)):
        if raw:
            raw[rng.integers(len(raw))] ^= 1 << int(rng.integers(8))


def _flip_header(raw: bytearray, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 12)):
        if raw:
            raw[rng.integers(min(len(raw), 256 * 36))] = int(rng.integers(256))


def _cut(raw: bytearray, rng: np.random.Generator) -> None:
    if raw:
        del raw[int(len(raw) * rng.random() ** rng.choice([0.2, 1.0, 6.0])) :]


def _lie(raw: bytearray, rng: np.random.Generator) -> None:
    """A field of the header says something else."""
    if len(raw) < 256:
        return
    text = LIES[rng.integers(len(LIES))]
    if rng.random() < 0.4:
        at, width = MAIN[rng.integers(len(MAIN))]
    else:
        signals = 35 if len(raw) < 100_000 else 21
        column = int(rng.integers(len(WIDTHS)))
        width = WIDTHS[column]
        at = 256 + signals * sum(WIDTHS[:column]) + width * int(rng.integers(signals))
    if at + width <= len(raw):
        raw[at : at + width] = text[:width].ljust(width)


def _interrupt(raw: bytearray, rng: np.random.Generator) -> None:
    """An interrupted recording whose times are damaged."""
    raw[192:197] = b"EDF+D"
    marks = [k for k in range(0, len(raw) - 4) if raw[k : k + 1] == b"+" and raw[k + 1 : k + 2].isdigit()][:200]
    for at in marks[:: int(rng.integers(1, 8))]:
        raw[at + 1] = ord("0") + int(rng.integers(10))


def _move(raw: bytearray, rng: np.random.Generator) -> None:
    if len(raw) > 2000:
        size = int(rng.integers(1, 1000))
        source, target = (int(rng.integers(len(raw) - size)) for _ in range(2))
        part = raw[source : source + size]
        if rng.random() < 0.5:
            raw[target : target + size] = part
        else:
            raw[target:target] = part


def _grow(raw: bytearray, rng: np.random.Generator) -> None:
    raw.extend(rng.integers(0, 256, int(rng.integers(1, 5000)), dtype=np.uint8).tobytes())


DAMAGES = (_flip, _flip_header, _flip_header, _cut, _lie, _lie, _lie, _interrupt, _move, _grow)
