"""The command line: the library's verbs as commands, results on standard output, everything else on standard error.

Thin by design: parse, call, print. Start reading at `main`; `cli.app` holds the group and what every error becomes,
`cli.options` what commands share, `cli.output` how results leave. A command's module is imported when it is called,
and nothing heavy before it is needed, so that ``entitynorm --version`` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence

import click

from entitynorm.cli.app import cli, describe_bug, describe_error, silence
from entitynorm.cli.output import prepare_streams
from entitynorm.errors import EntitynormError
from entitynorm.parallel import ALLOCATIONS

__all__ = ["cli", "main", "program"]

cli.add_later("entitynorm.cli.text_commands", link="link")
cli.add_later("entitynorm.cli.normalize_command", normalize="normalize")
cli.add_later(
    "entitynorm.cli.name_commands", resolve="resolve", search="search", explain="explain", romanise="romanise"
)
cli.add_later("entitynorm.cli.gazetteer_commands", check="check", build="build")
cli.add_later("entitynorm.cli.import_command", **{"import": "import_"})
cli.add_later("entitynorm.cli.suggest_commands", suggest="suggest", apply="apply")
cli.add_later("entitynorm.cli.evaluate_command", evaluate="evaluate")
cli.add_later("entitynorm.cli.serve_command", serve="serve")


def program() -> int:
    """`main` in a process that belongs to it, and need not care for others that share it.

    Of the time of linking one article a third would go into threads that nobody uses, and into looking for garbage in
    what is about to be thrown away whole.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no command multiplies matrices
    gc.set_threshold(ALLOCATIONS, 10, 10)
    atexit.register(gc.freeze)
    return main()


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
