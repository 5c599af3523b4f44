"""A linker in a folder: one file for each of its gazetteers, the lowest first, and a list of them.

Compiled gazetteers are copied as they are, since they are opened by mapping. What was in memory is written as JSON
lines: a later version reads those, whereas it may have to refuse a compiled file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import srsly

from entitynorm._version import __version__
from entitynorm.errors import EntitynormError, IndexFileError, InputError
from entitynorm.io.compiled import CompiledGazetteer
from entitynorm.io.files import atomic_binary_writer, atomic_write, atomic_writer
from entitynorm.io.jsonl_gazetteer import write_jsonl
from entitynorm.linker import Linker
from entitynorm.load import COMPILED, default_linker, load
from entitynorm.wording import one_line

LIST = "entitynorm.json"
_LAYER = re.compile(rf"\d+(?:{re.escape(COMPILED)}|\.jsonl)")
"""The name of a gazetteer's file."""
SCHEMA = 1
"""Raised when the folder changes its meaning; folders of a higher number are refused."""


def opened(path: str | list[str] | None) -> Linker:
    """The linker over one file or several; the packaged gazetteer, loaded once for all, where there is no path."""
    if path is None:
        return default_linker()
    return load(path)


def save(linker: Linker, folder: Path) -> None:
    """Write a linker; each file appears whole, the list last. Raises InputError for a folder that cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); give another folder") from error
    files = list(_written(linker, folder))
    listed = {"schema": SCHEMA, "entitynorm": __version__, "files": files}
    atomic_write(folder / LIST, json.dumps(listed, indent=2) + "\n")
    named = {file["name"] for file in files}
    for left in folder.iterdir():  # of a linker that was saved here before
        if _LAYER.fullmatch(left.name) and left.name not in named:
            with suppress(OSError):  # Windows keeps a file that is mapped; the list does not name it any more
                left.unlink()


def _written(linker: Linker, folder: Path) -> Iterator[dict[str, Any]]:
    for number, layer in enumerate(linker.layers):
        if isinstance(layer, CompiledGazetteer):
            target = folder / f"{number}{COMPILED}"
            if not (target.exists() and target.samefile(layer.path)):  # saved where it was loaded from
                with Path(layer.path).open("rb") as source, atomic_binary_writer(target) as stream:
                    shutil.copyfileobj(source, stream)
        else:
            target = folder / f"{number}.jsonl"
            with atomic_writer(target) as lines:
                lines.writelines(write_jsonl(entity for entity, _ in layer.entries()))
        yield {"name": target.name, "sha256": _digest(target), "bytes": target.stat().st_size}


def restore(folder: Path) -> Linker:
    """The linker in a folder. Raises InputError where a file is missing, changed or of a later version."""
    listed = _listed(_read(folder / LIST), str(folder / LIST))
    paths = []
    for file in listed:
        path = folder / file["name"]
        if not path.is_file():
            raise InputError(f"{path}: is missing; save the pipeline again with to_disk")
        # A compiled file has checksums of its own, and reading all of it would undo what mapping it is for.
        whole = path.suffix != COMPILED
        if path.stat().st_size != file["bytes"] or (whole and _digest(path) != file["sha256"]):
            raise InputError(f"{path}: is not the file that was saved; save the pipeline again with to_disk")
        paths.append(path)
    try:
        return load(paths)
    except IndexFileError as error:
        raise IndexFileError(f"{_fault(error)}; save the pipeline again with to_disk") from error


def pack(linker: Linker | None) -> bytes:
    """A linker as bytes; None as bytes that say so."""
    files: dict[str, bytes] = {}
    if linker is not None:
        with tempfile.TemporaryDirectory() as name:
            save(linker, Path(name))
            files = {path.name: path.read_bytes() for path in sorted(Path(name).iterdir())}
    packed: bytes = srsly.msgpack_dumps({"schema": SCHEMA, "files": files})
    return packed


def unpack(data: bytes) -> Linker | None:
    """The linker in bytes that `pack` gave; None where it was left out. Raises InputError for other bytes.

    Compiled files are mapped, so they lie in a temporary folder as long as the linker lives.
    """
    files = _unpacked(data)
    if not files:
        return None
    folder = tempfile.mkdtemp(prefix="entitynorm-")
    mapped = False
    try:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        linker = restore(Path(folder))
        mapped = any(name.endswith(COMPILED) for name in files)
        if mapped:
            weakref.finalize(linker, _remove, folder, os.getpid())
        return linker
    except (EntitynormError, OSError) as error:
        said = _fault(error).replace(folder + os.sep, "")
        raise InputError(f"the bytes cannot be read ({said}); take what to_bytes of the component gave") from error
    finally:
        if not mapped:
            shutil.rmtree(folder, ignore_errors=True)


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        files = srsly.msgpack_loads(data)["files"]
        if all(isinstance(held, bytes) and (name == LIST or _LAYER.fullmatch(name)) for name, held in files.items()):
            return dict(files)
    except Exception as error:
        raise InputError("the bytes are not those of an entitynorm component; take what its to_bytes gave") from error
    raise InputError("the bytes hold something else than files; take what to_bytes of the component gave")


def _fault(error: Exception) -> str:
    """What an error complains of, without its remedy, which is none where files lie in a saved pipeline."""
    return one_line(str(error).rpartition("; ")[0] or str(error))


def _remove(folder: str, owner: int) -> None:
    """Remove a temporary folder, unless this is a forked worker: its parent still reads there."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise InputError(f"{path}: cannot be read ({reason}); it is written by to_disk of the component") from error


def _listed(text: str, place: str) -> list[dict[str, Any]]:
    try:
        listed = json.loads(text)
        schema, files = listed["schema"], [{k: f[k] for k in ("name", "sha256", "bytes")} for f in listed["files"]]
        safe = all(Path(file["name"]).name == file["name"] for file in files)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{place}: is not a list of saved gazetteers; save the pipeline again with to_disk") from error
    if not isinstance(schema, int) or schema > SCHEMA:
        raise InputError(
            f"{place}: was saved by entitynorm {listed.get('entitynorm')} (schema {schema}), "
            f"this version reads {SCHEMA}; install that version"
        )
    if not safe:
        raise InputError(f"{place}: names a file in another folder; save the pipeline again with to_disk")
    return files


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
