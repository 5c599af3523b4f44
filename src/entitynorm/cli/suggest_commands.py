"""Commands that grow a gazetteer from texts: ``suggest`` and ``apply``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date as calendar_date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from entitynorm.cli.options import gazetteer_option, jobs_option, load_linker, output_option
from entitynorm.cli.output import notice, open_output, refuse_overwriting
from entitynorm.errors import InputError

if TYPE_CHECKING:
    from entitynorm.patches import Patch

_BACKUP = ".bak"


@click.command(short_help="Propose aliases, new entities and blocked forms from texts.")
@click.argument("corpus", metavar="FILE...", nargs=-1, required=True)
@gazetteer_option
@click.option(
    "--min-count",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="Sightings that a new entity or a blocked form needs; people named in full need one.",
)
@click.option(
    "--linked/--unlinked",
    "linked",
    default=True,
    help="With or without spellings that the rules link surely already.  [default: --linked]",
)
@click.option(
    "--decided",
    metavar="PATCH",
    multiple=True,
    help="Earlier patch: what was accepted, rejected or blocked there is not proposed again. Can be repeated.",
)
@click.option("--date", metavar="YYYY-MM-DD", help="Date of the proposals.  [default: today]")
@jobs_option
@output_option("Patch file to write.  [default: standard output]")
def suggest(
    corpus: tuple[str, ...],
    gazetteers: tuple[str, ...],
    min_count: int,
    linked: bool,
    decided: tuple[str, ...],
    date: str | None,
    jobs: int,
    output: str | None,
) -> int:
    """Propose aliases, new entities and blocked forms from texts, as a patch to look through and to `apply`.

    A FILE that is a folder stands for the .txt files in it. Names that the gazetteer does not list are put under the
    entity they come nearest to, or together as new entities, with counts, contexts and the next entities. Probable
    aliases that are not linked yet are marked accept and come first; everything else is open and waits for a person.
    """
    from entitynorm.io.documents import open_documents
    from entitynorm.io.yaml_patch import read_patch, write_patch
    from entitynorm.suggesting.proposing import suggest as propose
    from entitynorm.suggesting.spellings import Text

    when = _day(date)
    sources = open_documents([name for path in corpus for name in _files(path)])
    refuse_overwriting(output, [*(source.name for source in sources), *gazetteers, *decided])
    earlier = [read_patch(path) for path in decided]
    linker = load_linker(gazetteers)
    texts = [Text(source.name, source.text) for source in sources]
    patch = propose(linker, texts, date=when, min_count=min_count, linked=linked, decided=earlier, jobs=jobs)
    with open_output(output) as write:
        write(write_patch(patch, head=_HEAD.format(texts=_of(len(texts), "text"), date=when)))
    notice(
        f"{_of(len(texts), 'text')}: proposed {_of(len(patch.aliases), 'alias', 'es')}, "
        f"{_of(len(patch.entities), 'new entit', 'ies', 'y')}, {_of(len(patch.blocked), 'blocked form')}"
    )
    return 0


_HEAD = """Proposals from {texts}, {date}.
Set each decision: accept, open (nothing happens), reject (do not propose again); of aliases also block.
Then: entitynorm apply PATCH -g GAZETTEER.yaml --in-place"""


def _files(path: str) -> Iterator[str]:
    """A file as it is, a folder as the texts in it."""
    if path == "-" or not Path(path).is_dir():
        yield path
        return
    found = sorted(str(item) for item in Path(path).glob("*.txt"))
    if not found:
        raise InputError(f"{path}: is a folder without .txt files, expected texts; give the files themselves")
    yield from found


def _day(text: str | None) -> str:
    if text is None:
        return calendar_date.today().isoformat()
    try:
        return calendar_date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.UsageError(f"--date {text!r} is no day, expected one like 2023-05-22") from None


def _of(count: int, noun: str, plural: str = "s", singular: str = "") -> str:
    return f"{count} {noun}{singular if count == 1 else plural}"


@click.command(short_help="Merge a patch into a YAML gazetteer, comments and order kept.")
@click.argument("patch_file", metavar="PATCH")
@click.option("-g", "--gazetteer", metavar="FILE.yaml", required=True, help="The gazetteer to add to.")
@click.option("--in-place", is_flag=True, help="Write the gazetteer itself.")
@click.option("--backup", is_flag=True, help=f"With --in-place: keep what was there as FILE.yaml{_BACKUP}.")
@output_option("File to write instead.  [default: standard output]")
def apply(patch_file: str, gazetteer: str, in_place: bool, backup: bool, output: str | None) -> int:
    """Merge the accepted proposals of a PATCH into a YAML gazetteer.

    Lines are added and none is changed: comments, order and quotes stay. What the gazetteer holds already is left out,
    so that applying a patch twice is the same as once. The result is read again, and nothing is written where it would
    not load, where anything else changed, or where `check` would find a problem that it did not find before.
    """
    from entitynorm.applying import apply_patch
    from entitynorm.io.files import atomic_write, decode_utf8, read_bytes
    from entitynorm.io.yaml_gazetteer import MAX_BYTES

    if in_place and output is not None:
        raise click.UsageError("--in-place and -o came together; give one of them")
    if backup and not in_place:
        raise click.UsageError("--backup came without --in-place; it keeps what --in-place replaces")
    if PurePath(gazetteer).suffix.lower() not in (".yaml", ".yml"):
        raise click.UsageError(f"{gazetteer!r} is no YAML file; patches are merged into those that people edit")
    refuse_overwriting(output, [patch_file])
    patch = _read(patch_file)
    data = read_bytes(gazetteer, what="YAML gazetteer", limit=MAX_BYTES)
    applied = apply_patch(decode_utf8(data, gazetteer), patch, gazetteer)
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    result = mark + applied.text.encode("utf-8")
    target = gazetteer if in_place else output
    if target is None or target == "-":
        with open_output(None) as write:
            write(result.decode("utf-8"))
    elif not in_place or result != data:
        if backup:
            atomic_write(gazetteer + _BACKUP, data)
        atomic_write(target, result)
    notice(
        f"{gazetteer}: {_of(applied.aliases, 'alias', 'es')}, {_of(applied.blocked, 'blocked form')} and "
        f"{_of(applied.entities, 'entit', 'ies', 'y')} added; {applied.present} there already, "
        f"{applied.left} open or rejected"
    )
    return 0


def _read(path: str) -> Patch:
    from entitynorm.io.files import decode_utf8
    from entitynorm.io.yaml_patch import read_patch, read_patch_text

    if path != "-":
        return read_patch(path)
    if sys.stdin is None:
        raise InputError("standard input is closed; give a file, or pipe a patch in")
    return read_patch_text(decode_utf8(sys.stdin.buffer.read(), "standard input"), "standard input")
