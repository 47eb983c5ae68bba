"""The children that decode pictures, killed and starved."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tasks.local.picture_reader import PictureReader, UnreadablePictureError


def make_reader(**changes: Any) -> PictureReader:
    usual = {"max_pixels": 60_000_000, "min_side_pixels": 8, "seconds": 30, "memory_bytes": 1 << 30, "children": 1}
    return PictureReader(**(usual | changes))


def save(path: Path, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Path:
    Image.effect_noise(size, 60).convert(mode).save(path)
    return path


def read_environment(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


async def test_a_picture_is_stored_under_its_content_and_described(tmp_path: Path) -> None:
    picture = save(tmp_path / "a.png")
    async with make_reader() as reader:
        read = await reader.read(picture, tmp_path)
    assert read.path == tmp_path / f"{hashlib.sha256(picture.read_bytes()).hexdigest()}.png"
    assert read.path.read_bytes() == picture.read_bytes()
    assert (read.sha256, read.ext, read.width, read.height) == (read.path.stem, "png", 64, 48)
    assert read.bytes == picture.stat().st_size
    assert read.stats.edge_density > 0.1


async def test_what_cannot_be_read_says_why_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("<html>")
    large = tmp_path / "large.png"
    Image.new("RGBA", (8000, 7000)).save(large, compress_level=1)
    good = save(tmp_path / "good.png")
    async with make_reader(memory_bytes=450 << 20) as reader:
        with pytest.raises(UnreadablePictureError, match="web page"):
            await reader.read(tmp_path / "text", tmp_path)
        with pytest.raises(UnreadablePictureError, match="memory"):
            await reader.read(large, tmp_path)
        assert (await reader.read(good, tmp_path)).width == 64


async def test_a_decoder_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    endless = tmp_path / "pipe"
    os.mkfifo(endless)  # nobody ever writes to it
    good = save(tmp_path / "good.png")
    async with make_reader(seconds=2) as reader:
        with pytest.raises(UnreadablePictureError, match="longer than 2 s"):
            await reader.read(endless, tmp_path)
        assert (await reader.read(good, tmp_path)).width == 64


async def test_a_child_that_dies_between_two_pictures_costs_none(tmp_path: Path) -> None:
    good = save(tmp_path / "good.png")
    async with make_reader() as reader:
        await reader.read(good, tmp_path)
        reader._children.idle[0]._process.kill()
        await reader._children.idle[0]._process.wait()
        assert (await reader.read(good, tmp_path)).width == 64


async def test_children_see_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARRY_CLAUDE_KEY", "hidden")
    async with make_reader() as reader:
        await reader.read(save(tmp_path / "good.png"), tmp_path)
        environment = read_environment(reader._children.idle[0]._process.pid)
    assert b"PATH=" in environment
    assert b"hidden" not in environment
