-- What engines see in an image, which of its vectors are there, and the words that keyword search finds.

create schema if not exists quarry;

alter table public.document_images
  add column if not exists vision_analysis jsonb,              -- one schema for every engine (schema_version inside)
  add column if not exists vision_engine text,
  add column if not exists vision_model text,
  add column if not exists vision_schema_version integer,
  add column if not exists has_color_slig boolean not null default false,
  add column if not exists has_texture_slig boolean not null default false,
  add column if not exists has_style_slig boolean not null default false,
  add column if not exists has_material_slig boolean not null default false,
  add column if not exists has_understanding_embedding boolean not null default false,
  add column if not exists understanding_embedding_model text,
  add column if not exists understanding_embedding_schema_version integer,
  add column if not exists understanding_content_hash text;    -- the analysis that the vector speaks for

-- Lower case without accents, so that "μάρμαρο" meets "ΜΑΡΜΑΡΟ"; the final sigma counts as a sigma.
create or replace function quarry.fold(value text) returns text
  language sql immutable parallel safe
  as $$ select replace(regexp_replace(normalize(lower(coalesce(value, '')), NFKD), '[\u0300-\u036f]', '', 'g'), 'ς', 'σ') $$;

alter table public.products add column if not exists keywords tsvector generated always as (
  setweight(to_tsvector('simple', quarry.fold(name || ' ' || coalesce(external_sku, '') || ' ' || coalesce(gtin, '')
    || ' ' || coalesce(mpn, ''))), 'A')
  || setweight(to_tsvector('simple', quarry.fold(coalesce(brand, '') || ' ' || coalesce(category, ''))), 'B')
  || setweight(to_tsvector('simple', quarry.fold(coalesce(description, '') || ' ' || attributes::text || ' '
    || variants::text)), 'C')
) stored;
create index if not exists products_by_keywords on public.products using gin (keywords);

alter table public.document_chunks add column if not exists keywords tsvector generated always as (
  to_tsvector('simple', quarry.fold(content))
) stored;
create index if not exists document_chunks_by_keywords on public.document_chunks using gin (keywords);

-- Reading a row needs no more rights than before; the function is harmless and must be callable by whoever writes.
do $$
begin
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant usage on schema quarry to service_role';
    execute 'grant execute on function quarry.fold(text) to service_role';
  end if;
end $$;
