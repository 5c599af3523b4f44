"""``python -m entitynorm`` is the same program as ``entitynorm``."""

import sys

from entitynorm.cli import program

if __name__ == "__main__":
    sys.exit(program())
