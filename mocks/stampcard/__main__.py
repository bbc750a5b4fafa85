"""`python -m stampcard`."""

import sys

from stampcard.cli import main

if __name__ == "__main__":
    sys.exit(main())
