-- Jobs: one row a flow run, and the ledger of their items. Progress, counts and resume are queries over the ledger.

create table if not exists public.background_jobs (
  id uuid primary key,                        -- the Prefect flow run's id, kept through retries and resume
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  parent_job_id uuid references public.background_jobs (id) on delete set null,
  document_id uuid,
  job_type text not null,
  source text not null,                       -- without secrets
  fingerprint text not null,                  -- what the job is about: the same command finds its interrupted run by it
  parameters jsonb not null default '{}',
  status text not null check (status in (
    'pending', 'processing', 'retrying', 'paused', 'completed', 'failed', 'cancelled', 'interrupted')),
  completion_reason text,
  stage text,
  progress integer not null default 0 check (progress between 0 and 100),
  declared jsonb not null default '{}',       -- kind -> how many items the source holds
  stages jsonb not null default '[]',         -- [{name, seconds, items}]
  error text,
  report jsonb,
  attempt integer not null default 1,
  worker_id text,
  last_heartbeat timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  interrupted_at timestamptz,
  updated_at timestamptz not null default now()
);
create index if not exists background_jobs_by_status on public.background_jobs (workspace_id, status, created_at desc);
create index if not exists background_jobs_by_fingerprint on public.background_jobs (workspace_id, fingerprint);
create index if not exists background_jobs_by_parent on public.background_jobs (parent_job_id);

create table if not exists public.job_items (
  job_id uuid not null references public.background_jobs (id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  kind text not null check (kind in ('page', 'product', 'image', 'chunk')),
  key text not null,
  stage text not null,
  status text not null check (status in ('created', 'updated', 'unchanged', 'skipped', 'pending', 'failed')),
  change text check (change in ('created', 'updated', 'unchanged')),  -- what was written, whatever failed later
  reason text,
  attempt integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (job_id, kind, key),
  check (reason is not null or status in ('created', 'updated', 'unchanged'))
);
create index if not exists job_items_by_status on public.job_items (job_id, kind, status);
