-- Publications: what a score came from, kept as it was, row by row, with a digest that shows any later change

create table publication (
    publication   text primary key check (publication <> ''),
    n             integer not null unique check (n > 0),
    fiscal_year   integer not null check (fiscal_year between 1000 and 9998),
    evaluation    text not null check (evaluation <> ''),
    as_of         date not null check (isfinite(as_of)),
    known_at      timestamptz not null check (isfinite(known_at)),
    replaces      text unique references publication,
    reason        text check (reason <> ''),
    title         text not null check (title <> ''),
    programs      integer not null,
    version       text not null,
    previous_hash text,
    published_at  timestamptz not null default clock_timestamp() check (isfinite(published_at)),
    published_by  text not null default current_user,
    manifest      text not null,
    hash          text not null check (hash ~ '^[0-9a-f]{64}$'),
    constraint publication_reason check (replaces is null or reason is not null),
    constraint publication_chain check ((n = 1) = (previous_hash is null))
);
comment on table publication is
'Publications: an evaluation of all programs of a year, closed and kept with everything that the scores came from. '
'Each carries the hash of the one before. Made by publish().';
comment on column publication.publication is 'The code of the publication.';
comment on column publication.n is 'Its place in the chain.';
comment on column publication.fiscal_year is 'The fiscal year.';
comment on column publication.evaluation is
'The evaluation; effective: of each program the one that counts.';
comment on column publication.as_of is 'The day that the results are of.';
comment on column publication.known_at is 'What was recorded later is not in it.';
comment on column publication.replaces is 'The publication that it corrects.';
comment on column publication.reason is 'Why that is corrected.';
comment on column publication.title is 'What it is called.';
comment on column publication.programs is 'How many programs it has.';
comment on column publication.version is 'The version of the extension that computed it.';
comment on column publication.previous_hash is 'The hash of the publication before it in the chain; empty in the first.';
comment on column publication.published_at is 'When it was published.';
comment on column publication.published_by is 'By whom.';
comment on column publication.manifest is
'The SHA-256 of each of its files, as sha256sum prints them; this row without manifest and hash is one of them.';
comment on column publication.hash is 'The SHA-256 of the manifest.';

-- A publication can be opened, so that what it came from is corrected; what it froze stays as it is.
create table publication_event (
    publication text not null references publication,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    event       text not null check (event in ('opened', 'closed again')),
    reason      text not null check (reason <> ''),
    recorded_by text not null default current_user,
    primary key (publication, recorded_at)
);
comment on table publication_event is
'When what a publication came from was opened for a correction, and closed again. What it froze never changes.';
comment on column publication_event.publication is 'The publication.';
comment on column publication_event.recorded_at is 'When.';
comment on column publication_event.event is
'opened: facts, rules and trees of the year can be corrected, for a publication that replaces this one; closed again.';
comment on column publication_event.reason is 'Why.';
comment on column publication_event.recorded_by is 'By whom.';

create table publication_rule (
    publication text not null references publication deferrable initially deferred,
    fiscal_year integer not null,
    relation    text not null,
    key         text not null,
    value       text not null,
    primary key (publication, relation, key)
);
comment on table publication_rule is
'The rules and settings that a publication was made by. Written by publish().';
comment on column publication_rule.publication is 'The publication.';
comment on column publication_rule.fiscal_year is 'The fiscal year.';
comment on column publication_rule.relation is 'The table that the rule is from.';
comment on column publication_rule.key is 'Which of its rows.';
comment on column publication_rule.value is 'The row, as JSON.';

create table publication_program (
    program_id       text not null,
    fiscal_year      integer not null,
    publication      text not null references publication deferrable initially deferred,
    evaluation       text not null,
    looks            text[] not null,
    unit_id          text not null,
    name             text not null,
    unit_name        text,
    nature           text not null,
    scope            text not null,
    fund             text,
    function_id      text,
    economic_id      text,
    revenue_type     text,
    framework_id     text,
    is_revenue       integer not null,
    is_overall       integer not null,
    programs         integer not null,
    scored_programs  integer not null,
    proposed         numeric(38,2),
    approved         numeric(38,2),
    carried_over     numeric(38,2),
    adjusted         numeric(38,2),
    budget           numeric(38,2),
    received         numeric(38,2),
    committed        numeric(38,2),
    executed         numeric(38,2),
    planned          numeric(38,2),
    covered_budget   numeric(38,2),
    covered_executed numeric(38,2),
    execution_rate   numeric(38,4),
    execution        numeric,
    weight           numeric(38,8) not null,
    scored_weight    numeric(38,8) not null,
    score_sum        numeric(60,16) not null,
    coverage_sum     numeric(60,16) not null,
    low_sum          numeric(60,16) not null,
    high_sum         numeric(60,16) not null,
    missing          text not null,
    tree_score       numeric(20,8),
    deducted         numeric(38,8),
    cap              numeric(20,8),
    vetoed           integer,
    score            numeric(20,8),
    coverage         numeric(20,8) not null,
    low              numeric(20,8),
    high             numeric(20,8),
    floor            numeric(20,8) not null,
    scale            text not null,
    rating           text,
    rating_rank      integer,
    rating_reason    text,
    overridden       integer not null,
    stage            text,
    closes_on        date,
    counts_until     date,
    items_hash       text not null,
    money_hash       text not null,
    primary key (program_id, fiscal_year, publication)
);
create index publication_program_publication on publication_program (publication, program_id);
comment on table publication_program is
'What a publication says of every program, and what its score came from above the indicators. Written by publish().';
comment on column publication_program.program_id is 'The program.';
comment on column publication_program.fiscal_year is 'The fiscal year.';
comment on column publication_program.publication is 'The publication.';
comment on column publication_program.evaluation is 'The evaluation that the score is of.';
comment on column publication_program.looks is
'That evaluation, and those whose figures it took; of effective also the others that were closed: they had their say in '
'which one counts.';
comment on column publication_program.unit_id is 'The unit that was responsible for it.';
comment on column publication_program.missing is 'What a missing score did: zero, renormalise, or as bpm.tree has it.';
comment on column publication_program.execution is 'The execution of its budget as it was judged, in percent.';
comment on column publication_program.scale is 'The scale that its rating is from.';
comment on column publication_program.items_hash is
'The SHA-256 of its rows in publication_item, as COPY prints them in CSV.';
comment on column publication_program.money_hash is
'The SHA-256 of its rows in publication_money, as COPY prints them in CSV.';
comment on column publication_program.name is 'What it was called.';
comment on column publication_program.unit_name is 'What the unit was called.';
comment on column publication_program.nature is 'Revenue or expenditure.';
comment on column publication_program.scope is 'The scope.';
comment on column publication_program.fund is 'The purse.';
comment on column publication_program.function_id is 'What for.';
comment on column publication_program.economic_id is 'On what.';
comment on column publication_program.revenue_type is 'For revenue: what kind.';
comment on column publication_program.framework_id is 'The framework its indicators came from.';
comment on column publication_program.is_revenue is '1 for revenue.';
comment on column publication_program.is_overall is '1 when it covers the money of others, and counts in no sum.';
comment on column publication_program.programs is 'How many programs; 0 for an overall one.';
comment on column publication_program.scored_programs is 'How many of them have a score.';
comment on column publication_program.proposed is 'Budget asked for.';
comment on column publication_program.approved is 'Approved budget.';
comment on column publication_program.carried_over is 'Money brought from the year before.';
comment on column publication_program.adjusted is 'Changes of the budget, signed.';
comment on column publication_program.budget is 'Approved, carried over and adjusted.';
comment on column publication_program.received is 'Money received.';
comment on column publication_program.committed is 'Contracted and not yet paid.';
comment on column publication_program.executed is 'Spent, or for revenue collected.';
comment on column publication_program.planned is 'Spending planned.';
comment on column publication_program.covered_budget is 'The budget that it answers for: denominator of execution_rate.';
comment on column publication_program.covered_executed is 'What was executed of that: numerator of execution_rate.';
comment on column publication_program.execution_rate is 'Percent: covered_executed / covered_budget.';
comment on column publication_program.weight is 'What it weighs: denominator of coverage, low and high.';
comment on column publication_program.scored_weight is 'What it weighs where it has a score: denominator of score.';
comment on column publication_program.score_sum is 'Sum of weight * score: numerator of score.';
comment on column publication_program.coverage_sum is 'Sum of weight * coverage: numerator of coverage.';
comment on column publication_program.low_sum is 'Sum of weight * low.';
comment on column publication_program.high_sum is 'Sum of weight * high.';
comment on column publication_program.tree_score is 'The score before the rules of the evaluation.';
comment on column publication_program.deducted is 'Points off by rules.';
comment on column publication_program.cap is 'The lowest cap that applied.';
comment on column publication_program.vetoed is '1 after a veto.';
comment on column publication_program.score is 'Points of 100.';
comment on column publication_program.coverage is 'Percentage of the weight that is scored.';
comment on column publication_program.low is 'The score if all that is missing were worst.';
comment on column publication_program.high is 'The score if all that is missing were best.';
comment on column publication_program.floor is 'The coverage under which it is not demonstrated.';
comment on column publication_program.rating is 'What the score is called.';
comment on column publication_program.rating_rank is '1 for the best rating.';
comment on column publication_program.rating_reason is 'Why there is no rating, or why it stands whatever the score.';
comment on column publication_program.overridden is '1 when a rating stands whatever the score.';
comment on column publication_program.stage is 'The stage that it was in.';
comment on column publication_program.closes_on is 'The day on which the evaluation was closed.';
comment on column publication_program.counts_until is 'The day until which figures counted.';

create table publication_item (
    program_id    text not null,
    fiscal_year   integer not null,
    publication   text not null,
    kind          text not null check (kind in ('indicator', 'group', 'grade', 'rule')),
    item          text not null,
    part          text not null default '',
    evaluation    text not null,
    parent_id     text,
    name          text,
    dimension     text,
    aspect        text,
    source        text,
    method        text,
    moves         text,
    unit_of_measure text,
    due           date,
    sort          integer,
    retired       integer not null default 0,
    target        text,
    target_from   date,
    target_recorded_at timestamptz,
    weight        numeric,
    tree_weight   numeric,
    share         numeric(17,16),
    measured_on   date,
    measured_recorded_at timestamptz,
    actual        numeric,
    actual_date   date,
    grade         numeric(11,8),
    late          integer,
    stale         integer,
    score         numeric(20,8),
    coverage      numeric(20,8),
    contribution  numeric(20,8),
    loss          numeric(20,8),
    effect        text,
    points        numeric(20,8),
    applies       integer,
    evidence      text,
    reason        text,
    primary key (program_id, fiscal_year, publication, kind, item, part)
);
comment on table publication_item is
'What a published score came from: its indicators and groups, the grades of several graders, the rules of the '
'evaluation. The contributions of indicators and rules sum to the score. Written by publish().';
comment on column publication_item.program_id is 'The program.';
comment on column publication_item.fiscal_year is 'The fiscal year.';
comment on column publication_item.publication is 'The publication.';
comment on column publication_item.kind is
'indicator; group; grade: one of several of an indicator; rule: of the evaluation.';
comment on column publication_item.item is 'The indicator or group, or the rule.';
comment on column publication_item.part is
'Of a grade the grader; of a rule that looks at each indicator the indicator; else empty.';
comment on column publication_item.target_from is 'The revision of the target that was in force: the day from which it holds ...';
comment on column publication_item.target_recorded_at is '... and when it was recorded.';
comment on column publication_item.measured_on is 'The figure that counted: the day that it is for ...';
comment on column publication_item.measured_recorded_at is '... and when it was recorded.';
comment on column publication_item.tree_weight is 'The weight in the tree: that of siblings which all weigh nothing is 1.';
comment on column publication_item.grade is 'A grade, or the mean of several, 0 to 100, instead of a figure.';
comment on column publication_item.actual is 'The figure; of a rule what it looked at.';
comment on column publication_item.contribution is
'What it brings to the score of the program, or takes from it: of indicators and rules they sum to it exactly.';
comment on column publication_item.loss is 'What it costs: its share of 100 less its contribution; of a rule what it takes.';
comment on column publication_item.effect is 'Of a rule: cap, deduct or veto.';
comment on column publication_item.points is 'Of a rule: how many points.';
comment on column publication_item.applies is 'Of a rule: whether it applied.';
comment on column publication_item.reason is 'Why a computed indicator has no figure.';
comment on column publication_item.evaluation is 'The evaluation that it is of.';
comment on column publication_item.parent_id is 'The group above; empty at the top.';
comment on column publication_item.name is 'What it was called.';
comment on column publication_item.dimension is 'What it measures.';
comment on column publication_item.aspect is 'Which of the four Es it speaks to.';
comment on column publication_item.source is 'Where its score comes from, as in indicator.';
comment on column publication_item.method is 'Of a group: how it makes its score.';
comment on column publication_item.moves is 'How its figure moves in the year.';
comment on column publication_item.unit_of_measure is 'In what it is measured.';
comment on column publication_item.due is 'The day by which its figure had to be there.';
comment on column publication_item.sort is 'Place among its siblings.';
comment on column publication_item.retired is '1 when it was given up.';
comment on column publication_item.target is 'What was promised; of a rule what had to be met.';
comment on column publication_item.weight is 'The weight among its siblings; of a grade that of the grader.';
comment on column publication_item.share is 'Its part of the program by weight, a fraction.';
comment on column publication_item.actual_date is 'Of a milestone: the day on which it was reached.';
comment on column publication_item.late is '1 when the figure is from after the year.';
comment on column publication_item.stale is '1 when the figure was too old to count.';
comment on column publication_item.score is 'Points of 100.';
comment on column publication_item.coverage is 'Percentage of the weight that is scored.';
comment on column publication_item.evidence is 'A link to the evidence.';

create table publication_money (
    program_id    text not null,
    fiscal_year   integer not null,
    publication   text not null,
    fund          text not null,
    economic_id   text not null,
    currency      text not null,
    proposed      numeric(38,2) not null,
    approved      numeric(38,2) not null,
    carried_over  numeric(38,2) not null,
    adjusted      numeric(38,2) not null,
    received      numeric(38,2) not null,
    committed     numeric(38,2) not null,
    executed      numeric(38,2) not null,
    planned       numeric(38,2) not null,
    primary key (program_id, fiscal_year, publication, fund, economic_id)
);
comment on table publication_money is
'The money of every program that a publication has, by fund and economic class. Written by publish().';
comment on column publication_money.program_id is 'The program.';
comment on column publication_money.fiscal_year is 'The fiscal year.';
comment on column publication_money.publication is 'The publication.';
comment on column publication_money.fund is 'The purse.';
comment on column publication_money.economic_id is 'On what.';
comment on column publication_money.currency is 'The currency of the amounts.';
comment on column publication_money.proposed is 'Budget asked for.';
comment on column publication_money.approved is 'Approved budget.';
comment on column publication_money.carried_over is 'Money brought from the year before.';
comment on column publication_money.adjusted is 'Changes of the budget, signed.';
comment on column publication_money.received is 'Money received.';
comment on column publication_money.committed is 'Contracted and not yet paid.';
comment on column publication_money.executed is 'Spent, or for revenue collected.';
comment on column publication_money.planned is 'Spending planned.';

create table publication_person (
    program_id    text not null,
    fiscal_year   integer not null,
    publication   text not null,
    role          text not null check (role in ('responsible', 'owner', 'evaluator')),
    item          text not null default '',
    person        text not null,
    primary key (program_id, fiscal_year, publication, role, item)
);
create index publication_person_publication on publication_person (publication, program_id);
comment on table publication_person is
'Who answered for a program when it was published, who for its figures, who evaluated it: apart from the rest, which '
'can be handed out without names. Written by publish().';
comment on column publication_person.program_id is 'The program.';
comment on column publication_person.fiscal_year is 'The fiscal year.';
comment on column publication_person.publication is 'The publication.';
comment on column publication_person.role is
'responsible: for the effect of the program; owner: for the figure of an indicator; evaluator.';
comment on column publication_person.item is 'The indicator, for an owner.';
comment on column publication_person.person is 'The person.';

create table publication_node (
    tree          text not null,
    node_id       text not null,
    fiscal_year   integer not null,
    publication   text not null references publication deferrable initially deferred,
    parent_id     text,
    name          text,
    programs      integer not null,
    scored_programs integer not null,
    proposed      numeric(38,2) not null,
    approved      numeric(38,2) not null,
    budget        numeric(38,2) not null,
    executed      numeric(38,2) not null,
    weight        numeric(38,8) not null,
    scored_weight numeric(38,8) not null,
    score_sum     numeric(60,16) not null,
    coverage_sum  numeric(60,16) not null,
    low_sum       numeric(60,16) not null,
    high_sum      numeric(60,16) not null,
    score         numeric(20,8),
    coverage      numeric(20,8),
    low           numeric(20,8),
    high          numeric(20,8),
    rating        text,
    rating_rank   integer,
    rating_reason text,
    primary key (publication, tree, node_id)
);
create index publication_node_node on publication_node (tree, node_id, fiscal_year);
comment on table publication_node is
'The trees of a publication (all, unit, function, objective) as they were, and what it says of each node with all '
'below it: expenditure that has money of its own. Written by publish().';
comment on column publication_node.tree is 'all: one node over everything; unit, function, objective.';
comment on column publication_node.node_id is 'The node; all in the tree all.';
comment on column publication_node.fiscal_year is 'The fiscal year.';
comment on column publication_node.publication is 'The publication.';
comment on column publication_node.parent_id is 'The node above it in that year.';
comment on column publication_node.name is 'What it was called.';
comment on column publication_node.programs is 'How many programs; 0 for an overall one.';
comment on column publication_node.scored_programs is 'How many of them have a score.';
comment on column publication_node.proposed is 'Budget asked for.';
comment on column publication_node.approved is 'Approved budget.';
comment on column publication_node.budget is 'Approved, carried over and adjusted.';
comment on column publication_node.executed is 'Spent, or for revenue collected.';
comment on column publication_node.weight is 'What it weighs: denominator of coverage, low and high.';
comment on column publication_node.scored_weight is 'What it weighs where it has a score: denominator of score.';
comment on column publication_node.score_sum is 'Sum of weight * score: numerator of score.';
comment on column publication_node.coverage_sum is 'Sum of weight * coverage: numerator of coverage.';
comment on column publication_node.low_sum is 'Sum of weight * low.';
comment on column publication_node.high_sum is 'Sum of weight * high.';
comment on column publication_node.score is 'Points of 100.';
comment on column publication_node.coverage is 'Percentage of the weight that is scored.';
comment on column publication_node.low is 'The score if all that is missing were worst.';
comment on column publication_node.high is 'The score if all that is missing were best.';
comment on column publication_node.rating is 'What the score is called.';
comment on column publication_node.rating_rank is '1 for the best rating.';
comment on column publication_node.rating_reason is 'Why there is no rating, or why it stands whatever the score.';

-- what stands: the newest of its year and evaluation, unless it is open for a correction
create view publication_standing with (security_invoker = true) as
select p.publication, p.fiscal_year, p.evaluation, p.as_of, p.known_at
from publication p
where not exists (select from publication r where r.replaces = p.publication)
    and coalesce((select e.event from publication_event e where e.publication = p.publication
                  order by e.recorded_at desc limit 1), 'closed again') = 'closed again';
comment on view publication_standing is
'The publications that are not replaced, nor open for a correction: what they came from is closed.';
comment on column publication_standing.publication is 'The publication.';
comment on column publication_standing.fiscal_year is 'The fiscal year.';
comment on column publication_standing.evaluation is 'The evaluation.';
comment on column publication_standing.as_of is 'The day that the results are of.';
comment on column publication_standing.known_at is 'What was recorded later is not in it.';

-- read by guards, as their owner
create view evaluation_published as
select p.program_id, p.fiscal_year, l.look as evaluation, true as closed
from publication_program p
cross join lateral unnest(p.looks) l (look)
where exists (select from publication_standing s where s.publication = p.publication);
comment on view evaluation_published is
'The evaluations of programs that are published: their indicators, targets, figures and grades are closed.';
comment on column evaluation_published.program_id is 'The program.';
comment on column evaluation_published.fiscal_year is 'The fiscal year.';
comment on column evaluation_published.evaluation is 'The evaluation.';
comment on column evaluation_published.closed is 'True.';

create view program_published as
select p.program_id, p.fiscal_year, true as closed
from publication_program p
where exists (select from publication_standing s where s.publication = p.publication)
    and coalesce((select not e.before_the_event from evaluation e
                  where e.evaluation = p.evaluation and e.fiscal_year <= p.fiscal_year
                  order by e.fiscal_year desc limit 1), true);
comment on view program_published is
'The programs and years that are published (other than before the event): the program itself and its money are closed.';
comment on column program_published.program_id is 'The program.';
comment on column program_published.fiscal_year is 'The fiscal year.';
comment on column program_published.closed is 'True.';

create view year_published as
select s.fiscal_year, true as closed
from publication_standing s
where s.evaluation in ('self', 'effective');
comment on view year_published is
'The years whose programs are all published: they take no more programs, and their calendar is closed.';
comment on column year_published.fiscal_year is 'The fiscal year.';
comment on column year_published.closed is 'True.';

create view publication_made as
select p.publication, true as closed
from publication p;
comment on view publication_made is 'The publications: nothing is added to what they froze.';
comment on column publication_made.publication is 'The publication.';
comment on column publication_made.closed is 'True.';

-- Guards. Who writes shares a lock, and who publishes has it alone: so that what is published is all that was recorded.
create function publication_lock() returns bigint
    language sql stable parallel safe
    set search_path from current
    return ('publication'::regclass)::oid::bigint + (31::bigint << 32);
comment on function publication_lock() is 'The key of the advisory lock that who writes shares, and who publishes has alone.';

create function wait_for_publication() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    perform pg_advisory_xact_lock_shared(publication_lock());
    return null;
end
$$;
comment on function wait_for_publication() is 'Waits for a publication that is being made, and makes the next one wait.';

-- Whoever reads with a snapshot of his own does not see what was published since: he fails to serialise, and may try
-- again. What refuse_closed guards needs none of it.
create function see_publications() returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        perform from tree_lock l where l.tree = 'publication' for share;
    end if;
end
$$;
comment on function see_publications() is
'Fails to serialise where something was published that the snapshot of the transaction does not see.';
insert into tree_lock (tree) values ('publication');
comment on table tree_lock is
'One row per tree, updated by whoever changes a parent: two sessions cannot each make half of a loop. So are all of '
'them by whoever publishes, and one of its own.';
comment on column tree_lock.tree is 'The tree: unit, function, economic or objective; or publication.';

-- The row of a publication closes it: it is the next of the chain, made now, with the digests of what is there.
create function publication_chained() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    before record;
    newest text;
    manifest constant text := publication_manifest(new.publication, publication_header(new));
    fault text;
begin
    -- as publish() has done: whoever is writing first
    perform see_publications();
    perform pg_advisory_xact_lock(publication_lock());
    update tree_lock l set changes = l.changes + 1;
    select p.n, p.hash into before from publication p order by p.n desc limit 1;
    select p.publication into newest from publication p
    where p.fiscal_year = new.fiscal_year and p.evaluation = new.evaluation
        and not exists (select from publication r where r.replaces = p.publication);
    fault := case
        when new.n <> coalesce(before.n, 0) + 1 then format('It is not number %s of the chain.',
                                                             coalesce(before.n, 0) + 1)
        when new.previous_hash is distinct from before.hash then 'It does not carry the hash of the one before it.'
        when new.published_by <> current_user or new.published_at not between now() and clock_timestamp()
            then 'It is not published now, by whom it says.'
        when new.known_at not between now() and new.published_at
            then 'It does not know just what was recorded before it was published.'
        when new.as_of > (new.known_at at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date
            then 'It is of a day to come.'
        -- what is replaced is no longer closed
        when new.replaces is distinct from newest then format('What it has to replace is %s.',
                                                               coalesce('"' || newest || '"', 'none'))
        when new.programs <> (select count(*) from publication_program p where p.publication = new.publication)
            then format('It does not have %s programs.', new.programs)
        when exists (select from publication_program p
                     where p.publication = new.publication and (p.closes_on <= new.as_of) is not true)
            then 'An evaluation in it is open.'
        when new.manifest <> manifest then 'Its files do not have the digests of its manifest.'
        when new.hash <> hash_of(manifest) then 'The hash is not that of its manifest.' end;
    if fault is not null then
        raise exception 'publication "%" does not fit into the chain', new.publication
            using errcode = 'integrity_constraint_violation',
                  detail = fault,
                  hint = 'publish() makes a publication.';
    end if;
    new.manifest := manifest;
    new.hash := hash_of(manifest);
    return new;
end
$$;
comment on function publication_chained() is
'Gives a publication the manifest and the hash of its rows; refuses one that says otherwise, is not the next of the '
'chain, does not replace the last one of its year and evaluation, or has an evaluation that is open.';
create trigger publication_chained before insert on publication
    for each row execute function publication_chained();
create trigger zz_made before insert on publication
    for each row execute function bpm.lock_closing('publication_made', 'publication');

-- Opened and closed again in turn, when it happens: what is being written is waited for.
create function publication_opened() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    last record;
    fault text;
begin
    perform see_publications();
    perform pg_advisory_xact_lock(publication_lock());
    select e.event, e.recorded_at into last from publication_event e
    where e.publication = new.publication order by e.recorded_at desc limit 1;
    fault := case
        when exists (select from publication r where r.replaces = new.publication) then 'It is replaced.'
        when new.event = coalesce(last.event, 'closed again')
            then format('It is %s.', case new.event when 'opened' then 'open' else 'closed' end)
        when new.recorded_at not between now() and clock_timestamp() or new.recorded_at <= last.recorded_at
            or new.recorded_by <> current_user then 'It is not recorded now, by whom it says.' end;
    if fault is not null then
        raise exception 'publication "%" cannot be %', new.publication, new.event
            using errcode = 'check_violation',
                  detail = fault,
                  hint = 'The newest publication of a year is opened for a correction, and closed again, in turn; '
                         'leave out recorded_at and recorded_by.';
    end if;
    update tree_lock l set changes = l.changes + 1;
    return new;
end
$$;
comment on function publication_opened() is
'Refuses to open what is open or replaced, to close what is closed, and to say that it was at another time.';
create trigger publication_opened before insert on publication_event
    for each row execute function publication_opened();

-- What the rules and settings of a published year say has to stay what the publication has. What is only for show, or
-- for monitoring, may change.
create function rule_published() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    of_relation constant text := coalesce(tg_argv[0], tg_table_name);
    fault record;
begin
    perform see_publications();
    select s.publication, s.fiscal_year, x.key into fault
    from publication_standing s
    cross join lateral (
        select u.key
        from (select r.key, published_part(r.relation, r.value) as value from publication_rule r
              where r.publication = s.publication and r.relation = of_relation
              union all
              select n.key, published_part(n.relation, n.value) from rules_now(s.fiscal_year, s.publication) n
              where n.relation = of_relation) u
        group by u.key
        having count(*) <> 2 or min(u.value::text) <> max(u.value::text)) x
    order by s.fiscal_year, s.publication, x.key
    limit 1;
    if found then
        raise exception 'the rules of % are published', fault.fiscal_year
            using errcode = 'restrict_violation',
                  detail = format('"%s" would no longer say%s what publication "%s" was made by.', tg_table_name,
                                  case when fault.key <> '' then format(' of "%s"', fault.key) else '' end,
                                  fault.publication),
                  hint = 'Let the change hold from a later year, or open the publication for a correction: '
                         'publication_event.';
    end if;
    return null;
end
$$;
comment on function rule_published() is
'Refuses a change of rules by which a year was published. Argument: what they are called in publication_rule, where '
'that is not the name of the table.';

-- The units are in the hands of their owner, who sees all nodes; those of functions and objectives are rules, which
-- everybody sees.
create function node_published() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    fault record;
begin
    if not exists (select from publication) then
        return null;
    end if;
    select p.fiscal_year, p.node_id, p.publication into fault
    from (select distinct c.unit_id as id from changed c) c
    join publication_node p on p.tree = 'unit' and p.node_id = c.id
    join publication_standing s on s.publication = p.publication
    left join node_tree t on t.tree = p.tree and t.id = p.node_id and p.fiscal_year between t.from_year and t.to_year
    where t.id is null or t.parent_id is distinct from p.parent_id
    order by p.fiscal_year, p.node_id
    limit 1;
    if found then
        raise exception 'the tree of % is published', fault.fiscal_year
            using errcode = 'restrict_violation',
                  detail = format('"%s" would no longer be where publication "%s" has it.', fault.node_id,
                                  fault.publication),
                  hint = 'Let the move hold from a later year, or open the publication for a correction: '
                         'publication_event.';
    end if;
    return null;
end
$$;
comment on function node_published() is 'Refuses to move a unit in a year whose tree is published.';

-- Who may say when something was recorded may not say that it was before a publication. What was recorded just now
-- was not: a publication takes longer, and who writes has waited for it.
create function published_past() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    named text;
begin
    perform see_publications();
    if tg_argv[0] = 'year' then
        select b.publication into named from publication b
        where b.fiscal_year = new.fiscal_year and b.known_at >= new.recorded_at limit 1;
    else
        select b.publication into named from publication_program p
        join publication b on b.publication = p.publication
        where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year and b.known_at >= new.recorded_at
        limit 1;
    end if;
    if found then
        raise exception 'what was known when "%" was published does not change', named
            using errcode = 'restrict_violation',
                  detail = format('The row of "%s" says that it was recorded at %s.', tg_table_name,
                                  to_char(new.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
                  hint = 'Leave recorded_at out.';
    end if;
    return new;
end
$$;
comment on function published_past() is
'Refuses a fact that says it was recorded before a publication of its program, or with the argument year of its year.';

create function published_truncate() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if exists (select from publication_standing) then
        raise exception 'rows of "%" belong to what is published', tg_table_name
            using errcode = 'restrict_violation',
                  hint = 'Delete what is not published.';
    end if;
    return null;
end
$$;
comment on function published_truncate() is 'Refuses to empty a table of which something is published.';

do $do$
declare
    t text;
begin
    -- what is published
    foreach t in array '{publication,publication_event,publication_rule,publication_program,publication_item,
        publication_money,publication_person,publication_node}'::text[]
    loop
        execute format('create trigger fact_guard before update or delete or truncate on %I
            for each statement execute function fact_guard()', t);
        execute format('create trigger fact_guard_row before update or delete on %I
            for each row execute function fact_guard()', t);
        continue when t in ('publication', 'publication_event');
        execute format('create trigger zz_made before insert on %I for each row
            execute function bpm.refuse_closed(''publication_made'', ''publication'')', t);
    end loop;
    -- who writes to what a score is made of, or plants rows that look like a publication's
    foreach t in array '{program,program_objective,responsible,rating_override,indicator,target_revision,measurement,
        grader,program_evaluation,evaluation_event,stage_event,budget_entry,year_event,nature,scope,revenue_type,place,
        setting,framework,evaluation,score_rule,breakdown,unit,unit_move,function_code,function_move,objective,
        objective_move,publication_rule,publication_program,publication_item,publication_money,publication_person,
        publication_node}'::text[]
    loop
        execute format('create trigger wait_for_publication before insert or update or delete on %I
            for each statement execute function wait_for_publication()', t);
    end loop;
    foreach t in array '{program_objective,responsible,rating_override,budget_entry}'::text[] loop
        execute format('create trigger zz_published before insert or update or delete on %I for each row
            execute function bpm.refuse_closed_unlocked(''program_published'', ''program_id'', ''fiscal_year'')', t);
    end loop;
    foreach t in array '{indicator,target_revision,measurement,grader,program_evaluation,evaluation_event}'::text[] loop
        execute format('create trigger zz_published before insert or update or delete on %I for each row
            execute function bpm.refuse_closed_unlocked(''evaluation_published'', ''program_id'', ''fiscal_year'',
                                               ''evaluation'')', t);
    end loop;
    foreach t in array '{year_event,breakdown}'::text[] loop
        execute format('create trigger zz_published before insert or update or delete on %I for each row
            execute function bpm.refuse_closed_unlocked(''year_published'', ''fiscal_year'')', t);
    end loop;
    foreach t in array '{nature,scope,revenue_type,place,setting,framework,evaluation,score_rule}'::text[] loop
        execute format('create trigger rule_published after insert or update or delete or truncate on %I
            for each statement execute function rule_published()', t);
    end loop;
    foreach t in array '{measurement,target_revision,budget_entry,stage_event,evaluation_event,rating_override}'::text[]
    loop
        execute format('create trigger before_publication before insert on %I
            for each row when (new.recorded_at < clock_timestamp() - interval ''1 millisecond'')
            execute function published_past()', t);
    end loop;
    foreach t in array '{program,program_objective,responsible,indicator,grader,program_evaluation,breakdown}'::text[]
    loop
        execute format('create trigger published_truncate before truncate on %I
            for each statement execute function published_truncate()', t);
    end loop;
end
$do$;
create trigger before_publication before insert on year_event
    for each row when (new.recorded_at < clock_timestamp() - interval '1 millisecond')
    execute function published_past('year');
create trigger zz_published before update or delete on program
    for each row execute function bpm.refuse_closed_unlocked('program_published', 'program_id', 'fiscal_year');
create trigger zz_published_year before insert or delete on program
    for each row execute function bpm.refuse_closed_unlocked('year_published', 'fiscal_year');
do $do$
declare
    t record;
begin
    -- what guards a table as a whole does not guard its partitions: facts are guarded row by row as well
    for t in
        select g.tgrelid::regclass as relation from pg_trigger g
        join pg_class c on c.oid = g.tgrelid
            and c.relnamespace = (select p.relnamespace from pg_class p where p.oid = 'publication'::regclass)
        where g.tgname = 'fact_guard'
            and not exists (select from pg_trigger x where x.tgrelid = g.tgrelid and x.tgname = 'fact_guard_row')
        order by c.relname
    loop
        execute format('create trigger fact_guard_row before update or delete on %s
            for each row execute function fact_guard()', t.relation);
    end loop;
    for t in
        select x.relation, m.of_relation from unnest('{unit,unit_move,function_code,function_move,objective,
            objective_move}'::text[]) with ordinality x (relation, place)
        left join (values ('function_code', 'function_code'), ('function_move', 'function_code'),
            ('objective', 'objective'), ('objective_move', 'objective')) m (relation, of_relation) using (relation)
        order by x.place
    loop
        if t.of_relation is not null then
            execute format('create trigger rule_published after insert or update or delete on %I
                for each statement execute function rule_published(%L)', t.relation, t.of_relation);
        else
            execute format('create trigger node_published_insert after insert on %I referencing new table as changed
                for each statement execute function node_published()', t.relation);
            execute format('create trigger node_published_update after update on %I referencing old table as changed
                for each statement execute function node_published()', t.relation);
            execute format('create trigger node_published_delete after delete on %I referencing old table as changed
                for each statement execute function node_published()', t.relation);
        end if;
        execute format('create trigger published_truncate before truncate on %I
            for each statement execute function published_truncate()', t.relation);
    end loop;
end
$do$;
