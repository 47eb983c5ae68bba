"""Where a document shows its images, as the library holds it."""

from __future__ import annotations

import uuid

from tasks.catalog.annotation import ImagePlace
from tasks.catalog.boxes import Box
from tasks.storage.database import Database
from tasks.storage.documents import Document, find_document


async def list_places(database: Database, document: uuid.UUID) -> list[ImagePlace]:
    """Every place of every stored image, page by page, with the image's label."""
    rows = await database.fetch(
        "select i.sha256, o.page_number, o.bbox, i.image_type from public.image_occurrences o "
        "join public.document_images i on i.id = o.image_id where o.document_id = %s "
        "order by o.page_number, o.bbox[2], o.bbox[1], i.sha256",
        document,
    )
    return [ImagePlace(sha256=row[0], page=row[1], box=Box(*row[2]), label=row[3]) for row in rows]


async def list_job_documents(database: Database, job: uuid.UUID) -> list[Document]:
    """The documents of a job; of a parent, those of its children."""
    rows = await database.fetch(
        "select document_id from public.background_jobs where (id = %s or parent_job_id = %s) "
        "and document_id is not null order by created_at",
        job,
        job,
    )
    found = [await find_document(database, row[0]) for row in rows]
    return [document for document in found if document is not None]
