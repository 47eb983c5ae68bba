-- Image vectors in the layout of Supabase's `vecs` client (schema vecs; id, vec, metadata), cosine distance, HNSW.
-- The id is document_images.id; metadata must carry workspace_id, and the model and version that made the vector.

create schema if not exists vecs;
select set_config('search_path', 'public, extensions', true);

do $$
declare
  collection record;
begin
  for collection in
    select * from (values
      ('image_slig_embeddings', 768),
      ('image_color_embeddings', 768),
      ('image_texture_embeddings', 768),
      ('image_style_embeddings', 768),
      ('image_material_embeddings', 768),
      ('image_understanding_embeddings', 1024)
    ) as collections (name, dimension)
  loop
    execute format(
      'create table if not exists vecs.%I (
         id varchar primary key, vec vector(%s) not null, metadata jsonb not null default ''{}''::jsonb)',
      collection.name, collection.dimension);
    -- The index name tells vecs the measure and the method.
    execute format(
      'create index if not exists %I on vecs.%I using hnsw (vec vector_cosine_ops)
         with (m = 16, ef_construction = 64)',
      'ix_vector_cosine_ops_hnsw_m16_efc64_' || substr(md5(collection.name), 1, 7), collection.name);
    execute format(
      'create index if not exists %I on vecs.%I using gin (metadata jsonb_path_ops)',
      'ix_' || collection.name || '_metadata', collection.name);
  end loop;
end $$;
