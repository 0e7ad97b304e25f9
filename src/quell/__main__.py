"""`python -m quell` is `quell`."""

import sys

from quell.cli.main import main

sys.exit(main())
