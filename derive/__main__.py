"""`python -m derive` and the `derive` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; every error is one clear line and exit status 2."""
    from derive.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
