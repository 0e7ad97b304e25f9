"""Speed: every row one process on one core, against peers and against the limit of the machine."""
