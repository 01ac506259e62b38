"""Where written files go: into files, through links, into pipes, and nowhere else."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from fieldapp.cli.output import write_file
from fieldapp.domain.errors import InvalidInputError
from fieldapp.workbooks.targets import whole_file


def written(path: Path, content: bytes) -> None:
    with whole_file(path) as stream:
        stream.write(content)


@pytest.mark.parametrize("write", [written, write_file])
def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path, write: object) -> None:
    (tmp_path / "shared").mkdir()
    target, link = tmp_path / "shared" / "list.csv", tmp_path / "list.csv"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write(link, b"new")  # type: ignore[operator]
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path / "shared") == ["list.csv"]


def test_a_link_to_what_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    link = tmp_path / "list.csv"
    link.symlink_to(tmp_path / "new.csv")
    written(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "new.csv").read_bytes() == b"new"


@pytest.mark.parametrize("write", [written, write_file])
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path, write: object) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write(pipe, b"through")  # type: ignore[operator]
    reader.join(10)
    assert read == [b"through"]
    assert pipe.is_fifo()


def test_a_link_in_a_circle_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / "missing" / "file.csv"):
        with pytest.raises(InvalidInputError, match="cannot be written"):
            write_file(path, b"x")
    assert (tmp_path / "a").is_symlink()


def test_a_folder_and_a_socket_are_refused_and_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    # Its address may be shorter than the name of the folder of a test.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for path in (tmp_path / "folder", tmp_path / "socket"):
            with pytest.raises(InvalidInputError, match="is no file that can be written"):
                write_file(path, b"x")
            assert not path.is_file()


def test_what_fails_leaves_what_the_link_pointed_to(tmp_path: Path) -> None:
    target, link = tmp_path / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with pytest.raises(ZeroDivisionError), whole_file(link):
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]
