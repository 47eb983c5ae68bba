"""Settings of feeds, and of what products of feeds and shops go through after their rows are written."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class FeedSettings(BaseSettings):
    """How a delivery is read, when it is refused, and how records are finished."""

    feed_max_mb: float = Field(2048, gt=0, description="Larger feeds are refused, compressed ones when unpacked")
    feed_missing_share: float = Field(
        0.2, ge=0, le=1, description="A delivery that lacks more of the products known is refused without --force"
    )
    feed_mapping_confidence: float = Field(
        0.7, ge=0, le=1, description="Fields of an unknown feed mapped with less are asked of Claude, where configured"
    )
    feed_preview_records: int = Field(200, ge=1, description="Records that --preview looks at")
    feed_task_rows: int = Field(10_000, ge=1, description="Records whose rows one task writes")
    feed_batch_seconds: float = Field(300, gt=0, description="For reading one batch of a feed's records, else it fails")
    feed_reader_memory_mb: float = Field(
        2048, ge=0, description="Address space of the process that reads a feed; 0: unbounded"
    )
    feed_changes_reported: int = Field(500, ge=0, description="Products whose changed fields the report lists")
    record_rows: int = Field(2000, ge=1, le=50_000, description="Records per write of rows")
    record_window: int = Field(200, ge=1, description="Products whose images, chunks and vectors are finished together")
    record_images: int = Field(50, ge=0, description="Pictures fetched of one product; further ones are listed only")
    record_chunk_characters: int = Field(50, ge=0, description="A shorter description makes no chunk (seed)")
