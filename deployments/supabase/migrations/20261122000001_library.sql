-- The product library: workspaces, documents, pages, images, products, chunks, and the vectors of each.
-- Runs on Supabase and on plain Postgres 15+ with pgvector; every statement may be repeated.

create schema if not exists extensions;
create extension if not exists vector with schema extensions;

-- Supabase's default search path finds types in `extensions`; a plain server learns it here.
do $$
begin
  if current_setting('search_path') not like '%extensions%' then
    execute format('alter database %I set search_path to "$user", public, extensions', current_database());
  end if;
end $$;

-- Wherever the extension is already installed, its type is found unqualified.
select set_config('search_path', 'public, extensions', true);

create table if not exists public.workspaces (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

create table if not exists public.workspace_members (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id uuid not null,
  status text not null default 'active' check (status in ('active', 'suspended')),
  primary key (workspace_id, user_id)
);

create table if not exists public.documents (
  id uuid primary key,                        -- uuid5 of workspace and bytes
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  sha256 text not null,
  filename text not null,
  source text not null,                       -- where it came from, without secrets
  content_type text not null,
  file_size bigint not null,
  storage_path text not null,                 -- in the files' store: a resumed job finds its source here
  page_count integer not null,
  title text,
  brand text,
  currency text,
  reason text,                                -- why it holds no products, where it holds none
  processing_status text not null default 'processing'
    check (processing_status in ('processing', 'partial', 'complete', 'failed')),
  pipeline_version text not null,
  source_job_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, sha256)
);

create table if not exists public.document_pages (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  page_number integer not null check (page_number >= 1),   -- physical
  kind text,                                  -- products, cover, contents, index, prose, reference, empty
  text_source text not null check (text_source in ('layer', 'ocr', 'none')),
  content text not null,
  tables jsonb not null default '[]',
  problems jsonb not null default '[]',
  schema_version integer not null,
  content_hash text not null,
  source_job_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (document_id, page_number)
);

create table if not exists public.products (
  id uuid primary key,                        -- uuid5 of workspace, source and key
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  source text not null,                       -- the delivery line: a document, a feed, a shop
  source_key text not null,                   -- identity inside it: record id or SKU, else name and place
  source_type text not null check (source_type in ('pdf', 'feed', 'web')),
  source_document_id uuid references public.documents (id) on delete set null,
  name text not null check (name <> ''),
  external_sku text,
  external_sku_folded text,
  gtin text,
  mpn text,
  brand text,
  category text,
  description text,
  price numeric,
  list_price numeric,
  prices jsonb not null default '{}',
  currency text check (currency ~ '^[A-Z]{3}$'),
  availability text,
  url text,
  attributes jsonb not null default '{}',
  variants jsonb not null default '[]',
  images jsonb not null default '[]',         -- as linked, in order; fetched or not
  pages integer[] not null default '{}',
  position integer not null default 0,        -- order of reading within the source
  provenance jsonb not null default '{}',
  confidence_score real not null,
  status text not null default 'published' check (status in ('draft', 'published', 'missing')),
  engine text not null,
  schema_version integer not null,
  content_hash text not null,
  text_embedding_1024 vector(1024),
  text_embedding_1024_model text,
  text_embedding_schema_version integer,
  text_embedding_content_hash text,           -- the content that the vector speaks for
  source_job_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, source, source_key)
);
create index if not exists products_by_sku on public.products (workspace_id, external_sku_folded);
create index if not exists products_by_gtin on public.products (workspace_id, gtin);
create index if not exists products_by_document on public.products (source_document_id);

create table if not exists public.document_images (
  id uuid primary key,                        -- uuid5 of workspace and bytes
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  document_id uuid references public.documents (id) on delete set null,  -- where it was seen first
  sha256 text not null,
  storage_path text not null,
  content_type text not null,
  width integer not null,
  height integer not null,
  file_size bigint not null,
  extraction_layer text not null check (extraction_layer in ('embedded', 'full_render', 'download')),
  perceptual_hash text not null,
  stats jsonb not null default '{}',
  image_type text check (image_type in ('PRODUCT_IMAGE', 'MIXED', 'DECORATIVE', 'TECHNICAL_DIAGRAM')),
  confidence real,
  classification_reason text,
  classification_pending boolean not null default true,
  classification_engine text,
  has_slig_embedding boolean not null default false,
  embedding_model text,
  embedding_schema_version integer,
  schema_version integer not null,
  content_hash text not null,
  source_job_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, sha256)
);

create table if not exists public.image_occurrences (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  image_id uuid not null references public.document_images (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  page_number integer not null,
  bbox real[] not null check (array_length(bbox, 1) = 4),  -- left, top, right, bottom in points, as displayed
  caption text,
  content_hash text not null
);
create index if not exists image_occurrences_by_document on public.image_occurrences (document_id, page_number);
create index if not exists image_occurrences_by_image on public.image_occurrences (image_id);

create table if not exists public.image_product_associations (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  image_id uuid not null references public.document_images (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  document_id uuid references public.documents (id) on delete cascade,
  page_number integer,
  overall_score real not null check (overall_score between 0 and 1),
  reasoning text not null,
  content_hash text not null,
  unique (image_id, product_id)
);
create index if not exists image_product_by_product on public.image_product_associations (product_id);

create table if not exists public.document_chunks (
  id uuid primary key,                        -- uuid5 of document, page and text
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  product_id uuid references public.products (id) on delete set null,
  content text not null check (content <> ''),
  chunk_index integer not null,
  chunk_kind text not null check (chunk_kind in ('text', 'table')),
  page_number integer not null,
  pages integer[] not null,
  quality_score real not null,
  quality_flagged boolean not null,           -- a flag for review, never a reason to drop
  schema_version integer not null,
  content_hash text not null,
  text_embedding vector(1024),
  embedding_model text,
  embedding_schema_version integer,
  source_job_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists document_chunks_by_document on public.document_chunks (document_id, chunk_index);
create index if not exists document_chunks_by_product on public.document_chunks (product_id);

create table if not exists public.chunk_product_relationships (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  chunk_id uuid not null references public.document_chunks (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  relationship_type text not null default 'source',
  relevance_score real not null check (relevance_score between 0 and 1),
  content_hash text not null,
  unique (chunk_id, product_id)
);
create index if not exists chunk_product_by_product on public.chunk_product_relationships (product_id);
