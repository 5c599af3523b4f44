"""``python -m entitynorm`` is the same program as ``entitynorm``."""

import sys

from entitynorm.cli import main

if __name__ == "__main__":
    sys.exit(main())
