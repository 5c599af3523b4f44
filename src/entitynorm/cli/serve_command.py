"""The command ``serve``: a gazetteer as a service on this machine."""

from __future__ import annotations

import ipaddress
import logging
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from entitynorm.cli.options import gazetteer_option, load_linker
from entitynorm.cli.output import notice
from entitynorm.errors import InputError

_ORIGIN = re.compile(r"\*|null|https?://[^/\s?#]+")
_URL = re.compile(r"https?://[^/\s?#]+(?:/[^\s?#]*)?")


Check = Callable[[click.Context, click.Parameter, Any], Any]


def _matching(pattern: re.Pattern[str], expected: str) -> Check:
    """A check of an option's value, or of each of its values."""

    def check(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        for given in (value,) if isinstance(value, str) else value or ():
            if not pattern.fullmatch(given):
                raise click.BadParameter(f"{given!r} is not {expected}", ctx, param)
        return value

    return check


@click.command(short_help="Answer over HTTP: OpenRefine, other programs, and a page for people.")
@gazetteer_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on; 0 takes one."
)
@click.option("--name", default="entitynorm", show_default=True, help="What OpenRefine and the page call the service.")
@click.option(
    "--public-url",
    metavar="URL",
    callback=_matching(_URL, "a URL such as https://names.example.org/refine"),
    help="The URL that browsers reach the service by, where that is not what their requests say (behind a proxy).",
)
@click.option("--identifier-space", metavar="URI", help="What stands before ids in the reconciliation manifest.")
@click.option(
    "--allow-origin",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    callback=_matching(_ORIGIN, "an origin such as https://example.org, or *"),
    help="Web pages of this origin may read answers; repeat it for several.  [default: *, as the API asks]",
)
@click.option(
    "--match-score",
    type=click.FloatRange(0.0, 1.0),
    default=0.8,
    show_default=True,
    help="Least score of a candidate that OpenRefine may take without asking.",
)
@click.option(
    "--match-margin",
    type=click.FloatRange(0.0, 1.0),
    default=0.3,
    show_default=True,
    help="How far the next candidate has to be behind such a one.",
)
@click.option(
    "--max-body", type=click.IntRange(min=1024), default=1_048_576, show_default=True, help="Bytes of a request."
)
@click.option(
    "--max-batch", type=click.IntRange(min=1), default=1000, show_default=True, help="Names or texts of a request."
)
@click.option(
    "--max-requests", type=click.IntRange(min=1), default=64, show_default=True, help="Requests answered at a time."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Seconds until an answer is given up.",
)
@click.option(
    "--cache", type=click.IntRange(min=0), default=10_000, show_default=True, help="Names whose answers are kept."
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Processes that look names up, beside the one that answers; each holds the gazetteer.",
)
@click.option("--log/--no-log", default=True, show_default=True, help="Log a line a request, without its texts.")
def serve(
    gazetteers: tuple[str, ...],
    host: str,
    port: int,
    name: str,
    public_url: str | None,
    identifier_space: str | None,
    origins: tuple[str, ...],
    match_score: float,
    match_margin: float,
    max_body: int,
    max_batch: int,
    max_requests: int,
    timeout: float,
    cache: int,
    jobs: int,
    log: bool,
) -> int:
    """Answer over HTTP until interrupted: the Reconciliation API for OpenRefine, JSON for programs, a page for people.

    The gazetteer is read again, without a request being lost, when the process gets SIGHUP. SIGTERM and SIGINT let
    it finish what it has begun. Everybody who reaches the address may ask: keep it on 127.0.0.1, or put a proxy
    before it that knows your users.
    """
    try:
        from entitynorm.server.app import Service
        from entitynorm.server.run import listen
        from entitynorm.server.run import serve as run
    except ImportError as error:
        missing = error.name or "a package"
        raise InputError(f"{missing} is not installed; serve needs it: pip install 'entitynorm[server]'") from error
    from entitynorm.server.settings import Settings

    if "-" in gazetteers:
        raise click.UsageError("-g - would be read once only, and serve reads its gazetteer again; give a file")
    _log_to_stderr()
    listening = listen(host, port)
    with listening:
        settings = Settings(
            name=name,
            public_url=public_url,
            identifier_space=identifier_space,
            allow_origins=origins or ("*",),
            match_score=match_score,
            match_margin=match_margin,
            max_body=max_body,
            max_batch=max_batch,
            max_requests=max_requests,
            timeout=timeout,
            cache=cache,
            jobs=jobs,
            log=log,
        )
        source = ", ".join(gazetteers) or "the packaged gazetteer"
        service = Service(partial(load_linker, gazetteers), settings, source=source)
        address = f"[{host}]" if ":" in host else host
        url = f"http://{address}:{listening.getsockname()[1]}"
        if not _is_loopback(host):
            notice(f"{host} may be reached from other machines, and whoever reaches it may ask")
        run(service, listening, ready=lambda: notice(f"answers at {url}/ and, for OpenRefine, at {url}/reconcile"))
    notice("stopped")
    return 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    handler.setFormatter(formatter)
    logger = logging.getLogger("entitynorm.server")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
