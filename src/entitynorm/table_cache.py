"""What is made of the packaged tables, kept between runs, so that a process starts with what another made.

The tables in ``data/`` are written for people. What lookups need is made of them, the same in every process, and that
takes several times as long as reading an article. So it is written to the user's cache folder, as text in the layout
of `entitynorm.row_store`, and read from there as long as nothing has changed that it was made of: the file names a
digest of every packaged table and of the library's code (never a time, which copies and archives do not keep). What is
damaged, outdated or not this user's own is made again; where nothing can be written, it is made every time. Results
are the same: what was just made is read like what was kept.

``ENTITYNORM_CACHE`` names another folder; empty or ``off``, nothing is kept. Start reading at `stored`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

from entitynorm.resources import PACKAGE, data_dir, load_table
from entitynorm.row_store import RowStore, pack

VARIABLE = "ENTITYNORM_CACHE"
Rows = Mapping[str, Mapping[str, str] | Mapping[str, bytes]]
"""Names of tables, each with its rows: text or bytes by string."""

_MAGIC = "entitynorm-tables-1"
_MADE_OF = (".py", ".yaml", ".json", ".tsv")
_APART = frozenset({"__pycache__", "ordinary_words", "templates"})
"""Folders that nothing kept is made of."""
_KEPT_VERSIONS = 4
"""Folders of other versions and installations that are left in place beside one that is written."""


class TableCache:
    """Tables in one folder. ``signature`` tells of what the tables of this process are made; the folder may be None."""

    def __init__(self, folder: Path | None, signature: Callable[[], str]) -> None:
        self._top = folder
        self._read_signature = signature
        self._signature: str | None = None

    def stored(self, name: str, make: Callable[[], Rows]) -> dict[str, RowStore]:
        """The tables that ``make`` gives, from the file of that name where it holds them."""
        if self._top is None:
            return _opened(_packed(make()))
        if self._signature is None:
            self._signature = self._read_signature()
        signature = self._signature
        path = self._top / f"tables-{signature[:16]}" / f"{name}.rows"
        data = _read(path, signature)
        if data is None:
            data = _packed(make())
            # A table that was edited in the meantime is not what the signature says.
            if self._read_signature() == signature:
                _write(path, signature, data)
        return _opened(data)


@cache
def _packaged() -> TableCache:
    return TableCache(cache_folder(os.environ), signature)


def stored(name: str, make: Callable[[], Rows]) -> dict[str, RowStore]:
    """What ``make`` gives of the packaged tables, by name of table; from the user's cache where it is there."""
    return _packaged().stored(name, make)


def packaged_table(name: str, schema: str) -> dict[str, Any]:
    """A packaged YAML table by its path below ``data/``; keys are strings, whatever YAML takes them for.

    Raises DataError where it is missing or of another schema.
    """
    return kept_table(name, lambda path: load_table(path, schema))


def kept_table(name: str, read: Callable[[Path], Mapping[str, Any]]) -> dict[str, Any]:
    """What a reader of its own gives of a packaged table, as JSON holds it."""
    rows = stored(name.replace("/", "-"), lambda: {name: {"": json.dumps(read(data_dir() / name))}})
    return cast("dict[str, Any]", json.loads(rows[name].find("") or "{}"))


def kept_words(name: str, find: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """Words that are found by going through all of the packaged tables, under a name of their own."""
    found = stored(name, lambda: {"words": {"": "\n".join(find())}})["words"].find("")
    return tuple(found.split("\n")) if found else ()


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where tables are kept between runs; None where they are not."""
    named = environ.get(VARIABLE)
    if named is not None:
        return None if named.strip().lower() in ("", "off") else Path(named)
    if sys.platform == "win32":
        home = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        home = os.path.join(environ.get("HOME", ""), "Library", "Caches")  # noqa: PTH118
    else:
        home = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME", ""), ".cache")  # noqa: PTH118
    # A relative path would be another folder wherever the process stands: XDG tells to ignore it.
    return Path(home) / "entitynorm" if os.path.isabs(home) else None  # noqa: PTH117


def signature() -> str:
    """A digest of all that kept tables are made of: packaged tables, code, and how this Python sees letters."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {unicodedata.unidata_version} {sys.byteorder}".encode())
    roots = [PACKAGE] if PACKAGE in data_dir().parents else [PACKAGE, data_dir()]
    for root in roots:
        for path in _sources(os.fspath(root)):
            with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - two hundred of them at every start
                content = stream.readall()
            digest.update(f"{os.path.basename(path)} {len(content)} ".encode("utf-8", "surrogateescape"))  # noqa: PTH119
            digest.update(content)
    return digest.hexdigest()


def _sources(folder: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(_MADE_OF):
            yield entry.path
        elif entry.name not in _APART and entry.is_dir():
            yield from _sources(entry.path)


# --- one file


def _packed(rows: Rows) -> memoryview[int]:
    """Tables as they stand behind the first line of a file: their names and sizes (length, JSON), then the tables."""
    tables = {name: pack(table) for name, table in rows.items()}
    sizes = json.dumps({name: len(table) for name, table in tables.items()}).encode()
    return memoryview(b"".join((len(sizes).to_bytes(4, "big"), sizes, *tables.values())))


def _opened(data: memoryview[int]) -> dict[str, RowStore]:
    at = int.from_bytes(data[:4], "big") + 4
    out = {}
    for name, size in json.loads(bytes(data[4:at])).items():
        out[name] = RowStore(data[at : at + size])
        at += size
    return out


def _first_line(signature: str, data: memoryview[int]) -> bytes:
    return f"{_MAGIC} {signature} {hashlib.sha256(data).hexdigest()}\n".encode()


def _read(path: Path, signature: str) -> memoryview[int] | None:
    """The tables of a file; None unless it is whole, made of the same sources and in a folder of nobody else's."""
    try:
        if not _is_own(path.parent):
            return None
        whole = path.read_bytes()
    except OSError:
        return None
    end = whole.find(b"\n") + 1
    data = memoryview(whole)[end:]
    return data if whole[:end] == _first_line(signature, data) else None


def _is_own(folder: Path) -> bool:
    """Whether nobody but this user can put files there; what others write is not to be believed."""
    if sys.platform == "win32":
        return True
    state = folder.stat()
    return state.st_uid == os.geteuid() and not state.st_mode & 0o022


def _write(path: Path, signature: str, data: memoryview[int]) -> None:
    """Put a file in place in one step; where that cannot be done the next process makes its tables itself."""
    import tempfile  # slow to load, and seldom needed

    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(path.parent):
            return
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_first_line(signature, data))
                stream.write(data)
            os.replace(temporary, path)  # noqa: PTH105
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
        _drop_old(path.parent)


def _drop_old(own: Path) -> None:
    """Remove what older versions left, but the newest few: installations side by side keep theirs."""
    others = [folder for folder in own.parent.glob("tables-*") if folder != own]
    for folder in sorted(others, key=lambda folder: folder.stat().st_mtime)[:-_KEPT_VERSIONS]:
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        folder.rmdir()
