-- The day that results show, and what holds in a year

create function as_of() returns date
    language sql stable parallel safe
begin atomic
    select coalesce(bpm.as_of(), (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date);
end;
comment on function as_of() is
'The day that results show: the setting bpm.as_of, or today in the time zone of the model.';

create function setting_of(for_year integer) returns setof setting
    language sql stable parallel safe rows 1
begin atomic
    select s.* from setting s where s.fiscal_year <= for_year order by s.fiscal_year desc limit 1;
end;
comment on function setting_of(integer) is
'The settings of a fiscal year: the row of the latest year that is not after it.';

create function evaluation_of(named text, for_year integer) returns setof evaluation
    language sql stable parallel safe rows 1
begin atomic
    select e.* from evaluation e
    where e.evaluation = named and e.fiscal_year <= for_year
    order by e.fiscal_year desc limit 1;
end;
comment on function evaluation_of(text, integer) is
'How an evaluation is done in a fiscal year: its row of the latest year that is not after it.';

create function year_start(fiscal_year integer, month integer) returns date
    language sql immutable parallel safe
    -- whatever the numbers are, there is a date
    return make_date(least(greatest(fiscal_year, 2), 9999) - case when month = 1 then 0 else 1 end,
        least(greatest(month, 1), 12), 1);
comment on function year_start(integer, integer) is
'The first day of a fiscal year that begins in that month, and has the number of the year in which it ends.';

create function year_start(fiscal_year integer) returns date
    language sql stable parallel safe
begin atomic
    select year_start($1, coalesce((select s.year_start_month from setting_of($1) s), 1));
end;
comment on function year_start(integer) is 'The first day of a fiscal year, by the settings.';

create function fiscal_year_of(day date) returns integer
    language sql stable parallel safe
begin atomic
    -- the settings of the calendar year tell in which month the next one begins
    select y.year + (y.day >= year_start(y.year + 1))::integer
    from (select extract(year from $1)::integer as year, $1 as day) y;
end;
comment on function fiscal_year_of(date) is 'The fiscal year in which a day lies, by the settings.';

create function stale_before(day date, stale_days integer) returns date
    language sql immutable parallel safe
    -- whatever the numbers are, there is a day
    return case when stale_days > 0 and day > date '4000-01-01 BC' then day - least(stale_days, 3660)
                else '-infinity' end;
comment on function stale_before(date, integer) is
'The day before which figures are stale that may be some days old on a day; without such a number none is.';

create function share_by(starts_on date, ends_on date, day date, profile numeric[] default null) returns numeric
    language sql immutable parallel safe
    return case when day < starts_on then 0
                when day >= ends_on then 1
                else bpm.expected_share(day, daterange(starts_on, ends_on, '[]'), profile) end;
comment on function share_by(date, date, date, numeric[]) is
'The share of a year that should be there at the end of a day, linear or by cumulative shares at the ends of its '
'months: 0 before it begins, 1 once it is over.';
