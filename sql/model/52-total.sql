-- Totals of publications, for those who do not see all rows

create table published_total (
    unit_id      text not null references unit,
    fiscal_year  integer not null,
    publication  text not null references publication deferrable initially deferred,
    suppressed   integer not null default 0 check (suppressed in (0, 1)),
    programs     integer,
    budget       numeric(38,2),
    executed     numeric(38,2),
    weight       numeric(38,8),
    scored_weight numeric(38,8),
    score_sum    numeric(60,16),
    coverage_sum numeric(60,16),
    low_sum      numeric(60,16),
    high_sum     numeric(60,16),
    score        numeric(20,8),
    coverage     numeric(20,8),
    rating       text,
    low          numeric(20,8),
    high         numeric(20,8),
    rating_rank  integer,
    rating_reason text,
    primary key (unit_id, fiscal_year, publication)
);
create index published_total_publication on published_total (publication);
comment on table published_total is
'Totals by unit for those who do not see all rows, of each publication; what would tell of few programs is not in it.';
comment on column published_total.unit_id is 'The unit, with everything below it.';
comment on column published_total.fiscal_year is 'The fiscal year.';
comment on column published_total.publication is 'The publication.';
comment on column published_total.suppressed is '1 when the figures are held back.';
comment on column published_total.programs is 'Number of programs.';
comment on column published_total.budget is 'Approved, carried over and adjusted.';
comment on column published_total.executed is 'Spent.';
comment on column published_total.weight is 'What the programs weigh: denominator of coverage, low and high.';
comment on column published_total.scored_weight is 'What the programs that have a score weigh: denominator of score.';
comment on column published_total.score_sum is 'Sum of weight * score: numerator of score.';
comment on column published_total.coverage_sum is 'Sum of weight * coverage: numerator of coverage.';
comment on column published_total.low_sum is 'Sum of weight * low.';
comment on column published_total.high_sum is 'Sum of weight * high.';
comment on column published_total.score is 'Points of 100.';
comment on column published_total.coverage is 'Percentage of the weight that is scored.';
comment on column published_total.rating is 'What the score is called.';
comment on column published_total.low is 'The score if all that is missing were worst.';
comment on column published_total.high is 'The score if all that is missing were best.';
comment on column published_total.rating_rank is '1 for the best rating.';
comment on column published_total.rating_reason is 'Why there is no rating.';
create trigger fact_guard before update or delete or truncate on published_total
    for each statement execute function fact_guard();
create trigger fact_guard_row before update or delete on published_total
    for each row execute function fact_guard();
create trigger zz_made before insert on published_total
    for each row execute function bpm.refuse_closed('publication_made', 'publication');
