-- Reference data: classifications and settings. All of it rows, to be changed by the office.
-- Everything here is made once; the names are those of the schema that comes first in the search_path.

create table model_version (
    level       integer primary key,
    version     text not null,
    upgraded_at timestamptz not null
);
comment on table model_version is 'Which migrations the model has, and from which version of the extension.';
comment on column model_version.level is 'The number of the last migration.';
comment on column model_version.version is 'The version of the extension that ran it.';
comment on column model_version.upgraded_at is 'When.';

-- flat classifications ---------------------------------------------------------------------------

create table nature (
    nature text primary key check (nature <> ''),
    name   text not null,
    is_revenue boolean not null default false,
    sort   integer not null default 0
);
comment on table nature is 'Revenue or expenditure.';
comment on column nature.nature is 'The code of the nature.';
comment on column nature.name is 'Its name.';
comment on column nature.is_revenue is
'Whether money comes in: such programs are left out of the totals of spending and shown by revenue_result.';
comment on column nature.sort is 'Place in a list.';

create table scope (
    scope  text primary key check (scope <> ''),
    name   text not null,
    covers text not null default 'own' check (covers in ('own', 'unit', 'objective')),
    sort   integer not null default 0
);
comment on table scope is 'How wide a budget is: basic expenditure, a project, a whole department, a government.';
comment on column scope.scope is 'The code of the scope.';
comment on column scope.name is 'Its name.';
comment on column scope.covers is
'Whose money such a program answers for. own: its own. unit: it is overall, has no money of its own, covers the '
'programs of its unit and all below, and counts in no sum; its score stands beside the roll-up. objective: the same, '
'of its objectives.';
comment on column scope.sort is 'Place in a list.';

create table fund (
    fund text primary key check (fund <> ''),
    name text not null,
    sort integer not null default 0
);
comment on table fund is 'Which purse the money belongs to.';
comment on column fund.fund is 'The code of the fund.';
comment on column fund.name is 'Its name.';
comment on column fund.sort is 'Place in a list.';

create table revenue_type (
    revenue_type text primary key check (revenue_type <> ''),
    name         text not null,
    is_tax       boolean not null default false,
    is_own       boolean not null default true,
    may_grow     boolean not null default true,
    sort         integer not null default 0,
    in_outturn   boolean not null default true
);
comment on table revenue_type is 'What kind of revenue: taxes, fees, fines, transfers, borrowing.';
comment on column revenue_type.revenue_type is 'The code of the type.';
comment on column revenue_type.name is 'Its name.';
comment on column revenue_type.is_tax is 'Whether it counts towards the tax share.';
comment on column revenue_type.is_own is 'Whether it is the unit''s own revenue and counts towards self-sufficiency.';
comment on column revenue_type.may_grow is
'Whether more of it may be a target: fines are to keep the law, not to fill the purse, and carry no growth target.';
comment on column revenue_type.sort is 'Place in a list.';
comment on column revenue_type.in_outturn is 'Whether it counts in the outturn of revenue, PEFA PI-3: borrowing does not.';

create table dimension (
    dimension text primary key check (dimension <> ''),
    part_of   text references dimension,
    name      text not null,
    sort      integer not null default 0
);
comment on table dimension is
'What an indicator measures: output, benefit, satisfaction, budget execution; for revenue scale, quality, structure.';
comment on column dimension.dimension is 'The code of the dimension.';
comment on column dimension.part_of is 'The dimension it is a part of: quantity is a part of output.';
comment on column dimension.name is 'Its name.';
comment on column dimension.sort is 'Place in a list.';

create table aspect (
    aspect text primary key check (aspect <> ''),
    name   text not null,
    sort   integer not null default 0
);
comment on table aspect is 'Which of economy, efficiency, effectiveness and equity an indicator speaks to.';
comment on column aspect.aspect is 'The code of the aspect.';
comment on column aspect.name is 'Its name.';
comment on column aspect.sort is 'Place in a list.';

create table translation (
    kind     text not null,
    code     text not null,
    language text not null,
    name     text not null,
    primary key (kind, code, language)
);
comment on table translation is
'Names in further languages. kind is the table (nature, scope, fund, dimension, ...), code its key.';
comment on column translation.kind is 'The table that the code is from.';
comment on column translation.code is 'The key of the row there.';
comment on column translation.language is 'A language tag: zh, fr, es.';
comment on column translation.name is 'The name in that language.';

-- settings ---------------------------------------------------------------------------------------

create table place (
    only_row  boolean primary key default true check (only_row),
    time_zone text not null default 'UTC'
              check ((timestamptz '2000-01-01 00:00:00+00' at time zone time_zone) is not null)
);
comment on table place is 'What is so for the whole model, in one row.';
comment on column place.only_row is 'Keeps it one row.';
comment on column place.time_zone is
'The time zone in which a day begins and ends: today, the day of a stage, the day of a closing.';
insert into place (time_zone) values (current_setting('TimeZone'));

create table setting (
    fiscal_year      integer primary key default 0 check (fiscal_year >= 0),
    scale            bpm.scale not null default 'excellent >= 90, good >= 80, fair >= 60, poor',
    weigh_by         text not null default 'approved'
                     check (weigh_by in ('approved', 'budget', 'received', 'executed', 'one', 'own', 'indicators')),
    rate_so_far      boolean not null default false,
    weight_total     numeric(12,4) not null default 100 check (weight_total > 0),
    execution_points numeric(12,4) not null default 10 check (execution_points >= 0),
    totals_required  boolean not null default true,
    unspent_alert    numeric(7,4) not null default 20 check (unspent_alert between 0 and 100),
    points_alert     numeric(7,4) not null default 5 check (points_alert between 0 and 100),
    execution        text not null default 'credited' check (execution in ('credited', 'spent')),
    overfulfilled_from numeric(11,4) not null default 130 check (overfulfilled_from > 100),
    pace_against     text not null default 'plan' check (pace_against in ('plan', 'history', 'linear')),
    plan_lock        text not null default 'quarter' check (plan_lock in ('newest', 'month', 'quarter', 'year')),
    forecast_method  text not null default 'median of three' check (forecast_method in (
        'budget', 'run rate', 'historical share', 'execution', 'burn', 'median of three')),
    forecast_interval numeric(7,4) not null default 80 check (forecast_interval between 1 and 99),
    appraise_from    numeric(20,2) check (appraise_from > 0),
    year_start_month integer not null default 1 check (year_start_month between 1 and 12),
    currency         text not null default 'XXX' check (currency ~ '^[A-Z]{3}$'),
    totals_policy    text not null default 'own' check (totals_policy in ('own', 'true')),
    suppress_below   integer not null default 5 check (suppress_below >= 1),
    evaluate_key_every integer not null default 5 check (evaluate_key_every between 1 and 100),
    publish_names    boolean not null default false,
    share_saving     numeric(7,4) not null default 50 check (share_saving between 0 and 100),
    recapture        text not null default 'available' check (recapture in ('available', 'lapsed')),
    growth_limit     numeric(11,4) not null default 20 check (growth_limit >= 0)
);
comment on table setting is
'What differs between places and years. A year without a row of its own takes the row of the latest year before it; '
'year 0 is the one for all.';
comment on column setting.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column setting.scale is 'What a score is called.';
comment on column setting.weigh_by is
'What a program weighs above itself. Its money: approved, budget (approved, carried over and adjusted), received or '
'executed; one each; own, the weight that the program has; or indicators, as many as it has. Approved unless said '
'otherwise: who cuts a budget in December must not weigh less.';
comment on column setting.rate_so_far is 'Whether a score so far, before its evaluation is closed, is given a rating.';
comment on column setting.weight_total is 'What the top weights of a program total at evaluation.';
comment on column setting.execution_points is
'How much of the total is budget execution, which has no target to set: targets total weight_total less this.';
comment on column setting.totals_required is
'Whether weights that do not total this keep a budget from being approved.';
comment on column setting.unspent_alert is
'The percentage of the budget that may stay unspent before check_result warns.';
comment on column setting.points_alert is
'By how many percent the points of the indicators may exceed what execution supports before self_alarm is red.';
comment on column setting.execution is
'How execution is judged. credited: executed, and what was saved of the approved budget while all that was promised '
'was delivered, over the budget, so that who saves does not lose by it; spent: executed over the budget alone.';
comment on column setting.overfulfilled_from is
'The percentage of a target from which check_result names it as far over-fulfilled: was it set too low?';
comment on column setting.pace_against is
'What should be spent by a day: by the months of the plan (the calendar where there is none); by the share that was '
'usually spent by then in the years before (the calendar where there are fewer than two); or by the calendar.';
comment on column setting.plan_lock is
'Against which plan of the year spending is held: the one that stood when the month, the quarter or the year began, or '
'the newest. A plan that is changed to what was spent measures nothing.';
comment on column setting.forecast_method is
'How the end of the year is forecast where one figure is shown: median of three (of historical share, execution and '
'burn), or one of budget, run rate, historical share, execution, burn.';
comment on column setting.forecast_interval is
'Of how many percent of the cases the interval of a forecast is made: 80 is from the 10th to the 90th percentile of '
'past errors.';
comment on column setting.appraise_from is
'New programs with an approved or proposed budget from this on have to be appraised; none have when it is empty. In a '
'proposal what is new and was not appraised gets money below it only, and none when it is empty.';
comment on column setting.year_start_month is
'The month in which the fiscal year begins. A year that does not begin in January has the number of the year in which '
'it ends.';
comment on column setting.currency is
'The currency of amounts that name none, ISO 4217; XXX where it is nobody''s business. Amounts in another one are '
'left out of all sums and named by check_result.';
comment on column setting.totals_policy is
'What a role with row security sees as totals: own (its own rows only) or true (published totals, small ones '
'suppressed).';
comment on column setting.suppress_below is 'Published totals over fewer programs than this show no figures.';
comment on column setting.evaluate_key_every is
'In how many years a key project is evaluated at least once by others than itself; the year itself is one of them.';
comment on column setting.publish_names is
'Whether published_result says who answers for a program, and published_contribution what each grader gave.';
comment on column setting.share_saving is
'Of a budget: how many percent of what a program has saved, and is credited with, it keeps on top of its base.';
comment on column setting.recapture is
'Of a budget: what becomes of the money of the year of the results that nobody used. available: it is shared out with '
'the envelope; lapsed: it goes back to the treasury, and is shown.';
comment on column setting.growth_limit is
'Of a budget: by how many percent of its base a priority program may grow at most, of money that was freed: who '
'promises or asks for more than that gets no more.';
insert into setting default values;

create table lifecycle_rule (
    lifecycle_id text primary key check (lifecycle_id <> ''),
    name         text not null,
    rule         bpm.lifecycle not null
);
comment on table lifecycle_rule is 'The states that a budget may pass through, by kind of program.';
comment on column lifecycle_rule.lifecycle_id is 'The code of the lifecycle.';
comment on column lifecycle_rule.name is 'Its name.';
comment on column lifecycle_rule.rule is 'The lifecycle itself.';

-- seeds ------------------------------------------------------------------------------------------

insert into nature values
    ('expenditure', 'Expenditure', false, 1),
    ('revenue', 'Revenue', true, 2);

insert into scope values
    ('basic', 'Basic expenditure', 'own', 1),
    ('project', 'Project', 'own', 2),
    ('department', 'Department overall', 'unit', 3),
    ('government', 'Government overall', 'unit', 4),
    ('objective', 'Objective overall', 'objective', 5);

insert into fund values
    ('general', 'General public budget', 1),
    ('government', 'Government funds', 2),
    ('capital', 'State capital', 3),
    ('social', 'Social insurance', 4);

insert into revenue_type values
    ('tax', 'Tax', true, true, true, 1, true),
    ('nontax', 'Fees and other own revenue', false, true, true, 2, true),
    ('fines', 'Fines and forfeits', false, true, false, 3, true),
    ('transfer', 'Transfers from other governments', false, false, true, 4, true),
    ('borrowing', 'Borrowing', false, false, true, 5, false);

insert into dimension values
    ('output', null, 'Output', 1),
    ('quantity', 'output', 'Quantity', 2),
    ('quality', 'output', 'Quality', 3),
    ('timeliness', 'output', 'Timeliness', 4),
    ('cost', null, 'Cost', 5),
    ('benefit', null, 'Benefit', 6),
    ('economic', 'benefit', 'Economic benefit', 7),
    ('social', 'benefit', 'Social benefit', 8),
    ('ecological', 'benefit', 'Ecological benefit', 9),
    ('lasting', 'benefit', 'Lasting benefit', 10),
    ('satisfaction', null, 'Satisfaction', 11),
    ('execution', null, 'Budget execution', 12),
    ('decision', null, 'Decision', 13),
    ('process', null, 'Process', 14),
    ('revenue', null, 'Revenue', 15),
    ('scale', 'revenue', 'Scale of revenue', 16),
    ('revenue quality', 'revenue', 'Quality of revenue', 17),
    ('structure', 'revenue', 'Structure of revenue', 18);

insert into aspect values
    ('economy', 'Economy', 1),
    ('efficiency', 'Efficiency', 2),
    ('effectiveness', 'Effectiveness', 3),
    ('equity', 'Equity', 4);

insert into lifecycle_rule values
    ('project', 'Project, all five links', bpm.project_lifecycle()),
    ('basic', 'Basic expenditure and revenue', bpm.basic_lifecycle());

-- Names in other languages, as far as the database's encoding has their letters. Escaped, because this text has to
-- pass through databases of every encoding.
do $do$
declare
    t record;
begin
    for t in
        select * from (values
            ('nature', 'expenditure', 'zh', '\652F\51FA'),
            ('nature', 'expenditure', 'fr', 'D\00E9penses'),
            ('nature', 'revenue', 'zh', '\6536\5165'),
            ('nature', 'revenue', 'fr', 'Recettes'),
            ('scope', 'basic', 'zh', '\57FA\672C\652F\51FA'),
            ('scope', 'basic', 'fr', 'D\00E9penses de base'),
            ('scope', 'project', 'zh', '\9879\76EE\652F\51FA'),
            ('scope', 'project', 'fr', 'Projet'),
            ('scope', 'department', 'zh', '\90E8\95E8\6574\4F53'),
            ('scope', 'department', 'fr', 'Ensemble du minist\00E8re'),
            ('scope', 'government', 'zh', '\653F\5E9C\9884\7B97'),
            ('scope', 'government', 'fr', 'Ensemble du gouvernement'),
            ('scope', 'objective', 'zh', '\653F\7B56\76EE\6807'),
            ('scope', 'objective', 'fr', 'Ensemble de l''objectif'),
            ('fund', 'general', 'zh', '\4E00\822C\516C\5171\9884\7B97'),
            ('fund', 'general', 'fr', 'Budget g\00E9n\00E9ral'),
            ('fund', 'government', 'zh', '\653F\5E9C\6027\57FA\91D1'),
            ('fund', 'government', 'fr', 'Fonds publics'),
            ('fund', 'capital', 'zh', '\56FD\6709\8D44\672C\7ECF\8425'),
            ('fund', 'capital', 'fr', 'Capital d''\00C9tat'),
            ('fund', 'social', 'zh', '\793E\4F1A\4FDD\9669\57FA\91D1'),
            ('fund', 'social', 'fr', 'Assurances sociales'),
            ('revenue_type', 'tax', 'zh', '\7A0E\6536'),
            ('revenue_type', 'tax', 'fr', 'Imp\00F4ts'),
            ('revenue_type', 'nontax', 'zh', '\975E\7A0E\6536\5165'),
            ('revenue_type', 'nontax', 'fr', 'Recettes non fiscales'),
            ('revenue_type', 'fines', 'zh', '\7F5A\6CA1\6536\5165'),
            ('revenue_type', 'fines', 'fr', 'Amendes et confiscations'),
            ('revenue_type', 'transfer', 'zh', '\8F6C\79FB\652F\4ED8'),
            ('revenue_type', 'transfer', 'fr', 'Transferts'),
            ('revenue_type', 'borrowing', 'zh', '\503A\52A1\6536\5165'),
            ('revenue_type', 'borrowing', 'fr', 'Emprunts'),
            ('dimension', 'output', 'zh', '\4EA7\51FA\6307\6807'),
            ('dimension', 'output', 'fr', 'Production'),
            ('dimension', 'quantity', 'zh', '\6570\91CF\6307\6807'),
            ('dimension', 'quantity', 'fr', 'Quantit\00E9'),
            ('dimension', 'quality', 'zh', '\8D28\91CF\6307\6807'),
            ('dimension', 'quality', 'fr', 'Qualit\00E9'),
            ('dimension', 'timeliness', 'zh', '\65F6\6548\6307\6807'),
            ('dimension', 'timeliness', 'fr', 'D\00E9lais'),
            ('dimension', 'cost', 'zh', '\6210\672C\6307\6807'),
            ('dimension', 'cost', 'fr', 'Co\00FBt'),
            ('dimension', 'benefit', 'zh', '\6548\76CA\6307\6807'),
            ('dimension', 'benefit', 'fr', 'B\00E9n\00E9fice'),
            ('dimension', 'economic', 'zh', '\7ECF\6D4E\6548\76CA'),
            ('dimension', 'economic', 'fr', 'B\00E9n\00E9fice \00E9conomique'),
            ('dimension', 'social', 'zh', '\793E\4F1A\6548\76CA'),
            ('dimension', 'social', 'fr', 'B\00E9n\00E9fice social'),
            ('dimension', 'ecological', 'zh', '\751F\6001\6548\76CA'),
            ('dimension', 'ecological', 'fr', 'B\00E9n\00E9fice \00E9cologique'),
            ('dimension', 'lasting', 'zh', '\53EF\6301\7EED\5F71\54CD'),
            ('dimension', 'lasting', 'fr', 'Effet durable'),
            ('dimension', 'satisfaction', 'zh', '\6EE1\610F\5EA6\6307\6807'),
            ('dimension', 'satisfaction', 'fr', 'Satisfaction'),
            ('dimension', 'execution', 'zh', '\9884\7B97\6267\884C\7387'),
            ('dimension', 'execution', 'fr', 'Ex\00E9cution budg\00E9taire'),
            ('dimension', 'decision', 'zh', '\51B3\7B56'),
            ('dimension', 'decision', 'fr', 'D\00E9cision'),
            ('dimension', 'process', 'zh', '\8FC7\7A0B'),
            ('dimension', 'process', 'fr', 'Processus'),
            ('dimension', 'revenue', 'zh', '\6536\5165\7EE9\6548'),
            ('dimension', 'revenue', 'fr', 'Recettes'),
            ('dimension', 'scale', 'zh', '\6536\5165\89C4\6A21'),
            ('dimension', 'scale', 'fr', 'Volume des recettes'),
            ('dimension', 'revenue quality', 'zh', '\6536\5165\8D28\91CF'),
            ('dimension', 'revenue quality', 'fr', 'Qualit\00E9 des recettes'),
            ('dimension', 'structure', 'zh', '\6536\5165\7ED3\6784'),
            ('dimension', 'structure', 'fr', 'Structure des recettes'),
            ('aspect', 'economy', 'zh', '\7ECF\6D4E\6027'),
            ('aspect', 'economy', 'fr', '\00C9conomie'),
            ('aspect', 'efficiency', 'zh', '\6548\7387\6027'),
            ('aspect', 'efficiency', 'fr', 'Efficience'),
            ('aspect', 'effectiveness', 'zh', '\6548\76CA\6027'),
            ('aspect', 'effectiveness', 'fr', 'Efficacit\00E9'),
            ('aspect', 'equity', 'zh', '\516C\5E73\6027'),
            ('aspect', 'equity', 'fr', '\00C9quit\00E9'),
            ('objective', 'government', 'zh', '\653F\5E9C\7EE9\6548'),
            ('objective', 'government', 'fr', 'Performance du gouvernement'),
            ('objective', 'cost', 'zh', '\653F\5E9C\6210\672C'),
            ('objective', 'cost', 'fr', 'Co\00FBt du gouvernement'),
            ('objective', 'efficiency', 'zh', '\653F\5E9C\6548\7387'),
            ('objective', 'efficiency', 'fr', 'Efficience du gouvernement'),
            ('objective', 'stability', 'zh', '\653F\6CBB\7A33\5B9A'),
            ('objective', 'stability', 'fr', 'Stabilit\00E9 politique'),
            ('objective', 'progress', 'zh', '\793E\4F1A\8FDB\6B65'),
            ('objective', 'progress', 'fr', 'Progr\00E8s social'),
            ('objective', 'expectations', 'zh', '\53D1\5C55\9884\671F'),
            ('objective', 'expectations', 'fr', 'Perspectives de d\00E9veloppement')
        ) as v (kind, code, language, name)
    loop
        begin
            insert into translation (kind, code, language, name) values (t.kind, t.code, t.language, unistr(t.name));
        exception when untranslatable_character or feature_not_supported then
            null;
        end;
    end loop;
end
$do$;
