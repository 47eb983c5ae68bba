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
  add column if not exists understanding_embedding_schema_version integer;

-- Lower case without accents, so that "μάρμαρο" meets "ΜΑΡΜΑΡΟ"; the final sigma counts as a sigma, a size is one
-- word however it is spaced ("60 x 60" as "60x60"), and so are the digits on both sides of a decimal comma.
create or replace function quarry.fold(value text) returns text
  language sql immutable parallel safe
  as $$
    select regexp_replace(
      regexp_replace(
        replace(regexp_replace(normalize(lower(coalesce(value, '')), NFKD), '[\u0300-\u036f]', '', 'g'), 'ς', 'σ'),
        '(\d)\s*[x×х]\s*(?=\d)', '\1x', 'g'),
      '(\d),(?=\d)', '\1.', 'g')
  $$;

-- The words of a text, folded, each once: whole ("st-7001", "11.8x11.8") and in pieces ("st", "7001"). Postgres' own
-- parser would take "st-7001" for "st" and the number -7001.
create or replace function quarry.words(value text) returns tsvector
  language sql immutable parallel safe
  as $$
    select coalesce(array_to_tsvector(array_agg(distinct word)), ''::tsvector)
    from (
      select left(btrim(whole, '.-/'), 100) as word
        from regexp_split_to_table(quarry.fold(left(value, 200000)), '[^[:alnum:].\-/]+') as whole
      union
      select left(piece, 100) from regexp_split_to_table(quarry.fold(left(value, 200000)), '[^[:alnum:]]+') as piece
    ) as found
    where word <> ''
  $$;

alter table public.products add column if not exists keywords tsvector generated always as (
  quarry.words(name || ' ' || coalesce(external_sku, '') || ' ' || coalesce(external_sku_folded, '') || ' '
    || coalesce(gtin, '') || ' ' || coalesce(mpn, '') || ' ' || coalesce(brand, '') || ' ' || coalesce(category, '')
    || ' ' || coalesce(description, '') || ' ' || attributes::text || ' ' || variants::text)
) stored;
create index if not exists products_by_keywords on public.products using gin (keywords);

alter table public.document_chunks add column if not exists keywords tsvector generated always as (
  quarry.words(content)
) stored;
create index if not exists document_chunks_by_keywords on public.document_chunks using gin (keywords);

-- Whoever writes a row computes its words.
do $$
begin
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant usage on schema quarry to service_role';
    execute 'grant execute on all functions in schema quarry to service_role';
  end if;
end $$;
