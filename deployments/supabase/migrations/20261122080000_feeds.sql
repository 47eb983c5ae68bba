-- Feeds: what each record was at its last delivery, products that left, products of several sources that are one.

select set_config('search_path', 'public, extensions', true);

alter table public.products
  add column if not exists supplier text,                      -- who delivers it, where that is not the brand
  add column if not exists record_hash bytea,                  -- digest of the source's record as it was last read
  add column if not exists mapping_version text,               -- which mapping made the row of the record
  add column if not exists missing_since timestamptz,          -- when it left its source; null while it is there
  add column if not exists status_before_missing text,         -- what it returns to
  add column if not exists merged_into uuid references public.products (id) on delete set null,
  -- Match keys, folded by tasks/catalog/matching.py.
  add column if not exists gtin14 text,
  add column if not exists brand_folded text,
  add column if not exists supplier_folded text;

create index if not exists products_merged on public.products (merged_into) where merged_into is not null;
-- Written for every new row, so only what matching asks for.
drop index if exists public.products_by_gtin;
create index if not exists products_by_gtin14 on public.products (workspace_id, gtin14) where gtin14 is not null;
drop index if exists public.products_by_sku;
create index if not exists products_by_folded_sku on public.products (workspace_id, external_sku_folded)
  where external_sku_folded is not null;
drop index if exists public.products_by_document;
create index if not exists products_of_document on public.products (source_document_id)
  where source_document_id is not null;

-- A chunk and its links speak for a page of a document, or for a product whose source has no pages.
alter table public.document_chunks
  alter column document_id drop not null,
  alter column page_number drop not null;
alter table public.document_chunks drop constraint if exists document_chunks_belongs;
alter table public.document_chunks add constraint document_chunks_belongs
  check (document_id is not null or product_id is not null);
-- Deleting the product would leave a chunk of nothing: it goes with it.
create or replace function quarry.delete_chunks_of_product() returns trigger
  language plpgsql
  as $$
    begin
      delete from public.document_chunks where product_id = old.id and document_id is null;
      return old;
    end
  $$;
drop trigger if exists delete_chunks_of_product on public.products;
create trigger delete_chunks_of_product before delete on public.products
  for each row execute function quarry.delete_chunks_of_product();
alter table public.chunk_product_relationships alter column document_id drop not null;

-- Two of three words of a product come from its description, and computing and indexing them costs five times what the
-- row itself does. A bulk import sets quarry.defer_keywords for its transaction and has them computed afterwards
-- (tasks/storage/keywords.py); search computes those that are still null as it goes.
-- As before, without the work on accents where there can be none.
create or replace function quarry.fold(value text) returns text
  language sql immutable parallel safe
  as $$
    select regexp_replace(
      regexp_replace(
        case when octet_length(value) = length(value) then lower(value)
          else replace(
            regexp_replace(normalize(lower(coalesce(value, '')), NFKD), '[\u0300-\u036f]', '', 'g'), 'ς', 'σ') end,
        '(\d)\s*[x×х]\s*(?=\d)', '\1x', 'g'),
      '(\d),(?=\d)', '\1.', 'g')
  $$;

-- Each word whole ("st-7001", "11.8x11.8") and in pieces: what is left of a text after the first replacement needs no
-- quoting as a tsvector.
create or replace function quarry.words(value text) returns tsvector
  language plpgsql immutable parallel safe
  as $$
    declare
      cut text := btrim(
        regexp_replace(quarry.fold(left(value, 200000)), '[.\-/]*[^[:alnum:].\-/]+[.\-/]*', ' ', 'g'), ' ./-');
    begin
      if cut ~ '[^ ]{101}' then
        cut := regexp_replace(cut, '([^ ]{100})[^ ]+', '\1', 'g');
      end if;
      return (cut || ' ' || translate(cut, './-', '   '))::tsvector;
    end
  $$;

create or replace function quarry.product_words(product public.products) returns tsvector
  language sql immutable parallel safe
  as $$
    select quarry.words(
      product.name || ' ' || coalesce(product.external_sku, '') || ' ' || coalesce(product.external_sku_folded, '')
      || ' ' || coalesce(product.gtin, '') || ' ' || coalesce(product.mpn, '') || ' ' || coalesce(product.brand, '')
      || ' ' || coalesce(product.category, '') || ' ' || coalesce(product.description, '')
      || ' ' || product.attributes::text || ' ' || product.variants::text)
  $$;

do $$
begin
  if exists (select from pg_attribute where attrelid = 'public.products'::regclass and attname = 'keywords'
             and attgenerated = 's') then
    alter table public.products alter column keywords drop expression;
  end if;
end $$;
create index if not exists products_without_keywords on public.products (workspace_id) where keywords is null;

create or replace function quarry.set_product_keywords() returns trigger
  language plpgsql
  as $$
    begin
      new.keywords := quarry.product_words(new);
      return new;
    end
  $$;
drop trigger if exists set_product_keywords on public.products;
create trigger set_product_keywords
  before insert or update of name, external_sku, external_sku_folded, gtin, mpn, brand, category, description,
    attributes, variants on public.products
  for each row when (current_setting('quarry.defer_keywords', true) is distinct from 'on')
  execute function quarry.set_product_keywords();

-- The ledger: a line belongs to its job's workspace, and only lines that are not well are asked for by status.
alter table public.job_items drop constraint if exists job_items_workspace_id_fkey;
drop index if exists public.job_items_by_status;
create index if not exists job_items_unwell on public.job_items (job_id, kind, status)
  where status in ('skipped', 'pending', 'failed');

create table if not exists public.feed_sources (
  id uuid primary key generated always as (md5(workspace_id::text || source)::uuid) stored,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  source text not null,                       -- as in products.source
  profile text not null,
  mapping jsonb not null,
  mapping_digest text not null,
  context_digest text not null,               -- of everything outside a record that decides how it is read
  etag text,
  last_modified text,
  sha256 text,                                -- of the delivery's bytes
  records integer not null,
  source_job_id uuid,
  completed_at timestamptz not null default now(),
  unique (workspace_id, source)
);

create table if not exists public.product_matches (
  id uuid primary key,                        -- md5 of the pair, kind, rule and key
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  canonical_id uuid not null references public.products (id) on delete cascade,
  rule text not null check (rule in ('gtin', 'maker_sku')),
  key text not null,
  kind text not null check (kind in ('linked', 'merged')),
  reason text,                                -- why it is only linked
  source_job_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,                       -- when the keys no longer said so
  undone_at timestamptz,                      -- by a person: the two are never merged again
  check (product_id <> canonical_id)
);
create index if not exists product_matches_by_product on public.product_matches (product_id);
create index if not exists product_matches_by_canonical on public.product_matches (canonical_id);
create index if not exists product_matches_by_job on public.product_matches (source_job_id);

do $$
declare
  item text;
begin
  foreach item in array array['feed_sources', 'product_matches']
  loop
    execute format('alter table public.%I enable row level security', item);
    if exists (select from pg_roles where rolname = 'authenticated')
       and exists (select from pg_namespace where nspname = 'auth') then
      execute format('drop policy if exists members_read on public.%I', item);
      execute format(
        'create policy members_read on public.%I for select to authenticated using (
           workspace_id in (select workspace_id from public.workspace_members
                            where user_id = (select auth.uid()) and status = ''active''))', item);
      execute format('grant select on public.%I to authenticated', item);
    end if;
    if exists (select from pg_roles where rolname = 'service_role') then
      execute format('grant all on public.%I to service_role', item);
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant execute on all functions in schema quarry to service_role';
  end if;
end $$;
