-- Which images were fetched from where: an image known by its URL and validator is not fetched again.
-- URLs may carry signatures, so that of a row is stored without secrets; a hash of the whole one finds it.

create table if not exists public.downloads (
  id uuid primary key,                        -- uuid5 of workspace and URL
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  url_sha256 text not null,                   -- of the whole URL
  url text not null,                          -- redacted
  etag text,
  last_modified text,
  max_age_seconds integer not null default 0 check (max_age_seconds >= 0),  -- from updated_at on; by the server's word
  immutable boolean not null default false,   -- the URL holds a hash of the content
  received_sha256 text not null,              -- of the bytes as they came
  content_type text,                          -- as the server called it
  sha256 text not null,                       -- of the image that is kept (document_images), perhaps a converted one
  extension text not null check (extension in ('jpg', 'png')),
  file_size bigint not null,
  content_hash text not null,
  source_job_id uuid,
  created_at timestamptz not null default now(),  -- first fetched
  updated_at timestamptz not null default now(),  -- last fetched, or last confirmed where max_age_seconds counts
  unique (workspace_id, url_sha256)
);
create index if not exists downloads_by_image on public.downloads (workspace_id, sha256);

do $$
begin
  alter table public.downloads enable row level security;
  -- A plain Postgres has neither Supabase's roles nor its auth schema: there is nobody to write a policy for.
  if exists (select from pg_roles where rolname = 'authenticated')
     and exists (select from pg_namespace where nspname = 'auth') then
    execute 'drop policy if exists members_read on public.downloads';
    execute 'create policy members_read on public.downloads for select to authenticated using (
               workspace_id in (select workspace_id from public.workspace_members
                                where user_id = (select auth.uid()) and status = ''active''))';
    execute 'grant select on public.downloads to authenticated';
  end if;
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant all on public.downloads to service_role';
  end if;
end $$;
