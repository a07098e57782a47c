-- Spreads a Coffer store over the workers of a Citus cluster. An administrator runs it on the
-- coordinator, after `cofferd --migrate` and before the first daemon starts:
--   psql -d coffer -f citus.sql
-- sidecar/POSTGRESQL.md says what changes by it.
SET search_path = coffer;

-- A company's rows lie together: every transaction of a company is on one worker.
SELECT create_distributed_table('companies', 'company_id');
SELECT create_distributed_table('integrations', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('secrets', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('runs', 'company_id', colocate_with => 'companies');
SELECT create_distributed_table('tokens', 'company_id', colocate_with => 'companies');

-- A host's audit chain lies together.
SELECT create_distributed_table('audit_chunks', 'chain', colocate_with => 'none');

-- The feed is read by snapshots, which mean something on one node only. The table incarnation, which
-- only the function of that name reads, is the coordinator's own.
SELECT citus_add_local_table_to_metadata('changes');
SELECT citus_add_local_table_to_metadata('keys');
SELECT citus_add_local_table_to_metadata('hosts');
SELECT citus_add_local_table_to_metadata('clock');
SELECT citus_add_local_table_to_metadata('schema_version');
