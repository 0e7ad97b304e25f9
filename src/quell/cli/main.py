"""The command line: one sentence for every mistake, no traceback, and nothing heavy loaded for a mere question."""

import sys
from collections.abc import Sequence

from quell.cli.grammar import grammar
from quell.ground.errors import InterruptedRun, QuellError

MISTAKE = 2
INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit status (0 done, 1 not as it should be, 2 mistake, 130 interrupted)."""
    asked = grammar().parse_args(words)
    try:
        return int(asked.does(asked) or 0)
    except KeyboardInterrupt:
        return _say("Stopped by Ctrl-C; nothing half-written carries its final name", INTERRUPTED)
    except InterruptedRun as stopped:
        return _say(stopped, INTERRUPTED)
    except QuellError as mistake:
        return _say(mistake, MISTAKE)
    except BrokenPipeError:
        # The reader (`| head`) has gone; Python would complain once more while closing.
        sys.stderr.close()
        return 0


def _say(what: object, status: int) -> int:
    print(f"quell: {what}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
