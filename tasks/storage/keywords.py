"""The words that keyword search finds a product by: computed after a bulk import, which they would slow tenfold."""

from __future__ import annotations

import uuid

from tasks.storage.database import Connection, Database


async def defer_keywords(connection: Connection) -> None:
    """For the rest of the transaction, products are written without their words; search reads those from the row."""
    await connection.execute("set local quarry.defer_keywords = 'on'")


async def index_keywords(database: Database, workspace: uuid.UUID, most: int) -> int:
    """Compute the words of at most `most` products that have none; returns how many, 0 when all have theirs.

    One transaction a call. Rows that another process is at are left to it.
    """
    return await database.execute(
        "update public.products p set keywords = quarry.product_words(p) from (select id from public.products "
        "where workspace_id = %s and keywords is null limit %s for update skip locked) as bare where p.id = bare.id",
        workspace,
        most,
    )
