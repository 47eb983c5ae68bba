"""Settings of image downloads. How many run at once is the cap `downloads` (`tasks/limit_table.py`)."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class DownloadSettings(BaseSettings):
    """How images of feeds and shops are fetched and decoded. The first four numbers are the seeds'."""

    download_seconds: float = Field(
        30, gt=0, description="One image with its retries; waiting for a slot or as a server asked is not counted"
    )
    download_max_mb: float = Field(10, gt=0, description="A larger image is refused while it arrives")
    download_retries: int = Field(3, ge=0, description="After the first attempt; exponential, with jitter")
    download_max_redirects: int = Field(5, ge=0)
    download_backoff_seconds: float = Field(1, gt=0, description="Before the first retry; doubles")
    download_longest_pause_seconds: float = Field(
        60, ge=0, description="The longest Retry-After that is waited out; an image with a longer one stays pending"
    )
    download_host_refusals: int = Field(
        20, ge=1, description="Refusals with Retry-After in a row after which a host's other images stay pending"
    )
    download_fresh_days: float = Field(
        30, ge=0, description="A server's max-age is believed for at most so long; 0 asks about every known image"
    )
    download_max_megapixels: float = Field(64, gt=0, description="An image with more pixels is refused, not decoded")
    download_min_pixels: int = Field(8, ge=1, description="Narrower or lower images are refused: tracking pixels")
    download_decoders: int = Field(1, ge=1, description="Processes that decode images")
    download_decode_seconds: float = Field(20, gt=0, description="Decoding one image")
    download_memory_mb: int = Field(2048, ge=512, description="Address space of a process that decodes images")
