"""The command line: the library's verbs as commands, results on standard output, everything else on standard error.

Thin by design: parse, call, print. Start reading at `main`; `cli.app` holds the group and what every error becomes,
`cli.options` what commands share, `cli.output` how results leave. Nothing heavy is imported before a command needs it,
so that ``entitynorm --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from entitynorm.cli import (
    evaluate_command,
    gazetteer_commands,
    import_command,
    name_commands,
    normalize_command,
    serve_command,
    suggest_commands,
    text_commands,
)
from entitynorm.cli.app import cli, describe_bug, describe_error, silence
from entitynorm.cli.output import prepare_streams
from entitynorm.errors import EntitynormError

__all__ = ["cli", "main"]

for _command in (
    normalize_command.normalize,
    text_commands.link,
    name_commands.resolve,
    name_commands.search,
    name_commands.explain,
    name_commands.romanise,
    gazetteer_commands.check,
    gazetteer_commands.build,
    import_command.import_,
    suggest_commands.suggest,
    suggest_commands.apply,
    evaluate_command.evaluate,
    serve_command.serve,
):
    cli.add_command(_command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 fine, 1 problems found, 2 bad usage or input, 130 interrupted.

    Whatever goes wrong is one line on standard error. A reader that closes the pipe early (``| head``) has what it
    wanted: that is no error.
    """
    try:
        prepare_streams()
        status = cli.main(None if argv is None else list(argv), prog_name="entitynorm", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    except (click.Abort, KeyboardInterrupt) as interrupt:
        _complain("; ".join(["interrupted", *filter(None, map(str, interrupt.args))]))
        return _leave(130)
    except (EntitynormError, click.ClickException, OSError, UnicodeError, MemoryError, RecursionError) as error:
        _complain(describe_error(error))
        return _leave(2)
    except Exception as error:
        if os.environ.get("ENTITYNORM_DEBUG"):
            raise
        _complain(describe_bug(error))
        return _leave(2)


def _leave(status: int) -> int:
    """Flush what was printed before the error; a stream that cannot take it must not complain a second time."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        silence(sys.stdout)
    return status


def _complain(message: str) -> None:
    try:
        sys.stderr.write(f"entitynorm: {message}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass  # standard error is closed: nobody is left to tell, and the exit status still says it
