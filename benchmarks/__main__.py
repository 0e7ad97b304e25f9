"""`python -m benchmarks` from the root of the repository; see run.py."""

from benchmarks.run import main

main()
