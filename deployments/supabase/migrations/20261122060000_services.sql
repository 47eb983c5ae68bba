-- Outside services: the journal of paid answers and the circuit breakers.
-- In a schema of its own, which Supabase's REST API does not expose: neither belongs to a workspace. An answer's key is
-- a hash of the input's bytes, so that one image in two workspaces is paid once and nobody can list the other's.

create schema if not exists quarry;

create table if not exists quarry.service_answers (
  key text primary key,                       -- SHA-256 of service, model, prompt version, input and parameters
  service text not null,
  model text not null,
  answer jsonb not null,
  cost_usd double precision not null default 0 check (cost_usd >= 0),
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  created_at timestamptz not null default now()
);
create index if not exists service_answers_by_service on quarry.service_answers (service, created_at);

create table if not exists quarry.service_breakers (
  service text primary key,
  state text not null default 'closed' check (state in ('closed', 'open', 'half_open')),
  failures jsonb not null default '[]',       -- seconds since 1970 of overload failures in a row, oldest first
  opened_at double precision,                 -- seconds since 1970
  probe_until double precision,               -- when the one probe under way is given up
  updated_at timestamptz not null default now()
);

do $$
declare
  item record;
begin
  for item in select schemaname, tablename from pg_tables where schemaname = 'quarry'
  loop
    -- No policy: only the owner and Supabase's service role reach these tables.
    execute format('alter table %I.%I enable row level security', item.schemaname, item.tablename);
  end loop;
  if exists (select from pg_roles where rolname = 'service_role') then
    execute 'grant usage on schema quarry to service_role';
    execute 'grant all on all tables in schema quarry to service_role';
  end if;
end $$;
