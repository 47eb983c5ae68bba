-- Row-level security everywhere: a signed-in user reads the workspaces they are a member of; only the service writes.
-- The owner of the tables (the embedded server's one user, Supabase's service role) is not bound by it.

do $$
declare
  item record;
begin
  for item in
    select schemaname, tablename from pg_tables
    where schemaname = 'vecs'
       or (schemaname = 'public' and tablename in (
         'workspaces', 'workspace_members', 'documents', 'document_pages', 'products', 'document_images',
         'image_occurrences', 'image_product_associations', 'document_chunks', 'chunk_product_relationships',
         'background_jobs', 'job_items'))
  loop
    execute format('alter table %I.%I enable row level security', item.schemaname, item.tablename);
  end loop;

  -- A plain Postgres has neither Supabase's roles nor its auth schema: there is nobody to write a policy for.
  if not exists (select from pg_roles where rolname = 'authenticated')
     or not exists (select from pg_namespace where nspname = 'auth') then
    return;
  end if;

  execute 'drop policy if exists members_read_own_membership on public.workspace_members';
  execute 'create policy members_read_own_membership on public.workspace_members
             for select to authenticated using (user_id = (select auth.uid()))';
  execute 'drop policy if exists members_read on public.workspaces';
  execute 'create policy members_read on public.workspaces for select to authenticated using (
             id in (select workspace_id from public.workspace_members
                    where user_id = (select auth.uid()) and status = ''active''))';
  for item in
    select schemaname, tablename from pg_tables
    where schemaname = 'public' and tablename in (
      'documents', 'document_pages', 'products', 'document_images', 'image_occurrences',
      'image_product_associations', 'document_chunks', 'chunk_product_relationships', 'background_jobs', 'job_items')
  loop
    execute format('drop policy if exists members_read on %I.%I', item.schemaname, item.tablename);
    execute format(
      'create policy members_read on %I.%I for select to authenticated using (
         workspace_id in (select workspace_id from public.workspace_members
                          where user_id = (select auth.uid()) and status = ''active''))',
      item.schemaname, item.tablename);
    execute format('grant select on %I.%I to authenticated', item.schemaname, item.tablename);
  end loop;
  execute 'grant usage on schema public, vecs to service_role';
  execute 'grant all on all tables in schema public, vecs to service_role';
end $$;
