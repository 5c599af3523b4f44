"""The container: what was written is read, what was changed is refused, and nothing is ever half there."""

import errno
import gc
import multiprocessing
import os
import pickle
import shutil
import struct
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from entitynorm.errors import IndexFileError, InputError
from entitynorm.io import container, container_writer
from entitynorm.io.container import CACHED_BLOCKS, Container, ContainerWriter, open_container
from entitynorm.io.container_layout import (
    ALIGNMENT,
    BLOCK,
    DTYPES,
    FORMAT,
    PROLOGUE_SIZE,
    Header,
    LayoutError,
    Prologue,
    Section,
)

REBUILD = "rebuild it with: entitynorm build GAZETTEER -o INDEX.enx"
ROWS = [f"Козинка {n}".encode() * (n % 5) for n in range(200)]

arrays = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(
        st.sampled_from([np.dtype(name), np.dtype(name).newbyteorder(">")]), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
names = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)
rows = st.lists(st.binary(max_size=20), max_size=200)


def write(
    path: Path,
    data: dict[str, npt.NDArray[Any]] | None = None,
    records: list[bytes] | None = ROWS,
    meta: dict[str, Any] | None = None,
) -> Path:
    with ContainerWriter(path, kind="test", library="1.2") as writer:
        for name, values in ({"n": np.arange(30, dtype="u4")} if data is None else data).items():
            writer.array(name, values)
        if records is not None:
            writer.records(records)
        writer.meta(meta or {})
    return path


def refusal(path: object, use: Callable[[Container], object] = Container.verify, **options: str) -> str:
    with pytest.raises(IndexFileError) as caught, open_container(path, **options) as found:  # type: ignore[arg-type]
        use(found)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small file with everything in it."""
    path = tmp_path_factory.mktemp("sound") / "x.enx"
    data = {"n": np.arange(300, dtype="u2"), "e": np.empty((0, 3), "f4"), "flags": np.array([[True, False]])}
    return write(path, data, ROWS[:80], {"count": 3}).read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a law."""
    return tmp_path_factory.mktemp("laws")


# --- laws ---------------------------------------------------------------------------------------------------------


@given(data=st.dictionaries(names, arrays, max_size=5), records=st.none() | rows)
def test_what_was_written_is_read(folder: Path, data: dict[str, npt.NDArray[Any]], records: list[bytes] | None) -> None:
    path = write(folder / "x.enx", data, records, {"k": [1, None, "й"]})
    with open_container(path, kind="test") as found:
        found.verify()
        assert (found.kind, found.library, found.meta) == ("test", "1.2", {"k": [1, None, "й"]})
        assert list(found.arrays) == list(data)
        for name, values in data.items():
            read = found.arrays[name]
            assert read.shape == values.shape and read.dtype == values.dtype.newbyteorder("<")
            assert read.tobytes() == values.astype(read.dtype).tobytes()  # NaN too
            assert not read.flags.writeable and read.flags.c_contiguous
            with pytest.raises(ValueError, match="read-only"):
                read[...] = 0
        assert len(found.records) == len(records or [])
        assert list(found.records) == [found.record(n) for n in range(len(found.records))] == (records or [])


@given(data=st.data())
def test_an_array_in_pieces_is_the_array_at_once(folder: Path, data: st.DataObject) -> None:
    values = data.draw(hnp.arrays(np.uint32, st.tuples(st.integers(0, 300), st.integers(1, 3))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=5)))
    whole = write(folder / "whole.enx", {"a": values}, None).read_bytes()
    with ContainerWriter(folder / "pieces.enx", kind="test", library="1.2") as writer:
        with writer.open_array("a", "u4", row_shape=values.shape[1:]) as part:
            for start, stop in zip([0, *cuts], [*cuts, len(values)], strict=True):
                part.append(values[start:stop])
        writer.meta({})
    assert (folder / "pieces.enx").read_bytes() == whole


@given(at=st.integers(0, 10**9), flip=st.integers(1, 255))
@example(at=0, flip=1)
@example(at=12, flip=1)  # the version
@example(at=PROLOGUE_SIZE, flip=1)
@example(at=-1, flip=1)
def test_no_byte_changes_unseen(folder: Path, sound: bytes, at: int, flip: int) -> None:
    damaged = bytearray(sound)
    damaged[at % len(sound)] ^= flip
    path = folder / "flip.enx"
    path.write_bytes(damaged)
    refusal(path)


def test_no_bit_of_any_byte_changes_unseen(folder: Path, sound: bytes) -> None:
    path = folder / "bits.enx"
    for at in range(0, len(sound), 7):  # every place modulo 8 in every part of the file
        damaged = bytearray(sound)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        refusal(path)


@given(at=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_small_arrays_and_records_are_right_or_refused_without_verify(
    folder: Path, sound: bytes, at: int, flip: int
) -> None:
    damaged = bytearray(sound)
    damaged[at % len(sound)] ^= flip
    path = folder / "lazy.enx"
    path.write_bytes(damaged)

    def answers(found: Container) -> Iterator[Callable[[], object]]:
        yield lambda: found.meta
        yield from ((lambda name=name: found.arrays[name].tolist()) for name in ("n", "e", "flags"))
        yield from ((lambda n=n: found.record(n)) for n in range(80))

    (folder / "sound.enx").write_bytes(sound)
    with open_container(folder / "sound.enx") as found:
        wanted = [ask() for ask in answers(found)]
    try:
        found = open_container(path)
    except IndexFileError:
        return
    with found:
        for ask, right in zip(answers(found), wanted, strict=True):
            with suppress(IndexFileError):
                assert ask() == right


@given(length=st.integers(0, 10**9))
@example(length=0)
@example(length=1)
@example(length=PROLOGUE_SIZE)
def test_cut_off_anywhere_it_is_refused(folder: Path, sound: bytes, length: int) -> None:
    length %= len(sound)
    path = folder / "cut.enx"
    path.write_bytes(sound[:length])
    said = refusal(path, use=lambda found: None)
    assert said.startswith("is cut off" if length else "is empty")


@given(junk=st.binary(max_size=200))
def test_any_bytes_are_refused(folder: Path, sound: bytes, junk: bytes) -> None:
    path = folder / "junk.enx"
    for data in (junk, sound[:8] + junk, sound[:16] + junk + sound[16 + len(junk) :] + b"x"):
        path.write_bytes(data)
        refusal(path)


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.lists(st.sampled_from([0, 1, 5, 64, 128, 2**40, 2**64]), max_size=3),
    st.sampled_from([*DTYPES, "O", "U4", "V8"]),
    st.sampled_from([64, 65, 0, -64, 128, 2**62]),
    st.sampled_from([0, 64, -1, 2**63]),
)
def test_a_header_with_a_right_checksum_may_still_lie(
    folder: Path, offset: int, end: int, shape: list[int], dtype: str, place: int, length: int
) -> None:
    """Memory safety does not rest on checksums: whoever makes a file can make those too."""
    body = bytes(PROLOGUE_SIZE) * 3
    sums = struct.pack("<I", zlib.crc32(body[PROLOGUE_SIZE:]))
    for data_end in (len(body), end):
        section = Section("a", dtype, tuple(shape), place, length)
        header = Header("test", "1", {}, (section,), 0, data_end, zlib.crc32(sums)).pack()
        for at in (len(body) + 4, offset):
            start = Prologue(at, len(header), len(body) + 4 + len(header), zlib.crc32(header)).pack()
            path = folder / "lie.enx"
            path.write_bytes(start + body[PROLOGUE_SIZE:] + sums + header)
            with suppress(IndexFileError), open_container(path) as found:
                assert found.arrays["a"].nbytes == length <= 128 and at == len(body) + 4


# --- writing ------------------------------------------------------------------------------------------------------


def test_the_same_input_is_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    program = """if True:
        import sys, numpy
        from entitynorm.io.container import ContainerWriter
        with ContainerWriter(sys.argv[1], kind="k", library="1") as writer:
            writer.meta({"b": 1, "a": {"d": 2, "c": 3}})
            writer.records(str(n).encode() for n in range(1000))
            writer.array("x", numpy.arange(100_000, dtype=">i8")[::-3])
            writer.meta({"c": None})
    """
    seen = set()
    for seed in ("1", "2"):
        path = tmp_path / seed
        subprocess.run([sys.executable, "-c", program, path], check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        seen.add(path.read_bytes())
    assert len(seen) == 1


def test_sections_are_aligned(tmp_path: Path) -> None:
    path = write(tmp_path / "x.enx", {"a": np.ones(1, "u1"), "b": np.ones(3, "f8"), "c": np.ones(2, "i2")})
    with open_container(path) as found:
        assert all(view.ctypes.data % ALIGNMENT == 0 for view in found.arrays.values())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit, MemoryError])
@pytest.mark.parametrize("old", [None, b"old"])
def test_an_error_in_the_records_leaves_no_file(tmp_path: Path, error: type[BaseException], old: bytes | None) -> None:
    path = tmp_path / "x.enx"
    if old is not None:
        path.write_bytes(old)

    def broken() -> Iterator[bytes]:
        yield from ROWS
        raise error

    with pytest.raises(error), ContainerWriter(path, kind="test", library="1") as writer:
        writer.array("a", np.zeros(100_000))
        writer.records(broken())
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if old is None else [old])


def test_an_array_that_was_begun_and_given_up_does_not_become_a_file(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="'a' is still open; close it before the container"),
        ContainerWriter(tmp_path / "x.enx", kind="test", library="1") as writer,
    ):
        writer.open_array("a", "u1").append(np.zeros(3, "u1"))
    assert list(tmp_path.iterdir()) == []


def write_too_much(path: Path) -> str:
    with pytest.raises(InputError) as caught, ContainerWriter(path, kind="test", library="1") as writer:
        for n in range(100):
            writer.array(f"a{n}", np.zeros(2**17))
    return str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of the size of files, as Linux has them")
def test_a_file_that_grows_too_big(tmp_path: Path) -> None:
    import resource

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, old[1]))
    try:
        said = write_too_much(tmp_path / "x.enx")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert said == f"{tmp_path / 'x.enx'}: cannot be written (File too large); choose another place"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only the superuser may mount a small disk")
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", disk], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        said = write_too_much(disk / "x.enx")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)
    assert said == f"{disk / 'x.enx'}: cannot be written ({os.strerror(errno.ENOSPC)}); choose another place"


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    for target, reason in [
        (tmp_path, "is a directory, expected a file to write"),
        (tmp_path / "no" / "x.enx", "cannot be written, the folder"),
        (Path("/dev/null"), "is a device or a pipe, expected a file to write; give a file name"),
    ]:
        if target.exists() or target.is_relative_to(tmp_path):
            with pytest.raises(InputError) as caught, ContainerWriter(target, kind="test", library="1"):
                pass
            assert str(caught.value).startswith(f"{target}: {reason}")


def test_memory_stays_bounded_while_writing(tmp_path: Path) -> None:
    piece = np.zeros(2**18, "u4")
    big = np.broadcast_to(np.uint64(7), (8 * 2**20,))  # 64 MiB that take eight bytes
    tracemalloc.start()
    try:
        with ContainerWriter(tmp_path / "x.enx", kind="test", library="1") as writer:
            writer.array("big", big)
            with writer.open_array("pieces", "u4") as part:
                for _ in range(40):
                    part.append(piece)
            writer.records(os.urandom(500) for _ in range(60_000))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    with open_container(tmp_path / "x.enx") as found:
        assert found.arrays["big"].shape == big.shape and len(found.arrays["pieces"]) == 40 * 2**18
        found.verify()


def test_big_records_close_their_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_writer, "BLOCK_BYTES", 100)
    records = [bytes(n) for n in (60, 60, 0, 0, 500, 1, 99, 1)]
    with open_container(write(tmp_path / "x.enx", {}, records)) as found:
        assert [found.record(n) for n in range(len(records))] == list(found.records) == records
        assert found._pages.sections["records/size"].shape == (5,)  # 60 | 60 0 0 | 500 | 1 99 | 1


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda w: w.array("a", np.array(["x"])), "<U1 cannot be stored; the types are bool, u1,"),
        (lambda w: w.array("a", np.array([None])), "object cannot be stored"),
        (lambda w: w.array("a", np.zeros(1, "c16")), "complex128 cannot be stored"),
        (lambda w: w.array("a", np.zeros(1, "f4,u4")), "cannot be stored"),
        (lambda w: w.array("a", np.zeros(1, "M8[s]")), "cannot be stored"),
        (lambda w: w.array("records/data", np.zeros(1)), "'records/data' cannot name an array"),
        (lambda w: w.array("", np.zeros(1)), "'' cannot name an array"),
        (lambda w: [w.array("a", np.zeros(1)) for _ in "12"], "there is an array 'a' already; call it otherwise"),
        (lambda w: [w.open_array("a", "u1"), w.array("b", np.zeros(1))], "'a' is still open; close it before 'b'"),
        (lambda w: w.open_array("a", "u1").append(np.zeros(1)), "'a' takes u1 of shape (n, ), not float64"),
        (lambda w: w.open_array("a", "f8").append(np.zeros((1, 1))), "f8 of shape (n, ), not float64 of shape (1, 1)"),
        (lambda w: w.records(["x"]), "record 0 is of type str, expected bytes"),
        (lambda w: [w.records([]) for _ in "12"], "a container has records once"),
        (lambda w: w.meta({1: 2}), "a key of meta is 1, expected text"),
        (lambda w: w.meta({"a": float("nan")}), "Out of range float values are not JSON compliant"),
    ],
)
def test_what_a_program_may_not_ask_for(tmp_path: Path, use: Callable[[Any], object], message: str) -> None:
    with pytest.raises(ValueError) as caught, ContainerWriter(tmp_path / "x.enx", kind="test", library="1") as writer:
        use(writer)
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# --- refusals -----------------------------------------------------------------------------------------------------


def test_each_refusal_is_one_line_with_a_remedy(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "x.enx"

    def said(data: bytes, **options: str) -> str:
        path.write_bytes(data)
        return refusal(path, **options)

    make = "make one with: entitynorm build GAZETTEER -o INDEX.enx"
    assert said(b"") == f"is empty, expected a compiled index; {make}"
    assert said(b'{"id": "a:b"}\n') == f'is no compiled index: it begins with b\'{{"id": "\'; {make}'
    assert said(sound[:5]) == f"is cut off after 5 bytes; {REBUILD}"
    cut = f"is cut off: it has {len(sound) - 9} of {len(sound)} bytes; copy it again, or {REBUILD}"
    assert said(sound[:-9]) == cut
    assert said(sound + b"\0") == f"has 1 bytes too many: something was added to it; {REBUILD}"
    text = sound.replace(b"\r\n", b"\n")
    assert said(text) == f"was changed by a transfer as text; copy it as binary, or {REBUILD}"
    assert said(sound, kind="other") == f"holds 'test', expected 'other'; {REBUILD}"

    start = Prologue.unpack(sound[:PROLOGUE_SIZE])
    parts = (start.header_offset, start.header_length, start.file_length, start.header_checksum)
    newer = Prologue(*parts, version=FORMAT + 1).pack() + sound[PROLOGUE_SIZE:]
    assert said(newer) == (
        f"has format {FORMAT + 1}, and this entitynorm reads format {FORMAT}; upgrade entitynorm, or {REBUILD}"
    )
    older = Prologue(*parts, version=FORMAT - 1).pack() + sound[PROLOGUE_SIZE:]
    assert said(older) == f"has format {FORMAT - 1}, and this entitynorm reads format {FORMAT}; {REBUILD}"
    swapped = Prologue(*parts, byte_order=0x0D0C0B0A).pack() + sound[PROLOGUE_SIZE:]
    assert said(swapped) == f"was written with the other order of bytes; {REBUILD}"

    flipped = bytearray(sound)
    flipped[20] ^= 1
    assert said(bytes(flipped)) == f"is damaged: the first 64 bytes do not match their checksum; {REBUILD}"
    flipped = bytearray(sound)
    flipped[-20] ^= 1
    assert said(bytes(flipped)) == f"is damaged: its header does not match its checksum; {REBUILD}"
    flipped = bytearray(sound)
    flipped[start.header_offset - 1] ^= 1
    assert said(bytes(flipped)) == f"is damaged: its checksums do not match theirs; {REBUILD}"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    none = tmp_path / "none.enx"
    assert refusal(none) == "no such file, expected a compiled index; check the path"
    assert refusal(tmp_path) == "is a directory, expected a compiled index; give a file inside it"
    assert refusal("a\0b").endswith("cannot be read (embedded null byte); check the path and the disk")
    if hasattr(os, "mkfifo"):
        os.mkfifo(none)
        assert refusal(none) == "is a device or a pipe, expected a compiled index; write it to a file first"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    path = write(tmp_path / "x.enx")
    path.chmod(0)
    assert refusal(path) == "may not be read; change its permissions"


def test_a_refused_file_is_not_kept_open(tmp_path: Path, sound: bytes) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc")
    path = tmp_path / "x.enx"
    path.write_bytes(sound[:-1])
    gc.collect()  # what other tests left open would count as ours when it goes
    before = list(Path("/proc/self/fd").iterdir())
    for _ in range(5):
        refusal(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def big(path: Path) -> tuple[Path, Section]:
    """A file with an array that is not checked whole, and where that array lies."""
    values = np.random.default_rng(1).integers(0, 2**32, 10 * BLOCK, dtype="u4")
    write(path, {"first": np.zeros(5, "u1"), "big": values}, ROWS)
    with open_container(path) as found:
        return path, found._pages.sections["big"]


def damage(path: Path, at: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 64]))


def test_a_big_array_is_checked_at_its_ends_in_its_parts_and_by_verify(tmp_path: Path) -> None:
    path, section = big(tmp_path / "x.enx")
    assert section.length > container.SMALL
    with open_container(path) as found:
        whole = found.arrays["big"].copy()
    middle = section.offset + 5 * BLOCK
    damage(path, middle)
    row = 5 * BLOCK // 4
    with open_container(path) as found:
        assert np.array_equal(found.part("big", 0, 10), whole[:10])
        assert np.array_equal(found.part("big", row + 2 * BLOCK, len(whole)), whole[row + 2 * BLOCK :])
        assert found.part("big", row, row).size == 0
        for start, stop in ((row, row + 1), (0, len(whole))):
            with pytest.raises(IndexFileError, match=r"is damaged between bytes \d+ and \d+ \(in 'big'\); rebuild"):
                found.part("big", start, stop)
    assert "(in 'big')" in refusal(path)
    damage(path, middle)
    with open_container(path) as found:
        found.verify()
    for at in (section.offset, section.end - 1):
        damage(path, at)
        assert "(in " in refusal(path, use=lambda found: found.arrays["big"])
        damage(path, at)


def test_bounds_are_never_cut_silently(tmp_path: Path) -> None:
    path = write(tmp_path / "x.enx", {"n": np.arange(30, dtype="u4"), "s": np.array(1.0)})
    for start, stop in ((-1, 3), (0, 31), (5, 4), (31, 31), (np.uint64(2**63), np.uint64(2**63))):
        assert f"asks for rows {start} to {stop} of 'n', which has 30;" in refusal(
            path, use=lambda found, a=start, b=stop: found.part("n", a, b)
        )
    assert "of 's', which has no;" in refusal(path, use=lambda found: found.part("s", 0, 0))
    for number in (-1, 200, 2**70):
        asked = refusal(path, use=lambda found, n=number: found.record(n))
        assert asked == f"asks for record {number}, and there are 200; {REBUILD}"
    with open_container(path) as found, pytest.raises(KeyError):
        found.arrays["records/data"]


def lying_records(path: Path, **tables: npt.NDArray[Any]) -> Path:
    """A file whose checksums are all right and whose tables of records are not."""
    block = struct.pack("<2I", 1, 2) + b"abc"
    packed = zlib.compress(block)
    right: dict[str, npt.NDArray[Any]] = {
        "data": np.frombuffer(packed, "u1"),
        "first": np.array([0, 2], "u8"),
        "start": np.array([0, len(packed)], "u8"),
        "size": np.array([len(block)], "u4"),
        "crc32": np.array([zlib.crc32(packed)], "u4"),
    }
    with ContainerWriter(path, kind="test", library="1") as writer:
        for name, values in (right | tables).items():
            with writer._array("records/" + name, values.dtype, values.shape[1:]) as part:
                part.append(values)
        writer._records = 2
    return path


def packed_block(block: bytes, more: bytes = b"", less: int = 0) -> dict[str, npt.NDArray[Any]]:
    packed = zlib.compress(block) + more
    packed = packed[: len(packed) - less]
    return {
        "data": np.frombuffer(packed, "u1"),
        "start": np.array([0, len(packed)], "u8"),
        "size": np.array([len(block)], "u4"),
        "crc32": np.array([zlib.crc32(packed)], "u4"),
    }


@pytest.mark.parametrize(
    "tables",
    [
        {"start": np.array([0, 10**6], "u8")},
        {"start": np.array([5, 2], "u8")},
        {"start": np.array([2**63, 2**64 - 1], "u8")},
        {"start": np.array([0], "u8")},
        {"start": np.array([0, 1], "u4")},
        {"first": np.array([0, 3], "u8")},
        {"first": np.array([1, 2], "u8")},
        {"first": np.array([[0, 2]], "u8")},
        {"first": np.array([0, 2, 2], "u8")},
        {"size": np.array([1], "u4")},
        {"size": np.array([10], "u4")},
        {"size": np.array([2**32 - 1], "u4")},
        {"crc32": np.array([1], "u4")},
        {"data": np.zeros(19, "u1"), "crc32": np.array([zlib.crc32(bytes(19))], "u4")},
        packed_block(struct.pack("<2I", 1, 1) + b"abc"),
        packed_block(struct.pack("<2I", 2**32 - 1, 2**32 - 1) + b"abc"),
        packed_block(b""),
        packed_block(bytes(10**6)) | {"size": np.array([11], "u4")},
        packed_block(struct.pack("<2I", 1, 2) + b"abcd") | {"size": np.array([11], "u4")},
        packed_block(struct.pack("<2I", 1, 2) + b"abc", b"junk"),
        packed_block(struct.pack("<2I", 1, 2) + b"abc", less=1),
    ],
)
def test_records_do_not_trust_their_tables(tmp_path: Path, tables: dict[str, npt.NDArray[Any]]) -> None:
    path = lying_records(tmp_path / "x.enx", **tables)
    for use in (lambda found: found.record(1), lambda found: list(found.records)):
        said = refusal(path, use=use)
        assert said.endswith(REBUILD)


def test_a_block_that_unpacks_into_more_than_it_says_takes_no_memory(tmp_path: Path) -> None:
    path = lying_records(tmp_path / "x.enx", **packed_block(bytes(10**8)) | {"size": np.array([11], "u4")})
    tracemalloc.start()
    try:
        refusal(path, use=lambda found: found.record(0))
        assert tracemalloc.get_traced_memory()[1] < 10**7
    finally:
        tracemalloc.stop()


def test_the_lying_records_are_right_without_the_lie(tmp_path: Path) -> None:
    with open_container(lying_records(tmp_path / "x.enx")) as found:
        assert list(found.records) == [found.record(0), found.record(1)] == [b"a", b"bc"]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (Section("a", "u1", (65,), 128, 65), "puts section 'a' outside the file"),
        (Section("a", "u1", (1,), 192, 1), "puts section 'a' outside the file"),
        (Section("a", "u1", (1,), 0, 1), "puts section 'a' outside the file"),
        (Section("a", "u1", (1,), 65, 1), "puts section 'a' outside the file"),
        (Section("a", "u2", (3,), 64, 3), "gives section 'a' a shape that does not fit"),
        (Section("a", "u8", (2**61, 2**61), 64, 0), "gives section 'a' a shape that does not fit"),
        (Section("a", "u1", (0, 2**63), 64, 0), "gives section 'a' a shape that does not fit"),
        (Section("a", "u1", (0, 2**40, 2**40), 64, 0), "gives section 'a' a shape that does not fit"),
        (Section("a", "u1", (1,) * 33, 64, 1), "gives section 'a' a shape that does not fit"),
        (Section("a", "O", (1,), 64, 8), "gives section 'a' a shape that does not fit"),
        (Section("b", "u1", (1,), 64, 1), "names a section twice"),
    ],
)
def test_sections_that_cannot_be(section: Section, message: str) -> None:
    other = Section("b", "u1", (64,), 128, 64)
    Header.unpack(Header("test", "1", {}, (other,), -1, 192, 0).pack())
    with pytest.raises(LayoutError, match=message):
        Header.unpack(Header("test", "1", {}, (section, other), -1, 192, 0).pack())


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b"\xff", b'{"sections": [["a"]]}', b"[" * 100_000, b"null"])
def test_headers_that_are_none(data: bytes) -> None:
    with pytest.raises(LayoutError):
        Header.unpack(data)


# --- the open file --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is mapped")
def test_a_file_may_be_replaced_while_it_is_open(tmp_path: Path) -> None:
    path = write(tmp_path / "x.enx")
    with open_container(path) as found:
        packed = pickle.dumps(found)
        write(path, {"n": np.arange(7, dtype="u4")}, [b"new"])
        assert found.record(150) == ROWS[150] and found.arrays["n"].tolist() == list(range(30))
        found.verify()
        with open_container(path) as new:
            assert new.record(0) == b"new"
    with pytest.raises(IndexFileError, match=r"x\.enx: was replaced while it was in use; load it again$"):
        pickle.loads(packed)


def test_a_file_that_is_overwritten_while_it_is_open(tmp_path: Path) -> None:
    path, other = write(tmp_path / "x.enx"), write(tmp_path / "y.enx", {"n": np.arange(9, 39, dtype="u4")})
    assert path.stat().st_size == other.stat().st_size
    for shorter in (False, True):
        write(path)
        with open_container(path) as found:
            found.record(0)
            with path.open("r+b") as stream:
                stream.write(other.read_bytes())
                stream.truncate(path.stat().st_size // 2 if shorter else None)
            os.utime(path, (1, 1))  # clocks of file systems are coarse
            for use in (
                lambda: found.arrays["n"],
                lambda: found.record(150),
                lambda: list(found.records),
                found.verify,
            ):
                with pytest.raises(IndexFileError, match="was overwritten while it was open; load it again"):
                    use()


def test_a_file_that_was_only_touched_goes_on(tmp_path: Path) -> None:
    path, section = big(tmp_path / "x.enx")
    with open_container(path) as found:
        part = found.part("big", 2 * BLOCK, 3 * BLOCK).copy()
        os.utime(path, (1, 1))
        assert found.record(150) == ROWS[150]
        assert np.array_equal(found.part("big", 2 * BLOCK, 3 * BLOCK), part)
        damage(path, section.offset + 4 * 2 * BLOCK)
        os.utime(path, (2, 2))
        with pytest.raises(IndexFileError, match="is damaged"):  # it was checked before, and is again
            found.record(3)
            found.part("big", 2 * BLOCK, 3 * BLOCK)


def test_after_closing(tmp_path: Path) -> None:
    found = open_container(write(tmp_path / "x.enx"))
    view = found.arrays["n"]
    found.close()
    found.close()
    assert view.tolist() == list(range(30))
    for use in (lambda: found.record(0), found.verify, lambda: list(found.records)):
        with pytest.raises(ValueError, match=r"x\.enx: this container is closed"):
            use()


def test_few_blocks_are_kept(tmp_path: Path) -> None:
    records = [str(n).encode() for n in range(64 * (CACHED_BLOCKS + 20))]
    with open_container(write(tmp_path / "x.enx", {}, records)) as found:
        assert [found.record(n) for n in range(0, len(records), 9)] == records[::9]
        assert len(found.records._blocks) == CACHED_BLOCKS
        assert found.records[5:2000:700] == records[5:2000:700]
        assert found.records[-1:] == records[-1:]


def test_threads_share_it(tmp_path: Path) -> None:
    records = [str(n).encode() for n in range(64 * (CACHED_BLOCKS + 20))]
    with open_container(write(tmp_path / "x.enx", {}, records)) as found:
        wrong: list[object] = []

        def work(start: int) -> None:
            try:
                wrong.extend(n for n in range(start, len(records), 17) if found.record(n) != records[n])
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(start,)) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong and len(found.records._blocks) <= CACHED_BLOCKS + len(threads)


def look(found: Container, pipe: Any) -> None:
    pipe.send((found.record(150), int(found.arrays["n"].sum()), shared_with_others(found)))
    pipe.recv()


def shared_with_others(found: Container) -> int | None:
    """Kilobytes of the mapped file that this process has in memory together with others; None where nobody says."""
    smaps = Path("/proc/self/smaps")
    if not smaps.exists():
        return None
    total, inside = 0, False
    for line in smaps.read_text().splitlines():
        if line.endswith(str(found.path)):
            inside = True
        elif inside and line.startswith("Shared_"):
            total += int(line.split()[1])
        elif line.startswith("VmFlags"):
            inside = False
    return total


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_use_one_copy(tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that is not forked imports this module by its name, and finds it along the path it is handed.
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3]))
    path = tmp_path / "x.enx"
    write(path, {"n": np.arange(2**19, dtype="u4")})
    with open_container(path) as found:
        total = int(found.arrays["n"].sum())
        context = multiprocessing.get_context(method)
        near, far = context.Pipe()
        process = context.Process(target=look, args=(found, far))
        process.start()
        assert near.poll(60)
        record, summed, shared = near.recv()
        near.send(None)
        process.join(60)
        assert (record, summed, process.exitcode) == (ROWS[150], total, 0)
        assert shared is None or shared > 1500  # of 2048 KiB
        assert found.record(0) == ROWS[0]


def test_opening_reads_neither_arrays_nor_records(tmp_path: Path) -> None:
    """A clock would tell it too, but not on a busy machine: of a sparse gigabyte few pages are touched."""
    path = tmp_path / "x.enx"
    with ContainerWriter(path, kind="test", library="1") as writer:
        writer.array("small", np.arange(3, dtype="u1"))
    with path.open("r+b") as stream:
        start = Prologue.unpack(stream.read(PROLOGUE_SIZE))
        stream.seek(start.header_offset)
        header = Header.unpack(stream.read(start.header_length))
        data_end = header.data_end + 2**30
        sums = bytes(4 * -(-(data_end - PROLOGUE_SIZE) // BLOCK))
        section = Section("big", "u1", (2**30,), header.data_end, 2**30)
        packed = Header("test", "1", {}, (*header.sections, section), -1, data_end, zlib.crc32(sums)).pack()
        stream.truncate(header.data_end)
        stream.seek(data_end)
        stream.write(sums + packed)
        at = data_end + len(sums)
        stream.seek(0)
        stream.write(Prologue(at, len(packed), at + len(packed), zlib.crc32(packed)).pack())
    with open_container(path) as found:
        touched = resident(found)
        assert touched is None or touched < 4096
        with pytest.raises(IndexFileError):
            found.arrays["big"]  # its checksums are wrong, and that is seen at once


def resident(found: Container) -> int | None:
    """Kilobytes of the mapped file that this process has touched."""
    smaps = Path("/proc/self/smaps")
    if not smaps.exists():
        return None
    inside = False
    for line in smaps.read_text().splitlines():
        inside = inside or line.endswith(str(found.path))
        if inside and line.startswith("Rss"):
            return int(line.split()[1])
    return None


def test_a_copy_is_as_good(tmp_path: Path) -> None:
    path = write(tmp_path / "x.enx")
    copy = Path(shutil.copy(path, tmp_path / "y.enx"))
    with open_container(copy) as found:
        found.verify()
        assert repr(found) == f"<Container {copy}: test>"
