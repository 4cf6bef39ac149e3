-- Frameworks: ready-made indicator trees

create table framework (
    framework_id text primary key check (framework_id <> ''),
    name         text not null,
    description  text,
    scale        bpm.scale,
    weight_total numeric(12,4) check (weight_total > 0),
    execution_points numeric(12,4) check (execution_points >= 0)
);
comment on table framework is 'Ready-made indicator trees, to be applied to a program in one call.';
comment on column framework.framework_id is 'The code of the framework.';
comment on column framework.name is 'Its name.';
comment on column framework.description is 'Where it comes from and what it is for.';
comment on column framework.scale is 'What its scores are called; the setting of the year when empty.';
comment on column framework.weight_total is 'What its top weights total; the setting of the year when empty.';
comment on column framework.execution_points is
'How much of the total is budget execution; the setting of the year when empty.';

create function is_quantity(named text) returns boolean
    language sql immutable strict parallel safe
    return named ~ ('^(1|(proposed|approved|carried_over|adjusted|budget|received|committed|executed|planned|unspent)'
        || '( on .+)?|(total )?(expenditure|(own |tax )?revenue|revenue .+|concentration of revenue)'
        || '|(indicator|gap|gini) .+)( last year)?$');
comment on function is_quantity(text) is
'Whether a text names something that the model knows, of which a ratio can be made; see framework_indicator.numerator.';

create table framework_indicator (
    framework_id text not null references framework on delete cascade,
    indicator_id text not null check (indicator_id <> ''),
    parent_id    text,
    name         text not null,
    dimension    text references dimension,
    aspect       text references aspect,
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
    target       bpm.target,
    weight       numeric(20,8) not null default 1 check (weight >= 0 and weight <> 'NaN'),
    sort         integer not null default 0,
    primary key (framework_id, indicator_id),
    foreign key (framework_id, parent_id) references framework_indicator (framework_id, indicator_id),
    constraint framework_indicator_ratio check (
        num_nonnulls(numerator, denominator, ratio_as) = case source when 'ratio' then 3 else 0 end),
    constraint framework_indicator_is_of_quantities check (is_quantity(numerator) and is_quantity(denominator)),
    constraint framework_indicator_same_as check ((source = 'same') = (same_as is not null))
);
comment on table framework_indicator is 'The tree of a framework: groups, and indicators with their weights and rules.';
comment on column framework_indicator.framework_id is 'The framework.';
comment on column framework_indicator.indicator_id is 'The code of the indicator or group, as a program will have it.';
comment on column framework_indicator.parent_id is 'The group above; empty at the top.';
comment on column framework_indicator.name is 'Its name.';
comment on column framework_indicator.dimension is 'What it measures.';
comment on column framework_indicator.aspect is 'Which of the four Es it speaks to.';
comment on column framework_indicator.source is
'Where its score comes from: measured, budget, group, graded, same or ratio, as in indicator.';
comment on column framework_indicator.same_as is
'For source same: the evaluation whose indicator of the same name it takes.';
comment on column framework_indicator.numerator is
'For source ratio: what is divided. Money of the program: proposed, approved, carried_over, adjusted, budget, '
'received, committed, executed, planned, unspent; "executed on 301" of an economic class and all below it. An '
'indicator of the same evaluation: "indicator X", its figure; "gap X" and "gini X", of its figures by group. Of its '
'unit and all below: revenue, own revenue, tax revenue, "revenue X" of a kind, concentration of revenue, expenditure; '
'"total revenue" and so on of the whole to which its unit belongs. Or 1. Each may be of the year before: "executed '
'last year".';
comment on column framework_indicator.denominator is 'For source ratio: what it is divided by, in the same words.';
comment on column framework_indicator.ratio_as is
'For source ratio: percent (100 n / d), value (n / d), change (100 (n - d) / d) or saving (100 (d - n) / d).';
comment on column framework_indicator.buys is 'Whether it is the output that the money buys.';
comment on column framework_indicator.conforming_of is
'The output of which it says how much conforms, in percent.';
comment on column framework_indicator.method is
'How a group makes its score from what is below it: mean, geometric, weakest, sum, m1 or m2.';
comment on column framework_indicator.moves is
'How its figure moves in the year: cumulative, level, rate or milestone.';
comment on column framework_indicator.target is
'The rule, when the framework has one; each program sets its own where it has none.';
comment on column framework_indicator.weight is 'The weight among its siblings.';
comment on column framework_indicator.sort is 'Place among its siblings.';
