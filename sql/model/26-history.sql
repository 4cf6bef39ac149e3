-- History: every change of a program, a rule or a tree, with who and when. Facts are their own history.

create table program_log (
    program_id  text not null,
    fiscal_year integer not null,
    relation    text not null,
    key         jsonb not null,
    changed_at  timestamptz not null,
    n           integer not null,
    before      jsonb,
    after       jsonb,
    changed_by  text not null,
    session_by  text not null
);
comment on table program_log is
'Every change of a program, who answers for it, its objectives, evaluations, graders and indicators; written by '
'triggers, and by nobody else.';
comment on column program_log.program_id is 'The program.';
comment on column program_log.fiscal_year is 'The fiscal year.';
create index program_log_program on program_log (program_id, fiscal_year, changed_at);

create table rule_log (
    relation    text not null,
    key         jsonb not null,
    changed_at  timestamptz not null,
    n           integer not null,
    before      jsonb,
    after       jsonb,
    changed_by  text not null,
    session_by  text not null
);
comment on table rule_log is
'Every change of a rule, a classification, a tree, a setting, or of who sees what; written by triggers, and by nobody '
'else.';
create index rule_log_relation on rule_log (relation, changed_at);

create trigger fact_guard before update or delete or truncate on program_log
    for each statement execute function fact_guard();
create trigger fact_guard before update or delete or truncate on rule_log
    for each statement execute function fact_guard();

do $do$
declare
    t record;
begin
    for t in select unnest('{program_log,rule_log}'::text[]) as log loop
        execute format('comment on column %I.relation is %L', t.log, 'The table that the row is in.');
        execute format('comment on column %I.key is %L', t.log, 'Its key: the columns and their values.');
        execute format('comment on column %I.changed_at is %L', t.log, 'When, by the clock.');
        execute format('comment on column %I.n is %L', t.log, 'Its place among the changes of the transaction.');
        execute format('comment on column %I.before is %L', t.log, 'What the row was; empty when it is new.');
        execute format('comment on column %I.after is %L', t.log, 'What it is; empty when it was removed.');
        execute format('comment on column %I.changed_by is %L', t.log, 'The role that changed it.');
        execute format('comment on column %I.session_by is %L', t.log, 'The role that its session began with.');
    end loop;
    for t in
        select c.oid::regclass as relation, m.history,
               (select string_agg(quote_literal(a.attname), ', ' order by k.place)
                from pg_index i
                cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                where i.indrelid = c.oid and i.indisprimary) as key
        from (select distinct name, history from bpm.model_tables() where history is not null) m
        join pg_class c on c.oid = to_regclass(quote_ident(m.name))
        order by m.name
    loop
        execute format('create trigger log_change after insert or update or delete on %s
            for each row execute function bpm.log_change(%L, %s)', t.relation, t.history, t.key);
        execute format('create trigger log_truncate before truncate on %s
            for each statement execute function bpm.log_change(%L, %s)', t.relation, t.history, t.key);
    end loop;
end
$do$;
