-- monitor: what should be there by a day, and where the year will end

create function bpm.expected_share(as_of date, period daterange, profile numeric[] default null) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_expected_share';
comment on function bpm.expected_share(date, daterange, numeric[]) is
'The share of a period that should be there at the end of a day, 16 decimals. Without a profile linear: whole months, and of a begun one its days, over the months of the period; a period that does not begin and end with a month goes by days. With a profile (the cumulative share at the end of each month, never falling, the last one 1) straight lines by the days of a month. NULL for a NULL day or period. Errors (22023): a day outside of the period, a period that is empty or without end, a profile of another number of months or of a period that is not of whole months, with NULL, that falls, leaves 0 to 1 or does not end with 1; NaN and infinity (22003).';

create function bpm.profile(planned numeric[]) returns numeric[]
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_profile';
comment on function bpm.profile(numeric[]) is
'The profile of amounts that are planned month by month: the cumulative share at the end of each month, 16 decimals, the last one exactly 1. Errors (22023): NULL, a total that is not above 0, a sum that falls or is above the total before the end; NaN and infinity (22003).';

-- pace

create function bpm.pace(actual numeric, target bpm.target, share numeric default 1, moves text default 'cumulative') returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_pace';
comment on function bpm.pace(numeric, bpm.target, numeric, text) is
'How fast an actual gets to its target, a percentage with 8 decimals: 100 * actual / (target * share) for what is cumulative, share being what of the period should be there; level and rate: 100 * actual / target, whatever the share. From a baseline both are counted from it. <= and <: 100 while met, else 0. = and ranges: 0 beyond the upper bound, 100 within it for level and rate, else as >= of the lower one. A target of 0 or less: 100 if met, else 0. points and direct: the score. Modifiers have no part. NULL for a NULL actual, target or moves, and where nothing is due: a share of 0 or NULL that would be divided by. Errors: as bpm.score; a share outside of 0 to 1, an unknown moves, or milestone, which is of days (22023); a pace of more than 29 digits (22003).';

create function bpm.pace(reached date, target bpm.target, as_of date) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_pace_date';
comment on function bpm.pace(date, bpm.target, date) is
'The pace of a milestone, whose target is by ...: 100 when it was reached in time, 0 when it was later; not reached (NULL) it is NULL while as_of is not after the day of the target, as nothing is due, and 0 after it. NULL for a NULL target, and for what is not reached on an unknown day. Errors: as bpm.score.';

create function bpm.try_pace(actual numeric, target bpm.target, share numeric default 1, moves text default 'cumulative') returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_try_pace';
comment on function bpm.try_pace(numeric, bpm.target, numeric, text) is
'What bpm.pace gives, and NULL where that is an error: for results that must answer whatever a table holds.';

create function bpm.try_pace(reached date, target bpm.target, as_of date) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_try_pace_date';
comment on function bpm.try_pace(date, bpm.target, date) is
'What bpm.pace gives, and NULL where that is an error.';

create function bpm.pace_colour(pace numeric, red_below numeric default 60, yellow_below numeric default 80, blue_from numeric default 120) returns text
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_pace_colour';
comment on function bpm.pace_colour(numeric, numeric, numeric, numeric) is
'The colour of a pace: red below the first threshold, yellow below the second, blue from the third on, else green; without a third (NULL) nothing is blue. The pace is compared with all its digits. NULL for a NULL pace, or without the first or second threshold. Errors: thresholds that are negative or out of order (22023), also where the pace is NULL; NaN and infinity (22003).';

-- earned value

create function bpm.earned_value(planned numeric, earned numeric, actual numeric, at_completion numeric,
        out cost_variance numeric, out schedule_variance numeric, out cost_index numeric, out schedule_index numeric,
        out estimate numeric, out estimate_at_budget numeric, out estimate_by_both numeric, out to_complete numeric,
        out variance_at_completion numeric, out to_complete_index numeric)
    language c immutable parallel safe cost 5
    as 'MODULE_PATHNAME', 'bpm_earned_value';
comment on function bpm.earned_value(numeric, numeric, numeric, numeric) is
'Earned value from planned value, earned value, actual cost and budget at completion (PV, EV, AC, BAC): CV = EV - AC, SV = EV - PV, CPI = EV / AC, SPI = EV / PV; the estimate at completion EAC = BAC / CPI, at budget AC + BAC - EV, by both AC + (BAC - EV) / (CPI * SPI); ETC = EAC - AC, VAC = BAC - EAC, TCPI = (BAC - EV) / (BAC - AC). Each exact, rounded once to 8 decimals, and NULL where it would divide by 0, needs a NULL, or has more than 29 digits before the point. NaN and infinity are errors (22003).';

-- quantiles

create function bpm.quantile_accum(state internal, x numeric, fraction numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_quantile_accum';
comment on function bpm.quantile_accum(internal, numeric, numeric) is 'transition function of quantile: keeps a value';

create function bpm.quantile_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_quantile_final';
comment on function bpm.quantile_final(internal) is 'final function of quantile';

create aggregate bpm.quantile(x numeric, fraction numeric) (
    sfunc = bpm.quantile_accum, stype = internal,
    finalfunc = bpm.quantile_final,
    combinefunc = bpm.pairs_merge, serialfunc = bpm.pairs_serialize, deserialfunc = bpm.pairs_deserialize,
    parallel = safe
);
comment on aggregate bpm.quantile(numeric, numeric) is
'The value below which a fraction of the values lies (0.5 is the median), straight between the two next to it: what percentile_cont gives, but exact, rounded once to 8 decimals. A row without a value is left out; NULL without rows and for a NULL fraction. A fraction outside of 0 to 1, or two of them in one group, are an error (22023), NaN and infinity too (22003). It keeps its rows: 16 bytes each, 32 with figures over 92 billion.';

create function bpm.ratio_quantile_accum(state internal, part numeric, whole numeric, fraction numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_ratio_quantile_accum';
comment on function bpm.ratio_quantile_accum(internal, numeric, numeric, numeric) is
'transition function of ratio_quantile: keeps a ratio';

create function bpm.ratio_quantile_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_ratio_quantile_final';
comment on function bpm.ratio_quantile_final(internal) is 'final function of ratio_quantile';

create aggregate bpm.ratio_quantile(part numeric, whole numeric, fraction numeric) (
    sfunc = bpm.ratio_quantile_accum, stype = internal,
    finalfunc = bpm.ratio_quantile_final,
    combinefunc = bpm.pairs_merge, serialfunc = bpm.pairs_serialize, deserialfunc = bpm.pairs_deserialize,
    parallel = safe
);
comment on aggregate bpm.ratio_quantile(numeric, numeric, numeric) is
'The quantile of part / whole: the ratios are compared, and the two next to the fraction are joined, as exact fractions; rounded once to 16 decimals. A row with a NULL or a whole of 0 or less is left out; NULL without rows, for a NULL fraction, and for a result of more than 22 digits before the point. A fraction outside of 0 to 1, or two of them in one group, are an error (22023), NaN and infinity too (22003). It keeps its rows: 16 bytes each, 32 with figures over 92 billion.';

-- forecast

create function bpm.forecast_accum(state internal, method text, spent numeric, budget numeric, share numeric,
        past_spent numeric, past_budget numeric, past_outturn numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_forecast_accum';
comment on function bpm.forecast_accum(internal, text, numeric, numeric, numeric, numeric, numeric, numeric) is
'transition function of forecast: keeps an earlier year';

create function bpm.forecast_merge(internal, internal) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_forecast_merge';
comment on function bpm.forecast_merge(internal, internal) is 'combine function of forecast: puts the years of two parts together';

create function bpm.forecast_serialize(internal) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_forecast_serialize';
comment on function bpm.forecast_serialize(internal) is 'hands the years of a parallel worker over';

create function bpm.forecast_deserialize(bytea, internal) returns internal
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_forecast_deserialize';
comment on function bpm.forecast_deserialize(bytea, internal) is 'takes the years of a parallel worker';

create function bpm.forecast_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_forecast_final';
comment on function bpm.forecast_final(internal) is 'final function of forecast';

create aggregate bpm.forecast(method text, spent numeric, budget numeric, share numeric,
        past_spent numeric, past_budget numeric, past_outturn numeric) (
    sfunc = bpm.forecast_accum, stype = internal, sspace = 512,
    finalfunc = bpm.forecast_final,
    combinefunc = bpm.forecast_merge, serialfunc = bpm.forecast_serialize, deserialfunc = bpm.forecast_deserialize,
    parallel = safe
);
comment on aggregate bpm.forecast(text, numeric, numeric, numeric, numeric, numeric, numeric) is
'Where a year will end: one row for each earlier year, with what was spent, the budget of the day and the outturn (y, b, a), beside the same of the year that is forecast (Y, B and the share of the year that has passed), which are the same in all rows. Methods: budget: B; run rate: Y / share; historical share: Y / median(y/a), of years with a > 0; execution: B * median(a/b), of years with b > 0 and a >= 0; burn: Y + (B - Y) * median((a - y) / (b - y)), of years with b > y and a >= 0; median of three: of the last three (of two their mean). The last four need two such years. Exact, rounded once to 8 decimals. NULL without rows, where what a method needs is not there, and for more than 29 digits before the point. Errors (22023): an unknown method, a share outside of 0 to 1, rows that differ in the first four; NaN and infinity (22003).';
