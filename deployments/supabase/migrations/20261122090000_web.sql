-- Web crawls: sessions, their frontier, what is remembered of pages for the next crawl, and politeness per host.

create table if not exists public.scraping_sessions (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  job_id uuid references public.background_jobs (id) on delete set null,
  source_urls text[] not null,
  config jsonb not null default '{}',
  status text not null default 'pending' check (status in (
    'pending', 'processing', 'completed', 'failed', 'paused', 'cancelled')),  -- follows the job's, by a trigger
  max_pages integer not null check (max_pages >= 0),
  pages_started integer not null default 0,   -- pages asked for at least once; never more than max_pages
  pages_known integer not null default 0,     -- rows of the frontier
  complete boolean,                           -- whether the whole source was seen; null before the end
  counts jsonb not null default '{}',         -- state -> pages, at the end
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists scraping_sessions_by_workspace on public.scraping_sessions (workspace_id, created_at desc);
create index if not exists scraping_sessions_by_job on public.scraping_sessions (job_id);

create table if not exists public.scraping_pages (
  id uuid primary key,                        -- uuid5 over session and the address's key
  session_id uuid not null references public.scraping_sessions (id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  seq bigint generated always as identity,    -- the order of discovery
  url text not null,
  url_hash text not null,                     -- SHA-256 of the address's key (catalog/web/urls.py)
  host text not null,
  origin text not null,
  form text not null,                         -- the address with its numbers left out
  depth integer not null default 0,
  found_on uuid,                              -- the page that linked to it first; null for a seed or a sitemap's
  priority integer not null default 0,        -- lower comes first
  state text not null default 'queued' check (state in (
    'queued', 'fetching', 'fetched', 'extracted', 'skipped', 'failed', 'pending')),
  reason text,
  attempts integer not null default 0,        -- times claimed
  retry_count integer not null default 0,     -- times asked again after a refusal or a failure
  not_before timestamptz not null default now(),
  holder bigint,                              -- the process that fetches it; see quarry.is_alive
  lease_until timestamptz,
  status_code integer,
  etag text,
  last_modified text,
  content_sha256 text,
  final_url text,
  canonical_url text,
  kind text,
  title text,
  markdown_content text,
  products integer,
  links integer,
  processing_time_ms integer,
  fetched_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (session_id, url_hash),
  check (reason is not null or state not in ('skipped', 'failed', 'pending'))
);
create index if not exists scraping_pages_queued on public.scraping_pages (session_id, host, priority, seq)
  where state = 'queued';
create index if not exists scraping_pages_by_state on public.scraping_pages (session_id, state);

-- The newest that is known of a page, over all sessions of a workspace.
create table if not exists public.web_pages (
  id uuid primary key,                        -- uuid5 over workspace and the address's key
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  url_hash text not null,
  url text not null,
  host text not null,
  session_id uuid references public.scraping_sessions (id) on delete set null,  -- where it was last seen
  version text not null,                      -- of the extraction: another one reads the page again
  etag text,
  last_modified text,
  content_sha256 text,
  final_url text,
  canonical_url text,
  kind text,
  title text,
  product_ids uuid[] not null default '{}',
  links jsonb not null default '[]',          -- addresses of pages that it linked to
  markdown text,                              -- its main content
  gone boolean not null default false,        -- it answered 404 or 410 when last asked
  fetched_at timestamptz not null,            -- when its content last arrived
  checked_at timestamptz not null,            -- when it was last asked for
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, url_hash)
);
create index if not exists web_pages_by_host on public.web_pages (workspace_id, host);
create index if not exists web_pages_by_product on public.web_pages using gin (product_ids);

-- A host is everybody's: these two are not a workspace's and not exposed by Supabase's REST API.
create table if not exists quarry.web_hosts (
  host text primary key,
  base_seconds double precision not null check (base_seconds >= 0),  -- the setting's or the Prefect limit's delay
  crawl_delay_seconds double precision not null default 0,           -- of robots.txt
  -- from the end of one answer to the next request
  delay_seconds double precision not null generated always as (greatest(base_seconds, crawl_delay_seconds)) stored,
  limit_seconds double precision,             -- the delay that the host's Prefect limit was last given by us
  next_at timestamptz not null default now(), -- nobody asks the host before: the delay, a pause, or a turn under way
  holder bigint,                              -- the process whose request is under way
  turn uuid,                                  -- which of its requests
  pause_reason text,
  updated_at timestamptz not null default now()
);

create table if not exists quarry.web_robots (
  origin text primary key,                    -- "https://shop.example"
  status integer not null,                    -- 0: it could not be reached
  body text not null default '',
  fetched_at timestamptz not null,
  valid_until timestamptz not null
);

-- A process that crawls holds an advisory lock with its number on a connection of its own: the server frees it the
-- moment the process dies.
create or replace function quarry.is_alive(holder bigint) returns boolean
  language sql stable set search_path = '' as $$
    select exists (
      select from pg_catalog.pg_locks
      where locktype = 'advisory' and objsubid = 1 and granted
        and database = (select oid from pg_catalog.pg_database where datname = current_database())
        and (classid::bigint << 32 | objid::bigint) = holder
    )
  $$;

create or replace function quarry.mirror_session_status() returns trigger
  language plpgsql set search_path = '' as $$
begin
  update public.scraping_sessions
     set status = case new.status when 'retrying' then 'processing' when 'interrupted' then 'paused' else new.status end,
         updated_at = now()
   where job_id = new.id;
  return null;
end $$;
drop trigger if exists mirror_session_status on public.background_jobs;
create trigger mirror_session_status after update of status on public.background_jobs
  for each row when (old.status is distinct from new.status) execute function quarry.mirror_session_status();

do $$
declare
  item record;
begin
  for item in
    select schemaname, tablename from pg_tables
    where (schemaname, tablename) in (
      ('public', 'scraping_sessions'), ('public', 'scraping_pages'), ('public', 'web_pages'),
      ('quarry', 'web_hosts'), ('quarry', 'web_robots'))
  loop
    execute format('alter table %I.%I enable row level security', item.schemaname, item.tablename);
    if item.schemaname = 'public'
       and exists (select from pg_roles where rolname = 'authenticated')
       and exists (select from pg_namespace where nspname = 'auth') then
      execute format('drop policy if exists members_read on %I.%I', item.schemaname, item.tablename);
      execute format(
        'create policy members_read on %I.%I for select to authenticated using (
           workspace_id in (select workspace_id from public.workspace_members
                            where user_id = (select auth.uid()) and status = ''active''))',
        item.schemaname, item.tablename);
      execute format('grant select on %I.%I to authenticated', item.schemaname, item.tablename);
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant all on public.scraping_sessions, public.scraping_pages, public.web_pages to service_role';
    execute 'grant all on quarry.web_hosts, quarry.web_robots to service_role';
    execute 'grant execute on all functions in schema quarry to service_role';
  end if;
end $$;
