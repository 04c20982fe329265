"""The `socialroi` command: `main()` parses, runs one command and returns its exit code.

Exit codes: 0 done, 2 wrong usage, 3 a file was refused, 4 busy. With `--json` standard output is
one JSON array; progress and messages go to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from socialroi.errors import SocialRoiError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; messages on standard error, answers on standard output."""
    from socialroi.cli.arguments import parse

    options = parse(argv)
    try:
        code: int = options.run(options)
    except SocialRoiError as error:
        print(f"socialroi: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("socialroi: stopped; nothing was half-written.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the answer has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


__all__ = ["main"]
