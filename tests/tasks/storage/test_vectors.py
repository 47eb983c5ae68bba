"""Our vector tables are `vecs` collections: Supabase's own client reads what we write."""

import uuid

import numpy as np
import psycopg
import pytest

from tasks.storage import vectors
from tasks.storage.database import Database
from tasks.storage.vectors import ImageVector

COLLECTIONS = {
    "image_slig_embeddings": 768,
    "image_color_embeddings": 768,
    "image_texture_embeddings": 768,
    "image_style_embeddings": 768,
    "image_material_embeddings": 768,
    "image_understanding_embeddings": 1024,
}


def unit(seed: int, size: int = 768) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=size)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


async def test_the_vecs_client_finds_the_nearest_image_of_the_workspace(
    database: Database, workspace: uuid.UUID, dsn: str
) -> None:
    import vecs

    stored = [ImageVector(uuid.uuid4(), unit(seed), "m", 1) for seed in range(5)]
    async with database.transaction() as connection:
        await vectors.save_vectors(connection, vectors.VISUAL, workspace, stored)
    client = vecs.create_client(dsn.replace("postgresql://", "postgresql+psycopg2://", 1))
    collection = client.get_or_create_collection(vectors.VISUAL, dimension=768)
    found = collection.query(unit(3), limit=1, filters={"workspace_id": {"$eq": str(workspace)}})
    client.disconnect()
    assert found == [str(stored[3].image_id)]


@pytest.mark.parametrize(("name", "dimension"), COLLECTIONS.items())
async def test_every_collection_is_there_with_its_dimension_and_refuses_another(
    database: Database, workspace: uuid.UUID, name: str, dimension: int
) -> None:
    async with database.transaction() as connection:
        await vectors.save_vectors(connection, name, workspace, [ImageVector(uuid.uuid4(), unit(1, dimension), "m", 1)])
    with pytest.raises(psycopg.errors.DataException):
        async with database.transaction() as connection:
            await vectors.save_vectors(connection, name, workspace, [ImageVector(uuid.uuid4(), unit(1, 512), "m", 1)])
