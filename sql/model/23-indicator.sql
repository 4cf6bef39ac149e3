-- Indicators, what was promised of them, and what was measured

create table indicator (
    program_id   text not null,
    fiscal_year  integer not null,
    evaluation   text not null default 'self' check (evaluation <> ''),
    indicator_id text not null check (indicator_id <> ''),
    parent_id    text,
    name         text not null,
    dimension    text references dimension,
    aspect       text references aspect,
    unit_of_measure text,
    source       text not null default 'measured' check (source in (
        'measured', 'budget', 'group', 'graded', 'same', 'ratio')),
    same_as      text,
    numerator    text,
    denominator  text,
    ratio_as     text check (ratio_as in ('percent', 'value', 'change', 'saving')),
    buys         boolean not null default false,
    conforming_of text,
    method       bpm.method not null default 'mean',
    moves        text not null default 'level' check (moves in ('cumulative', 'level', 'rate', 'milestone')),
    due          date check (isfinite(due)),
    figure_every integer check (figure_every in (1, 3, 6, 12)),
    stale_days   integer check (stale_days > 0),
    baseline     numeric check (baseline > '-infinity' and baseline < 'infinity'),
    owner        text,
    adjustment_id text,
    sort         integer not null default 0,
    evaluation_ref text generated always as (nullif(evaluation, 'self')) stored,
    -- only a group has parts: a foreign key over these two says so, whatever other sessions do
    is_group     boolean not null generated always as (source = 'group') stored,
    below_group  boolean generated always as (case when parent_id is not null then true end) stored,
    primary key (program_id, fiscal_year, evaluation, indicator_id),
    unique (program_id, fiscal_year, evaluation, indicator_id, is_group),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, evaluation_ref) references program_evaluation,
    foreign key (program_id, fiscal_year, adjustment_id) references adjustment,
    constraint indicator_buys check (not buys or evaluation = 'self' and source = 'measured'),
    constraint indicator_conforming_of check (conforming_of <> indicator_id),
    constraint indicator_below_group foreign key (program_id, fiscal_year, evaluation, parent_id, below_group)
        references indicator (program_id, fiscal_year, evaluation, indicator_id, is_group),
    constraint indicator_not_below_itself check (parent_id <> indicator_id),
    constraint indicator_ratio check (
        num_nonnulls(numerator, denominator, ratio_as) = case source when 'ratio' then 3 else 0 end),
    constraint indicator_is_of_quantities check (is_quantity(numerator) and is_quantity(denominator)),
    constraint indicator_same_as check ((source = 'same') = (same_as is not null) and same_as <> evaluation)
);
comment on table indicator is
'The indicators of an evaluation of a program in a fiscal year, as a tree: groups, and under them what is measured.';
comment on column indicator.program_id is 'The program.';
comment on column indicator.fiscal_year is 'The fiscal year.';
comment on column indicator.evaluation is
'The look at the program that it belongs to: self where nothing else is said.';
comment on column indicator.indicator_id is 'The code of the indicator or group.';
comment on column indicator.parent_id is 'The group above; empty at the top.';
comment on column indicator.name is 'Its name.';
comment on column indicator.dimension is 'What it measures.';
comment on column indicator.aspect is 'Which of the four Es it speaks to.';
comment on column indicator.unit_of_measure is 'In what it is measured.';
comment on column indicator.source is
'Where its score comes from. measured: a figure, or one grade; budget: execution as it is judged (executed '
'and credited over budget), in percent; group: what is below it; graded: the grades of several graders; same: the '
'indicator of the same name in another evaluation; ratio: two things that the model knows, one over the other.';
comment on column indicator.same_as is 'For source same: the other evaluation.';
comment on column indicator.numerator is
'For source ratio: what is divided. Money of the program: proposed, approved, carried_over, adjusted, budget, '
'received, committed, executed, planned, unspent; "executed on 301" of an economic class and all below it. An '
'indicator of the same evaluation: "indicator X", its figure; "gap X" and "gini X", of its figures by group. Of its '
'unit and all below: revenue, own revenue, tax revenue, "revenue X" of a kind, concentration of revenue, expenditure; '
'"total revenue" and so on of the whole to which its unit belongs. Or 1. Each may be of the year before: "executed '
'last year".';
comment on column indicator.denominator is 'For source ratio: what it is divided by, in the same words.';
comment on column indicator.ratio_as is
'For source ratio: percent (100 n / d), value (n / d), change (100 (n - d) / d) or saving (100 (d - n) / d).';
comment on column indicator.buys is
'Whether it is the output that the money of the program buys, as marked when the budget was approved: with a target '
'>= a figure above 0 it tells what was not delivered from what was saved. One of a program.';
comment on column indicator.conforming_of is
'The output of which it says, in percent, how much conforms: only that counts as delivered.';
comment on column indicator.method is
'How a group makes its score from what is below it: mean, geometric, weakest, sum, m1 or m2.';
comment on column indicator.moves is
'How its figure moves in the year: cumulative (adds up), level (stands where it is), rate (a share or an average) or '
'milestone (its figure is a date).';
comment on column indicator.due is 'The day by which its figure has to be there; the end of the year when empty.';
comment on column indicator.figure_every is
'Every how many months of the year a figure is due; empty: at due, else by the rules of monitoring.';
comment on column indicator.stale_days is
'A figure that is older than so many days, on the day shown or at the close, counts as not measured; empty: any '
'figure of the year counts.';
comment on column indicator.baseline is 'What it stood at before the year, as roll_forward found it.';
comment on column indicator.owner is 'The person who answers for the figure.';
comment on column indicator.adjustment_id is
'The act by which it was added, moved or changed once the targets were fixed.';
comment on column indicator.sort is 'Place among its siblings.';
comment on column indicator.evaluation_ref is 'The evaluation when it is not self (computed), for the foreign key.';
comment on column indicator.is_group is 'Whether it is a group (computed).';
comment on column indicator.below_group is
'True where there is a group above (computed): the foreign key to it refuses what is no group.';

create trigger ratio_is_known before insert or update on indicator
    for each row when (new.source = 'ratio' and (new.ratio_as is not null and is_quantity(new.numerator)
        and is_quantity(new.denominator)) is not true)
    execute function refuse_row('a ratio is made of two things that the model knows',
        'Give numerator, denominator and ratio_as; the comment of the column numerator lists what there is.');
-- which programs are judged by their execution: looked up for each
create index indicator_execution on indicator (program_id, fiscal_year) where source in ('budget', 'same');
create unique index indicator_buys on indicator (program_id, fiscal_year) where buys;

-- Who changes a tree of indicators updates its row here first: two sessions that each make half of a loop wait for
-- each other, or fail to serialise, at every isolation level.
create table indicator_tree (
    program_id  text not null,
    fiscal_year integer not null,
    evaluation  text not null,
    moves       bigint not null default 0,
    primary key (program_id, fiscal_year, evaluation),
    foreign key (program_id, fiscal_year) references program
);
comment on table indicator_tree is
'One row for each tree of indicators in which something was moved to another group; kept by a trigger.';
comment on column indicator_tree.program_id is 'The program.';
comment on column indicator_tree.fiscal_year is 'The fiscal year.';
comment on column indicator_tree.evaluation is 'The evaluation.';
comment on column indicator_tree.moves is 'How many statements have moved something.';

create function indicator_loop_refused(program_id text, fiscal_year integer, evaluation text,
    indicator_id text) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    raise exception 'indicator "%" cannot be below itself', $4
        using errcode = 'check_violation',
              detail = format('It would be its own group, or above it, in evaluation %s of program %s in %s.',
                              $3, $1, $2),
              hint = 'Choose a group outside of its own branch.';
end
$$;
comment on function indicator_loop_refused(text, integer, text, text) is 'Says which indicator would be below itself.';

-- What a statement adds can only loop within itself: everything else was there before it. So all of it has to be
-- reached from what lies at the top or under something that was there.
create function indicator_added() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    lost record;
begin
    if not exists (select from added a where a.parent_id is not null) then
        return null;
    end if;
    with recursive reached (program_id, fiscal_year, evaluation, indicator_id) as (
        select a.program_id, a.fiscal_year, a.evaluation, a.indicator_id
        from added a
        left join added g on g.program_id = a.program_id and g.fiscal_year = a.fiscal_year
            and g.evaluation = a.evaluation
            and g.indicator_id = a.parent_id
        where g.indicator_id is null
        union all
        select a.program_id, a.fiscal_year, a.evaluation, a.indicator_id
        from reached r
        join added a on a.program_id = r.program_id and a.fiscal_year = r.fiscal_year and a.evaluation = r.evaluation
            and a.parent_id = r.indicator_id
    )
    select a.* into lost from added a
    where not exists (select from reached r where r.program_id = a.program_id and r.fiscal_year = a.fiscal_year
                          and r.evaluation = a.evaluation and r.indicator_id = a.indicator_id)
    order by a.program_id, a.fiscal_year, a.evaluation, a.indicator_id
    limit 1;
    if found then
        perform indicator_loop_refused(lost.program_id, lost.fiscal_year, lost.evaluation, lost.indicator_id);
    end if;
    return null;
end
$$;
comment on function indicator_added() is 'Refuses indicators that one statement adds as a loop.';
create trigger tree_added after insert on indicator
    referencing new table as added
    for each statement execute function indicator_added();

create function indicator_moved() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    lost record;
begin
    -- in one order, so that two statements cannot wait for each other
    insert into indicator_tree as t (program_id, fiscal_year, evaluation, moves)
    select distinct c.program_id, c.fiscal_year, c.evaluation, 1
    from changed c
    join before b using (program_id, fiscal_year, evaluation, indicator_id)
    where c.parent_id is distinct from b.parent_id and c.parent_id is not null
    order by 1, 2, 3
    on conflict on constraint indicator_tree_pkey do update set moves = t.moves + 1;
    if not found then
        return null;
    end if;
    with recursive up (program_id, fiscal_year, evaluation, start, above) as (
        select c.program_id, c.fiscal_year, c.evaluation, c.indicator_id, c.parent_id
        from changed c
        join before b using (program_id, fiscal_year, evaluation, indicator_id)
        where c.parent_id is distinct from b.parent_id and c.parent_id is not null
        union
        select u.program_id, u.fiscal_year, u.evaluation, u.start, i.parent_id
        from up u
        join indicator i on i.program_id = u.program_id and i.fiscal_year = u.fiscal_year
            and i.evaluation = u.evaluation
            and i.indicator_id = u.above
        where i.parent_id is not null
    )
    select u.* into lost from up u where u.above = u.start order by 1, 2, 3, 4 limit 1;
    if found then
        perform indicator_loop_refused(lost.program_id, lost.fiscal_year, lost.evaluation, lost.start);
    end if;
    return null;
end
$$;
comment on function indicator_moved() is 'Refuses to move an indicator below itself.';
create trigger tree_moved after update on indicator
    referencing old table as before new table as changed
    for each statement execute function indicator_moved();

create trigger evaluation_guard_new before insert or update on indicator
    for each row when (new.evaluation <> 'self') execute function evaluation_guard();
create trigger evaluation_guard_old before update or delete on indicator
    for each row when (old.evaluation <> 'self') execute function evaluation_guard('old');
create trigger zz_closed before insert or update or delete on indicator
    for each row execute function bpm.refuse_closed('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');

create table target_revision (
    program_id   text not null,
    fiscal_year  integer not null,
    evaluation   text not null default 'self',
    indicator_id text not null,
    valid_from   date not null check (isfinite(valid_from)),
    target       bpm.target,
    weight       numeric(20,8) check (weight >= 0 and weight <> 'NaN'),
    retired      boolean not null default false,
    adjustment_id text,
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by  text not null default current_user,
    reason       text,
    primary key (program_id, fiscal_year, evaluation, indicator_id, valid_from, recorded_at),
    foreign key (program_id, fiscal_year, evaluation, indicator_id) references indicator,
    foreign key (program_id, fiscal_year, adjustment_id) references adjustment,
    constraint target_revision_retired check (not retired or reason <> '' and reason is not null and target is null
        and weight is null)
);
comment on table target_revision is
'What was promised for an indicator, and what it weighs among its siblings, from a day on.';
comment on column target_revision.program_id is 'The program.';
comment on column target_revision.fiscal_year is 'The fiscal year.';
comment on column target_revision.evaluation is 'The evaluation.';
comment on column target_revision.indicator_id is 'The indicator; a group has a weight and no target.';
comment on column target_revision.valid_from is 'The day from which it holds.';
comment on column target_revision.target is
'The rule: >= 95%, <= 12 [days], 90..110, by 2026-06-30, direct. Empty: as before, and not set where nothing was '
'before.';
comment on column target_revision.weight is
'The weight among its siblings; 0: not applicable. Empty: as before, and 1 where nothing was before.';
comment on column target_revision.retired is
'Whether the indicator, or the group with all below it, is given up from that day on, with the reason; a later '
'revision takes it up again.';
comment on column target_revision.adjustment_id is 'The act by which it was changed during the year.';
comment on column target_revision.recorded_at is 'When it was recorded.';
comment on column target_revision.recorded_by is 'By whom.';
comment on column target_revision.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on target_revision
    for each statement execute function fact_guard();

create trigger evaluation_guard before insert on target_revision
    for each row when (new.evaluation <> 'self')
    execute function evaluation_guard();
create trigger zz_closed before insert or update or delete on target_revision
    for each row execute function bpm.refuse_closed('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');

create table measurement (
    program_id   text not null,
    fiscal_year  integer not null,
    evaluation   text not null default 'self',
    indicator_id text not null,
    as_of        date not null check (isfinite(as_of)),
    grader       text not null default '',
    breakdown    text not null default '',
    grader_ref   text generated always as (nullif(grader, '')) stored,
    breakdown_ref text generated always as (nullif(breakdown, '')) stored,
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    actual       numeric check (actual > '-infinity' and actual < 'infinity'),
    actual_date  date check (isfinite(actual_date)),
    score        numeric(11,8) check (score between 0 and 100),
    band         text,
    withdrawn    timestamptz,
    evidence     text,
    note         text,
    recorded_by  text not null default current_user,
    reason       text,
    primary key (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, recorded_at),
    foreign key (program_id, fiscal_year, evaluation, indicator_id) references indicator,
    foreign key (program_id, fiscal_year, evaluation, grader_ref) references grader,
    foreign key (fiscal_year, breakdown_ref) references breakdown,
    constraint measurement_withdraws_a_figure
        foreign key (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown,
            withdrawn) references measurement,
    constraint measurement_one_figure check (num_nonnulls(actual, actual_date, score, withdrawn) = 1),
    constraint measurement_withdrawn check (withdrawn is null or reason <> '' and reason is not null)
);
create index measurement_withdrawn on measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, withdrawn)
    where withdrawn is not null;
comment on table measurement is
'What was measured, or graded, on a day. The latest day counts, and of one day what was recorded last.';
comment on column measurement.program_id is 'The program.';
comment on column measurement.fiscal_year is 'The fiscal year.';
comment on column measurement.evaluation is 'The evaluation.';
comment on column measurement.indicator_id is 'The indicator.';
comment on column measurement.as_of is 'The day that the figure is for.';
comment on column measurement.grader is 'Who graded, where several do; empty for the figure itself.';
comment on column measurement.breakdown is
'The group of people or places that the figure is of; empty for all of them.';
comment on column measurement.grader_ref is 'The grader, or empty (computed), for the foreign key.';
comment on column measurement.breakdown_ref is 'The group, or empty (computed), for the foreign key.';
comment on column measurement.recorded_at is 'When it was recorded.';
comment on column measurement.actual is 'The figure, scored against the target.';
comment on column measurement.actual_date is
'For a milestone: the day on which it was reached, scored against the target.';
comment on column measurement.score is 'A grader''s score, 0 to 100, instead of a figure.';
comment on column measurement.band is
'How far it was achieved, in a word of grade_band: the score lies within its bounds.';
comment on column measurement.withdrawn is
'Takes a figure back, with the reason: when that figure, of the same day, was recorded. The one before it counts '
'again.';
comment on column measurement.evidence is 'A link to the evidence.';
comment on column measurement.note is 'A note.';
comment on column measurement.recorded_by is 'By whom.';
comment on column measurement.reason is 'Why, for a correction.';
create trigger fact_guard before update or delete or truncate on measurement
    for each statement execute function fact_guard();
create trigger evaluation_guard before insert on measurement
    for each row when (new.evaluation <> 'self' or new.grader <> '')
    execute function evaluation_guard('graded');
create trigger zz_closed before insert or update or delete on measurement
    for each row execute function bpm.refuse_closed('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');
