-- A publication as a Fiscal Data Package: CSV files, and a JSON that says what is in them. Days are texts in ISO form,
-- so that the files are the same under every DateStyle.

create function datapackage_budget(publication text)
    returns table (program_id text, program text, fiscal_year integer, unit_id text, unit text, function_id text,
                   function text, economic_id text, economic text, fund text, fund_name text, phase text,
                   direction text, currency text, amount numeric)
    language sql stable strict parallel safe
begin atomic
    select m.program_id, p.name, m.fiscal_year, p.unit_id, coalesce(p.unit_name, p.unit_id),
           coalesce(p.function_id, 'unclassified'), coalesce(f.name, p.function_id, 'Unclassified'), m.economic_id,
           coalesce(e.name, case m.economic_id when 'unclassified' then 'Unclassified' else m.economic_id end), m.fund,
           coalesce(u.name, m.fund), x.phase, case p.is_revenue when 1 then 'revenue' else 'expenditure' end,
           m.currency, x.amount
    from publication_money m
    join publication_program p on p.program_id = m.program_id and p.fiscal_year = m.fiscal_year
        and p.publication = m.publication
    left join publication_node f on f.publication = p.publication and f.tree = 'function' and f.node_id = p.function_id
    left join economic_class e on e.economic_id = m.economic_id
    left join fund u on u.fund = m.fund
    cross join lateral (values
        (1, 'proposed', m.proposed), (2, 'approved', m.approved),
        (3, 'adjusted', m.approved + m.carried_over + m.adjusted), (4, 'executed', m.executed)) x (place, phase, amount)
    where m.publication = $1
    order by m.program_id collate "C", m.fund collate "C", m.economic_id collate "C", x.place;
end;
comment on function datapackage_budget(text) is
'The money of a publication, for the file budget.csv of its data package: a row per program, fund, economic class and '
'phase. adjusted is the budget as adjusted: approved, carried over and changes.';

create function datapackage_results(publication text)
    returns table (program_id text, program text, fiscal_year integer, unit_id text, unit text, nature text, scope text,
                   evaluation text, budget numeric, executed numeric, execution_rate numeric, score numeric,
                   low numeric, high numeric, coverage numeric, floor numeric, rating text, rating_reason text,
                   stage text, closed_on text, responsible text)
    language sql stable strict parallel safe
begin atomic
    select r.program_id, r.name, r.fiscal_year, r.unit_id, coalesce(r.unit_name, r.unit_id), r.nature, r.scope,
           r.score_of, r.covered_budget, r.covered_executed, r.execution_rate, r.score, r.low, r.high, r.coverage,
           r.floor, r.rating, r.rating_reason, r.stage, to_char(r.closes_on, 'YYYY-MM-DD'), r.responsible
    from published_result r
    where r.publication = $1
    order by r.program_id collate "C";
end;
comment on function datapackage_results(text) is
'The programs of a publication and their scores, for the file results.csv of its data package.';

create function datapackage_indicators(publication text)
    returns table (program_id text, indicator_id text, kind text, evaluation text, parent_id text, indicator text,
                   dimension text, aspect text, unit_of_measure text, target text, actual numeric, actual_date text,
                   measured_on text, weight numeric, share numeric, score numeric, contribution numeric, loss numeric,
                   reason text)
    language sql stable strict parallel safe
begin atomic
    select c.program_id, c.item, c.kind, c.evaluation, c.parent_id, c.name, c.dimension, c.aspect, c.unit_of_measure,
           c.target, trim_scale(c.actual), to_char(c.actual_date, 'YYYY-MM-DD'), to_char(c.measured_on, 'YYYY-MM-DD'),
           c.weight, c.share, c.score, c.contribution, c.loss, c.reason
    from published_contribution c
    where c.publication = $1 and c.kind in ('indicator', 'group')
    order by c.program_id collate "C", c.item collate "C";
end;
comment on function datapackage_indicators(text) is
'The indicators and groups that the scores of a publication came from, for the file indicators.csv of its data package.';

create function datapackage_rules(publication text)
    returns table (program_id text, rule text, indicator_id text, evaluation text, looks_at text, target text,
                   figure numeric, effect text, points numeric, applies integer, contribution numeric)
    language sql stable strict parallel safe
begin atomic
    select c.program_id, c.item, nullif(c.part, ''), c.evaluation, c.source, c.target, trim_scale(c.actual), c.effect,
           c.points, c.applies, c.contribution
    from published_contribution c
    where c.publication = $1 and c.kind = 'rule'
    order by c.program_id collate "C", c.item collate "C", c.part collate "C";
end;
comment on function datapackage_rules(text) is
'The rules of the evaluations that the scores of a publication went through, for the file rules.csv of its data package.';

create function datapackage_fields()
    returns table (resource text, place bigint, name text, type text, title text, column_type text)
    language sql immutable parallel safe
begin atomic
    select f.resource, row_number() over (partition by f.resource order by f.n), f.name, f.type, f.title, f.column_type
    from (values
        ('budget', 1, 'program_id', 'string', 'Program code', 'activity:generic:program:code'),
        ('budget', 2, 'program', 'string', 'Program', 'activity:generic:program:label'),
        ('budget', 3, 'fiscal_year', 'integer', 'Fiscal year', 'date:fiscal-year'),
        ('budget', 4, 'unit_id', 'string', 'Unit code', 'administrative-classification:generic:code'),
        ('budget', 5, 'unit', 'string', 'Unit', 'administrative-classification:generic:label'),
        ('budget', 6, 'function_id', 'string', 'Function code', 'functional-classification:generic:code'),
        ('budget', 7, 'function', 'string', 'Function', 'functional-classification:generic:label'),
        ('budget', 8, 'economic_id', 'string', 'Economic class code', 'economic-classification:generic:code'),
        ('budget', 9, 'economic', 'string', 'Economic class', 'economic-classification:generic:label'),
        ('budget', 10, 'fund', 'string', 'Fund code', 'fin-source:generic:code'),
        ('budget', 11, 'fund_name', 'string', 'Fund', 'fin-source:generic:label'),
        ('budget', 12, 'phase', 'string', 'Phase', 'phase:id'),
        ('budget', 13, 'direction', 'string', 'Direction', 'direction'),
        ('budget', 14, 'currency', 'string', 'Currency', 'value-currency:code'),
        ('budget', 15, 'amount', 'number', 'Amount', 'value'),
        ('results', 1, 'program_id', 'string', 'Program code', 'activity:generic:program:code'),
        ('results', 2, 'program', 'string', 'Program', 'activity:generic:program:label'),
        ('results', 3, 'fiscal_year', 'integer', 'Fiscal year', 'date:fiscal-year'),
        ('results', 4, 'unit_id', 'string', 'Unit code', 'administrative-classification:generic:code'),
        ('results', 5, 'unit', 'string', 'Unit', 'administrative-classification:generic:label'),
        ('results', 6, 'nature', 'string', 'Revenue or expenditure', null),
        ('results', 7, 'scope', 'string', 'Scope', null),
        ('results', 8, 'evaluation', 'string', 'Evaluation that the score is of', null),
        ('results', 9, 'budget', 'number', 'Budget that it answers for', null),
        ('results', 10, 'executed', 'number', 'Executed of that budget', null),
        ('results', 11, 'execution_rate', 'number', 'Executed, percent', null),
        ('results', 12, 'score', 'number', 'Score, points of 100', null),
        ('results', 13, 'low', 'number', 'Score if all that is missing were worst', null),
        ('results', 14, 'high', 'number', 'Score if all that is missing were best', null),
        ('results', 15, 'coverage', 'number', 'Coverage, percent of the weight that is scored', null),
        ('results', 16, 'floor', 'number', 'Coverage under which it is not demonstrated', null),
        ('results', 17, 'rating', 'string', 'Rating', null),
        ('results', 18, 'rating_reason', 'string', 'Why there is no rating, or why it stands', null),
        ('results', 19, 'stage', 'string', 'Stage', null),
        ('results', 20, 'closed_on', 'date', 'Day on which the evaluation was closed', null),
        ('results', 21, 'responsible', 'string', 'Who answered for it', null),
        ('indicators', 1, 'program_id', 'string', 'Program code', null),
        ('indicators', 2, 'indicator_id', 'string', 'Indicator code', null),
        ('indicators', 3, 'kind', 'string', 'Indicator or group of them', null),
        ('indicators', 4, 'evaluation', 'string', 'Evaluation', null),
        ('indicators', 5, 'parent_id', 'string', 'Group above', null),
        ('indicators', 6, 'indicator', 'string', 'Indicator', null),
        ('indicators', 7, 'dimension', 'string', 'Dimension', null),
        ('indicators', 8, 'aspect', 'string', 'Aspect', null),
        ('indicators', 9, 'unit_of_measure', 'string', 'Unit of measure', null),
        ('indicators', 10, 'target', 'string', 'Target', null),
        ('indicators', 11, 'actual', 'number', 'Figure', null),
        ('indicators', 12, 'actual_date', 'date', 'Day on which a milestone was reached', null),
        ('indicators', 13, 'measured_on', 'date', 'Day that the figure is for', null),
        ('indicators', 14, 'weight', 'number', 'Weight among its siblings', null),
        ('indicators', 15, 'share', 'number', 'Part of the program, a fraction', null),
        ('indicators', 16, 'score', 'number', 'Score, points of 100', null),
        ('indicators', 17, 'contribution', 'number', 'Points that it brings to the score of the program', null),
        ('indicators', 18, 'loss', 'number', 'Points that it costs', null),
        ('indicators', 19, 'reason', 'string', 'Why there is no figure', null),
        ('rules', 1, 'program_id', 'string', 'Program code', null),
        ('rules', 2, 'rule', 'string', 'Rule', null),
        ('rules', 3, 'indicator_id', 'string', 'Indicator, where it looks at each', null),
        ('rules', 4, 'evaluation', 'string', 'Evaluation', null),
        ('rules', 5, 'looks_at', 'string', 'What it looks at', null),
        ('rules', 6, 'target', 'string', 'What has to be met', null),
        ('rules', 7, 'figure', 'number', 'What it found', null),
        ('rules', 8, 'effect', 'string', 'Effect', null),
        ('rules', 9, 'points', 'number', 'Points', null),
        ('rules', 10, 'applies', 'integer', '1 when it applied', null),
        ('rules', 11, 'contribution', 'number', 'Points that it takes from the score of the program, below 0', null)
    ) f (resource, n, name, type, title, column_type);
end;
comment on function datapackage_fields() is
'The fields of the files of a data package, in their order, with their Table Schema types and, for money, the column '
'types of the Fiscal Data Package.';

-- The lines of a file, as COPY prints them with HEADER.
create function datapackage_lines(publication text, resource text) returns table (place bigint, line text)
    language sql stable strict parallel safe
begin atomic
    select 0, string_agg(f.name, ',' order by f.place) from datapackage_fields() f where f.resource = $2
    union all
    select row_number() over (), bpm.csv_line(b) from datapackage_budget($1) b where $2 = 'budget'
    union all
    select row_number() over (), bpm.csv_line(r) from datapackage_results($1) r where $2 = 'results'
    union all
    select row_number() over (), bpm.csv_line(i) from datapackage_indicators($1) i where $2 = 'indicators'
    union all
    select row_number() over (), bpm.csv_line(r) from datapackage_rules($1) r where $2 = 'rules';
end;
comment on function datapackage_lines(text, text) is
'The lines of a file of a data package (budget, results, indicators, rules), as COPY prints them with HEADER.';

create function datapackage_attributes(code text, label text default null) returns jsonb
    language sql immutable parallel safe
begin atomic
    select jsonb_build_object(code, jsonb_build_object('source', code, 'resource', 'budget'))
        || case when label is null then '{}'
                else jsonb_build_object(label, jsonb_build_object('source', label, 'resource', 'budget',
                                                                  'labelfor', code)) end;
end;
comment on function datapackage_attributes(text, text) is
'The attributes of a dimension of a data package: a code, and what it is called.';

create function datapackage(publication text) returns jsonb
    language sql stable strict parallel safe
begin atomic
    select jsonb_build_object(
        -- the schema of Fiscal Data Packages asks for this profile
        'profile', 'tabular-data-package',
        'name', case when n.name = '' then 'publication-' || p.n
                     when n.name = replace(p.publication, ' ', '-') then n.name else n.name || '-' || p.n end,
        'title', p.title,
        'created', to_char(p.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'publication', jsonb_strip_nulls(jsonb_build_object(
            'name', p.publication, 'evaluation', p.evaluation, 'as_of', to_char(p.as_of, 'YYYY-MM-DD'),
            'programs', p.programs, 'replaces', p.replaces, 'reason', p.reason, 'hash', 'sha256:' || p.hash)),
        'columnTypes', jsonb_build_array('https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json'),
        'granularity', 'aggregated',
        'fiscalPeriod', jsonb_build_object(
            'start', to_char(year_start(p.fiscal_year), 'YYYY-MM-DD'),
            'end', to_char(year_start(p.fiscal_year, c.month) + interval '1 year' - interval '1 day', 'YYYY-MM-DD')),
        'model', jsonb_build_object(
            'measures', jsonb_build_object('amount', jsonb_build_object(
                'source', 'amount', 'resource', 'budget', 'currency', c.currency)),
            'dimensions', jsonb_build_object(
                'activity', jsonb_build_object('dimensionType', 'activity',
                    'primaryKey', jsonb_build_array('program_id'),
                    'attributes', datapackage_attributes('program_id', 'program')),
                'date', jsonb_build_object('dimensionType', 'datetime', 'primaryKey', jsonb_build_array('fiscal_year'),
                    'attributes', datapackage_attributes('fiscal_year')),
                'administrative_classification', jsonb_build_object('dimensionType', 'classification',
                    'classificationType', 'administrative', 'primaryKey', jsonb_build_array('unit_id'),
                    'attributes', datapackage_attributes('unit_id', 'unit')),
                'functional_classification', jsonb_build_object('dimensionType', 'classification',
                    'classificationType', 'functional', 'primaryKey', jsonb_build_array('function_id'),
                    'attributes', datapackage_attributes('function_id', 'function')),
                'economic_classification', jsonb_build_object('dimensionType', 'classification',
                    'classificationType', 'economic', 'primaryKey', jsonb_build_array('economic_id'),
                    'attributes', datapackage_attributes('economic_id', 'economic')),
                'fin_source', jsonb_build_object('dimensionType', 'other', 'primaryKey', jsonb_build_array('fund'),
                    'attributes', datapackage_attributes('fund', 'fund_name')),
                'phase', jsonb_build_object('dimensionType', 'other', 'primaryKey', jsonb_build_array('phase'),
                    'attributes', datapackage_attributes('phase')),
                'direction', jsonb_build_object('dimensionType', 'other', 'primaryKey', jsonb_build_array('direction'),
                    'attributes', datapackage_attributes('direction')),
                'value_currency', jsonb_build_object('dimensionType', 'other',
                    'primaryKey', jsonb_build_array('currency'),
                    'attributes', datapackage_attributes('currency')))),
        'resources', r.resources)
    from publication p
    cross join lateral (
        select trim('-' from regexp_replace(lower(p.publication collate "C"), '[^a-z0-9._]+', '-', 'g')) as name) n
    cross join lateral (
        select coalesce((select min(m.currency) from publication_money m where m.publication = p.publication),
                        min(s.currency), 'XXX') as currency,
               coalesce(min(s.year_start_month), 1) as month
        from setting_of(p.fiscal_year) s) c
    cross join lateral (
        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'profile', 'tabular-data-resource',
            'name', x.resource,
            'title', x.title,
            'path', x.resource || '.csv',
            'format', 'csv',
            'mediatype', 'text/csv',
            'encoding', 'utf-8',
            'bytes', l.bytes,
            'hash', 'sha256:' || l.hash,
            'schema', jsonb_build_object(
                'fields', f.fields,
                'missingValues', jsonb_build_array(''),
                'primaryKey', x.key,
                'foreignKeys', case when x.resource <> 'results' then jsonb_build_array(jsonb_build_object(
                    'fields', 'program_id',
                    'reference', jsonb_build_object('resource', 'results', 'fields', 'program_id'))) end)))
            order by x.place) as resources
        from (values
            (1, 'budget', 'Budget by program, fund, economic class and phase',
             '["program_id", "fund", "economic_id", "phase"]'::jsonb),
            (2, 'results', 'Programs and their scores', '["program_id"]'),
            (3, 'indicators', 'Indicators that the scores came from', '["program_id", "indicator_id"]'),
            (4, 'rules', 'Rules that the scores went through', null)) x (place, resource, title, key)
        cross join lateral (
            select bpm.sha256_lines(l.line order by l.place) as hash,
                   sum(octet_length(convert_to(l.line, 'UTF8')) + 1) as bytes
            from datapackage_lines(p.publication, x.resource) l) l
        cross join lateral (
            select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'name', f.name, 'type', f.type, 'format', case when f.type in ('string', 'date') then 'default' end,
                'title', f.title, 'columnType', f.column_type)) order by f.place) as fields
            from datapackage_fields() f where f.resource = x.resource) f) r
    where p.publication = $1;
end;
comment on function datapackage(text) is
'A publication as a Fiscal Data Package: the datapackage.json beside budget.csv, results.csv, indicators.csv and '
'rules.csv, which are COPY ... (FORMAT csv, HEADER, ENCODING ''UTF8'') of datapackage_budget() and so on. NULL when '
'there is none.';
