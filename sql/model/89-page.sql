-- The page of a publication: one HTML file that needs nothing else, for a program, a unit or everything
--
-- It is well-formed XML as well, has no script and names no other file, and is written in ASCII but for what the office
-- itself has written. Whatever text comes from a row goes through html_text.

-- text and figures --------------------------------------------------------------------------------------------

create function html_text(value text) returns text
    language sql stable parallel safe
    return replace(replace(replace(replace(replace(regexp_replace(value,
        '[\u0001-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]', '?', 'g'),
        '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
comment on function html_text(text) is
'A text for a page, in an element or an attribute in quotes: it means itself there and nothing else. Characters that no '
'page may hold become question marks.';

create function html_words(value text) returns text
    language sql stable parallel safe
    return '<bdi>' || html_text(value) || '</bdi>';
comment on function html_words(text) is
'What somebody wrote, for a page, whichever way it is written, without an effect on the direction of what is around it.';

create function html_name(value text) returns text
    language sql stable parallel safe
    return html_words(case when length(value) > 300 then left(value, 297) || '...' else value end);
comment on function html_name(text) is
'A name for a page, as html_words has it; of a very long one the beginning.';

create function html_number(value numeric) returns text
    language sql stable parallel safe
    return replace(to_char(round(value, 2), 'FM999,999,999,999,999,999,999,999,999,999,999,990.00'), '-', '&#8722;');
comment on function html_number(numeric) is 'A figure with two decimals for a page, whatever the locale.';

create function html_whole(value numeric) returns text
    language sql stable parallel safe
    return replace(to_char(round(value), 'FM999,999,999,999,999,999,999,999,999,999,999,990'), '-', '&#8722;');
comment on function html_whole(numeric) is 'A figure without decimals for a page, whatever the locale.';

create function html_figure(value numeric) returns text
    language sql stable parallel safe
    return replace(rtrim(to_char(round(value, 4), 'FM999,999,999,999,999,999,999,999,999,999,999,990.9999'), '.'),
                   '-', '&#8722;');
comment on function html_figure(numeric) is 'A figure with as many decimals as it has, up to four, for a page.';

-- Large amounts are shown in thousands or millions, the same on all of a page: a telephone has no room for more.
create function money_unit(largest numeric) returns numeric
    language sql stable parallel safe
    return case when largest >= 10000000000 then 1000000 when largest >= 10000000 then 1000 else 1 end;
comment on function money_unit(numeric) is 'In what the money of a page is shown, by its largest amount: 1, 1000, 1000000.';

create function money_words(per numeric, currency text) returns text
    language sql stable parallel safe
    return concat_ws(' ', case per when 1000000 then 'million' when 1000 then 'thousand' end,
                     coalesce(html_text(nullif(currency, 'XXX')), case per when 1 then 'whole units' else 'units' end
                              || ' of the currency'));
comment on function money_words(numeric, text) is 'The same in words.';

create function html_target(target text) returns text
    language sql stable parallel safe
    return replace(replace(html_words(regexp_replace(target, '\[([^]]*)\]', '\1', 'g')), '&gt;=', '&#8805;'),
                   '&lt;=', '&#8804;');
comment on function html_target(text) is 'A target as people write it, for a page.';

create function html_points(value numeric) returns text
    language sql stable parallel safe
    return coalesce(case when value > 0 then '+' end || html_number(value), html_number(value), '&#8211;');
comment on function html_points(numeric) is 'A change with its sign, for a page; a dash where there is none.';

-- drawings: positions in percent, so that the words in them keep their size on any screen ---------------------

create function svg_place(percent numeric) returns text
    language sql stable parallel safe
    return trim_scale(round(least(greatest(percent, 0), 100), 2)) || '%';
comment on function svg_place(numeric) is 'A place between 0 and 100 % of a drawing.';

create function svg_label(score numeric, low numeric, high numeric) returns text
    language sql stable parallel safe
    return case when score is null then 'No score' else 'Score ' || round(score, 2) || ' of 100' end
           || case when low <> high then ', between ' || round(low, 2) || ' and ' || round(high, 2)
                       || ' with what is missing' else '' end;
comment on function svg_label(numeric, numeric, numeric) is 'What the drawing of a score says, in words.';

create function svg_bar(score numeric, low numeric, high numeric) returns text
    language sql stable parallel safe
begin atomic
    select format('<svg class="bar" width="100%%" height="12" role="img" aria-label="%s">'
                  '<rect class="track" x="0" y="3" width="100%%" height="6"/>%s%s</svg>',
                  svg_label(score, low, high),
                  '<rect class="fill" x="0" y="3" width="' || svg_place(score) || '" height="6"/>',
                  case when low <> high then
                      format('<line class="whisker" x1="%1$s" x2="%2$s" y1="6" y2="6"/>'
                             '<line class="whisker" x1="%1$s" x2="%1$s" y1="2" y2="10"/>'
                             '<line class="whisker" x1="%2$s" x2="%2$s" y1="2" y2="10"/>',
                             svg_place(low), svg_place(high)) end);
end;
comment on function svg_bar(numeric, numeric, numeric) is
'A bar of a score from 0 to 100, with whiskers from low to high.';

create function html_score(score numeric, low numeric, high numeric) returns text
    language sql stable parallel safe
    return '<span class="v">' || html_number(score) || '</span>' || svg_bar(score, low, high);
comment on function html_score(numeric, numeric, numeric) is 'A score in a table: the figure, and its bar.';

-- the bounds of a scale within 0 to 100, and what lies between
create function scale_bands(scale bpm.scale)
    returns table (low numeric, high numeric, rating text)
    language sql stable parallel safe rows 4
begin atomic
    select b.low, b.high, bpm.rating((b.low + b.high) / 2, scale)
    from (select x.at as low, lead(x.at) over (order by x.at) as high
          from (select 0::numeric
                union
                select 100
                union
                select m.part[1]::numeric
                from regexp_matches(regexp_replace(scale::text, '"([^"]|"")*"', 'x', 'g'),
                                    '[<>]=? (-?[0-9.]+)', 'g') m (part)) x (at)
          where x.at between 0 and 100) b
    where b.high is not null
    order by b.low;
end;
comment on function scale_bands(bpm.scale) is 'The bands of a scale from 0 to 100.';

create function svg_score(score numeric, low numeric, high numeric, scale bpm.scale) returns text
    language sql stable parallel safe
begin atomic
    select format('<svg class="axis" width="100%%" height="74" role="img" aria-label="%s">%s%s%s%s</svg>',
        html_text(svg_label(svg_score.score, svg_score.low, svg_score.high) || '. The scale: ' || string_agg(
            format('%s from %s to %s', b.rating, trim_scale(b.low), trim_scale(b.high)), '; ' order by b.low)),
        string_agg(format('<rect class="band%s" x="%s" y="26" width="%s" height="20"/>', b.n % 2, svg_place(b.low),
                          svg_place(b.high - b.low)), '' order by b.low),
        '<text x="0" y="64">0</text>' || string_agg(case when b.high < 100 then
            format('<line class="bound" x1="%1$s" x2="%1$s" y1="26" y2="50"/>'
                   '<text class="mid" x="%1$s" y="64">%2$s</text>', svg_place(b.high), trim_scale(b.high))
            else '<text class="end" x="100%" y="64">100</text>' end, '' order by b.low),
        case when svg_score.low <> svg_score.high then
            format('<line class="whisker" x1="%1$s" x2="%2$s" y1="36" y2="36"/>'
                   '<line class="whisker" x1="%1$s" x2="%1$s" y1="29" y2="43"/>'
                   '<line class="whisker" x1="%2$s" x2="%2$s" y1="29" y2="43"/>', svg_place(svg_score.low),
                   svg_place(svg_score.high)) end,
        case when score is not null then
            format('<circle class="dot" cx="%1$s" cy="36" r="7"/><text class="%2$s value" x="%1$s" y="18">%3$s</text>',
                   svg_place(score), case when score < 10 then 'start' when score > 90 then 'end' else 'mid' end,
                   html_number(score)) end)
    from (select s.*, row_number() over (order by s.low) as n from scale_bands(scale) s) b;
end;
comment on function svg_score(numeric, numeric, numeric, bpm.scale) is
'A score on an axis from 0 to 100 with the bands of its scale, and whiskers from low to high.';

create function svg_money(executed numeric, budget numeric) returns text
    language sql stable parallel safe
begin atomic
    select format('<svg class="money" width="100%%" height="22" role="img" aria-label="%s">'
                  '<rect class="track" x="0" y="4" width="%s" height="14"/>'
                  '<rect class="fill" x="0" y="4" width="%s" height="14"/>%s</svg>',
                  round(100 * executed / budget, 2) || ' % of the budget is executed',
                  svg_place(100 * budget / greatest(budget, executed)),
                  svg_place(100 * executed / greatest(budget, executed)),
                  format('<line class="whisker" x1="%1$s" x2="%1$s" y1="0" y2="22"/>',
                         svg_place(100 * budget / greatest(budget, executed))))
    where budget > 0 and executed >= 0;
end;
comment on function svg_money(numeric, numeric) is 'A bar of what is executed of a budget, with a mark at the budget.';

-- Of years without a score there is a gap.
create function svg_trend(years integer[], scores numeric[]) returns text
    language sql stable parallel safe
begin atomic
    select format('<svg class="trend" width="100%%" height="150" role="img" aria-label="Scores by year: %s">'
                  '<line class="grid" x1="0" x2="100%%" y1="20" y2="20"/>'
                  '<line class="grid" x1="0" x2="100%%" y1="70" y2="70"/>'
                  '<line class="grid" x1="0" x2="100%%" y1="120" y2="120"/>'
                  '<text x="0" y="16">100</text><text x="0" y="66">50</text><text x="0" y="116">0</text>%s%s</svg>',
        string_agg(format('%s %s', p.year, coalesce(round(p.score, 2)::text, 'none')), ', ' order by p.n),
        string_agg(case when p.next_score is not null and p.score is not null then
            format('<line class="path" x1="%s" y1="%s" x2="%s" y2="%s"/>', svg_place(p.x), 120 - round(p.score, 1),
                   svg_place(p.next_x), 120 - round(p.next_score, 1)) end, '' order by p.n),
        string_agg(coalesce(
            format('<circle class="dot" cx="%1$s" cy="%2$s" r="4"/><text class="mid" x="%1$s" y="%3$s">',
                   svg_place(p.x), 120 - round(p.score, 1), 110 - round(p.score, 1))
            || round(p.score, 1) || '</text>', '')
            || format('<text class="mid" x="%s" y="142">%s</text>', svg_place(p.x), p.year), '' order by p.n))
    from (select y.n, y.year, scores[y.n] as score, (y.n - 0.5) * 100 / cardinality(years) as x,
                 lead(scores[y.n]) over (order by y.n) as next_score,
                 (y.n + 0.5) * 100 / cardinality(years) as next_x
          from unnest(years) with ordinality y (year, n)) p;
end;
comment on function svg_trend(integer[], numeric[]) is 'A line of scores from 0 to 100 over years.';

-- parts of the page -------------------------------------------------------------------------------------------

create function page_style() returns text
    language sql stable parallel safe
    return $css$
:root{color-scheme:light dark;--ink:#1b1f23;--soft:#50575e;--line:#c9cfd5;--back:#fff;--tint:#eef1f4;--deep:#dde3e9;
--bar:#1f4e79}
@media screen and (prefers-color-scheme:dark){
:root{--ink:#e9ebed;--soft:#aab2ba;--line:#454c54;--back:#15181b;--tint:#22272c;--deep:#2e353c;--bar:#7fb2e5}}
*{box-sizing:border-box}
html{background:var(--back);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{max-width:60rem;margin:0 auto;padding:2rem 1rem 3rem;overflow-wrap:anywhere;
font-variant-numeric:tabular-nums lining-nums}
h1,h2{font-family:Georgia,"Times New Roman","Noto Serif",serif;font-weight:normal;line-height:1.2}
h1{font-size:2.1rem;margin:.2rem 0 .6rem}
h2{font-size:1.35rem;margin:2.4rem 0 .7rem;padding-top:.6rem;border-top:2px solid var(--ink)}
p{margin:.4rem 0;max-width:44rem}
.soft,caption,dt,small,footer{color:var(--soft)}
.over{margin:0;letter-spacing:.02em}
dl+p{margin-bottom:1rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.7rem 1.5rem;margin:.8rem 0}
dt{font-size:.875rem}
dd{margin:0}
.score{display:grid;grid-template-columns:minmax(11rem,1fr) 3fr;gap:1rem 2.5rem;align-items:center}
.score p{margin:0}
.big{display:block;font:3.6rem/1 Georgia,"Times New Roman",serif}
.rating{font-size:1.25rem}
svg{display:block;overflow:visible}
.trend{margin-bottom:1rem}
.money{max-width:44rem}
svg text{fill:var(--ink);font-size:11.5px;unicode-bidi:isolate}
svg .mid{text-anchor:middle}
svg .end{text-anchor:end}
svg .value{font-weight:600;font-size:13px}
.track{fill:var(--deep)}
.fill{fill:var(--bar)}
.band0{fill:var(--deep)}
.band1{fill:var(--tint)}
.bound,.grid{stroke:var(--line)}
.bound{stroke:var(--soft)}
.whisker{stroke:var(--ink);stroke-width:1.5}
.axis .whisker{stroke-width:2}
.dot{fill:var(--bar);stroke:var(--back);stroke-width:2}
.path{stroke:var(--bar);stroke-width:2}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;padding:0 0 .6rem;max-width:44rem}
th,td{text-align:left;vertical-align:top;font-weight:normal;padding:.4rem .7rem .4rem 0;
border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{vertical-align:bottom;color:var(--soft);font-size:.875rem;border-bottom-color:var(--soft)}
.n{text-align:right;white-space:nowrap}
.s{width:9.2rem;white-space:nowrap}
.s svg{display:inline-block;width:5.2rem;vertical-align:baseline}
.v{display:inline-block;min-width:3.3rem;margin-right:.6rem;text-align:right}
thead .s{padding-left:.9rem}
.n+:not(.n){padding-left:1rem}
th small{display:block}
th[scope=rowgroup],.sum>*{font-weight:600}
th[scope=rowgroup]{padding-top:1.1rem}
.sum>*{border-bottom:2px solid var(--ink);border-top:1px solid var(--ink)}
.group>th{font-weight:600}
[data-l=Rating]{overflow-wrap:break-word}
.d1{padding-left:1.2rem}
.d2{padding-left:2.4rem}
.d3{padding-left:3.6rem}
footer{margin-top:3rem;padding-top:.6rem;border-top:2px solid var(--ink);font-size:.875rem}
code{font:.875em ui-monospace,"DejaVu Sans Mono",Consolas,monospace}
@media screen and (max-width:40rem){
body{padding-top:1rem}
h1{font-size:1.7rem}
.score{grid-template-columns:1fr}
table,thead,tbody,tfoot,caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.3fr) minmax(0,1fr);gap:.1rem .8rem;padding:.5rem 0;
border-bottom:1px solid var(--line)}
th,td,.sum>*,.n+:not(.n){border:0;padding:0}
.d1,.d2,.d3{padding-left:0}
th[scope=row],th[scope=rowgroup],.w{grid-column:1/-1}
.sum{border-bottom:2px solid var(--ink);border-top:1px solid var(--ink)}
.n{text-align:left;white-space:normal}
.s{width:auto;white-space:normal}
.s svg{display:block;width:100%}
.v{display:block;text-align:left}
thead .s{padding:0}
td:empty{display:none}
.v{min-width:0}
td[data-l]::before{content:attr(data-l);display:block;color:var(--soft);font-size:.8125rem}
}
@page{size:A4;margin:18mm 16mm}
@media print{
html{font-size:10.5pt}
body{max-width:none;padding:0}
svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
thead{display:table-header-group}
tfoot{display:table-row-group}
tr,dl,.score,svg{break-inside:avoid}
h2,caption,thead,thead tr{break-after:avoid}
tbody tr:first-child{break-before:avoid}
}
$css$;
comment on function page_style() is
'How a page looks: on a screen, light or dark, on a telephone, in print.';

create function page_section(heading text, body text) returns text
    language sql stable parallel safe
begin atomic
    select format(e'<section aria-labelledby="%1$s">\n<h2 id="%1$s">%2$s</h2>\n%3$s\n</section>\n',
                  regexp_replace(lower(heading), '[^a-z]+', '-', 'g'), html_text(heading), body)
    where body <> '';
end;
comment on function page_section(text, text) is 'A section of a page; nothing where it would be empty.';

create function page_fact(label text, value text) returns text
    language sql stable parallel safe
    return '<div><dt>' || html_text(label) || '</dt><dd>' || value || '</dd></div>';
comment on function page_fact(text, text) is 'A fact with its label; NULL where there is none. The value is HTML.';

create function page_score(score numeric, low numeric, high numeric, coverage numeric, rating text, reason text,
                           scale bpm.scale) returns text
    language sql stable parallel safe
begin atomic
    select format(e'<div class="score"><p><span class="big">%s</span> <span class="soft">%s</span>%s</p>\n<div>%s'
                  '<p class="soft">%s</p></div></div>%s',
        coalesce(html_number(score), '&#8211;'), case when score is null then 'no score' else 'of 100 points' end,
        coalesce('<br/><strong class="rating">' || html_name(rating) || '</strong>', ''),
        svg_score(score, low, high, scale),
        (select string_agg(format('%s %s&#8211;%s', html_name(b.rating), trim_scale(b.low), trim_scale(b.high)),
                           ' &#183; ' order by b.low) from scale_bands(scale) b),
        coalesce(e'\n<p>' || nullif(concat_ws(' ',
            html_words(upper(left(reason, 1)) || substr(reason, 2)) || '.',
            case when reason like '% \% is measured, under %' then null
                 when coverage = 100 then 'All of the weight is measured.'
                 else html_number(coverage) || ' % of the weight is measured.' end,
            case when low <> high then 'If all that is missing were worst the score would be ' || html_number(low)
                                       || ', if best ' || html_number(high) || '.' end), '') || '</p>', ''));
end;
comment on function page_score(numeric, numeric, numeric, numeric, text, text, bpm.scale) is
'The score of a page: the figure, its rating, the axis, and how sure it is.';

create function page_money(is_revenue integer, is_overall integer, proposed numeric, approved numeric,
                           carried_over numeric, adjusted numeric, budget numeric, received numeric,
                           committed numeric, executed numeric, per numeric, currency text) returns text
    language sql stable parallel safe
begin atomic
    select format(e'%s<dl>%s</dl>\n<p class="soft">%s</p>',
        svg_money(executed, budget),
        concat(page_fact(case when is_revenue = 1 then 'Collected' else 'Executed' end, html_whole(executed / per)),
               page_fact(case when is_revenue = 1 then 'Planned' when is_overall = 1 then 'Budget that it covers'
                              else 'Budget' end, html_whole(budget / per)),
               page_fact(case when is_revenue = 1 then 'Collected of the plan' else 'Execution rate' end,
                         case when budget > 0 then html_number(100 * executed / budget) || ' %' end),
               page_fact('Asked for', html_whole(nullif(proposed, 0) / per)),
               page_fact('Approved', html_whole(approved / per)),
               page_fact('Carried over', html_whole(nullif(carried_over, 0) / per)),
               page_fact('Adjusted', html_whole(nullif(adjusted, 0) / per)),
               page_fact('Received', html_whole(nullif(received, 0) / per)),
               page_fact('Contracted, not yet paid', html_whole(nullif(committed, 0) / per))),
        'In ' || money_words(per, currency) || ', rounded.');
end;
comment on function page_money(integer, integer, numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
                               numeric, text) is
'The money of a page, with a bar of what is executed. What is NULL, and additions of 0, are not shown.';

create function page_program_money(of_publication text, p publication_program) returns text
    language sql stable parallel safe
begin atomic
    select case when p.is_overall = 1
                then page_money(0, 1, null, null, null, null, p.covered_budget, null, null, p.covered_executed,
                                c.per, c.currency)
                else page_money(p.is_revenue, 0, p.proposed, p.approved, p.carried_over, p.adjusted, p.budget,
                                p.received, p.committed, p.executed, c.per, c.currency) end
        || coalesce(m.html, '')
    from (select min(r.value::jsonb ->> 'currency') as currency,
                 money_unit(greatest(p.budget, p.approved, p.covered_budget, p.executed, p.covered_executed)) as per
          from publication_rule r
          where r.publication = of_publication and r.relation = 'setting') c
    left join lateral (
        select format(e'\n<table><caption>By fund and economic class</caption>\n<thead><tr><th scope="col">Fund</th>'
                      '<th scope="col">Class</th><th scope="col" class="n">Approved</th>'
                      '<th scope="col" class="n">Budget</th><th scope="col" class="n">Executed</th></tr></thead>'
                      '\n<tbody>%s</tbody></table>', string_agg(
                          format(e'<tr><th scope="row">%s</th><td data-l="Class">%s</td>'
                                 '<td class="n" data-l="Approved">%s</td><td class="n" data-l="Budget">%s</td>'
                                 '<td class="n" data-l="Executed">%s</td></tr>',
                                 html_name(m.fund), html_name(m.economic_id), html_whole(m.approved / c.per),
                                 html_whole((m.approved + m.carried_over + m.adjusted) / c.per),
                                 html_whole(m.executed / c.per)),
                          e'\n' order by m.approved desc, m.fund collate "C", m.economic_id collate "C")) as html
        from publication_money m
        where m.publication = of_publication and m.program_id = p.program_id and m.fiscal_year = p.fiscal_year
        having count(*) > 1) m on true;
end;
comment on function page_program_money(text, publication_program) is
'The money of a program, and how it is parted by fund and economic class.';

-- The indicators in the order of their tree, then the rules that took points. What each brings and costs is rounded
-- such that the rows add up to the figures below them.
create function page_items(of_publication text, of_program text, of_year integer, score numeric) returns text
    language sql stable parallel safe
begin atomic
    with recursive item as materialized (
        select i.* from publication_item i
        where i.publication = of_publication and i.program_id = of_program and i.fiscal_year = of_year
    ), place as (
        select i.item, array[i.item] as path, array[(coalesce(i.sort, 0), i.item collate "C")] as sorted
        from item i
        where i.kind in ('indicator', 'group') and (i.parent_id is null or i.parent_id not in (
            select g.item from item g where g.kind in ('indicator', 'group')))
        union all
        select i.item, p.path || i.item, p.sorted || (coalesce(i.sort, 0), i.item collate "C")
        from place p
        join item i on i.parent_id = p.item and i.kind in ('indicator', 'group') and i.item <> all (p.path)
    ), row as (
        select i.*, p.path, coalesce(cardinality(p.path), 1) as depth,
               row_number() over (order by i.kind = 'rule', p.sorted nulls last, i.item collate "C", i.part collate "C")
                   as n
        from item i
        left join place p on p.item = i.item and i.kind <> 'rule'
        where i.kind in ('indicator', 'group') or i.kind = 'rule' and i.loss <> 0
    ), shown as (
        select r.*,
               case when r.contribution is not null then
                   round(sum(r.contribution) over w, 2) - round(sum(r.contribution) over w - r.contribution, 2) end
                   as brings,
               case when r.loss is not null then
                   round(sum(r.loss) over w, 2) - round(sum(r.loss) over w - r.loss, 2) end as costs
        from row r
        window w as (order by r.n)
    ), line as (
        select s.n, s.brings, s.costs,
               format('<tr%s><th scope="row"%s>%s%s</th><td data-l="Target">%s</td><td data-l="Actual">%s</td>'
                      '<td class="s" data-l="Score">%s</td><td class="n" data-l="Share">%s</td>'
                      '<td class="n%s" data-l="Brings">%s</td><td class="n%s" data-l="Costs">%s</td></tr>',
                   case s.kind when 'group' then ' class="group"' else '' end,
                   case when s.depth > 1 then format(' class="d%s"', least(s.depth - 1, 3)) else '' end,
                   case when s.kind = 'rule' then 'Rule: ' || html_name(s.item) else html_name(coalesce(s.name, s.item))
                       end,
                   case when s.kind = 'rule' then format('<small>%s</small>', case s.effect
                            when 'cap' then 'at most ' || html_figure(s.points) || ' points'
                            when 'deduct' then html_figure(s.points) || ' points off'
                            else 'takes all points' end)
                        when s.retired = 1 then '<small>given up</small>' else '' end,
                   coalesce(html_target(nullif(s.target, 'direct')),
                            case when s.kind = 'indicator' and (s.grade is not null or s.target = 'direct')
                                 then 'graded, 0 to 100' else '' end),
                   case when s.kind = 'group' then ''
                        when s.kind = 'rule' then concat_ws(' ', case s.looks_at
                            when 'execution' then 'budget executed' when 'attainment' then 'attained'
                            when 'coverage' then 'measured' else html_text(s.looks_at) end, html_figure(s.actual),
                            '<small>' || html_name(nullif(s.part, '')) || '</small>')
                        when s.stale = 1 then 'the figure is too old'
                        when s.grade is not null then html_figure(s.grade) || coalesce(
                            (select format(' by %s, from %s to %s', count(*), html_figure(min(g.grade)),
                                           html_figure(max(g.grade)))
                             from item g where g.kind = 'grade' and g.item = s.item and g.grade is not null
                             having count(*) > 1), '')
                        when s.actual is not null or s.actual_date is not null
                        then coalesce(html_figure(s.actual), iso(s.actual_date))
                             || coalesce(' ' || html_name(s.unit_of_measure), '')
                             || case when s.late = 1 then ' <small>after the year</small>' else '' end
                        when s.retired = 1 then ''
                        else html_name(coalesce(s.reason, 'not measured')) end,
                   case when s.score is not null and s.kind <> 'rule'
                        then html_score(s.score, null, null)
                        when s.kind = 'rule' or s.retired = 1 then '' else '<span class="v">none</span>' end,
                   case when s.kind <> 'rule' then coalesce(html_number(100 * s.share) || ' %', '') else '' end,
                   case when s.brings is null then '' else ' brings' end,
                   coalesce(html_number(coalesce(s.brings, b.brings)), '&#8211;'),
                   case when s.costs is null then '' else ' costs' end,
                   coalesce(html_number(coalesce(s.costs, b.costs)), '&#8211;')) as html
        from (select x.*, case when x.kind = 'rule' then x.source end as looks_at from shown x) s
        left join lateral (
            select sum(x.brings) as brings, sum(x.costs) as costs from shown x
            where s.kind = 'group' and x.path @> array[s.item] and x.item <> s.item) b on true
    )
    select format(e'<table><caption>%s</caption>\n<thead><tr><th scope="col">Indicator</th><th scope="col">Target</th>'
                  '<th scope="col">Actual</th><th scope="col" class="s">Score</th><th scope="col" class="n">Share</th>'
                  '<th scope="col" class="n">Brings</th><th scope="col" class="n">Costs</th></tr></thead>'
                  '\n<tbody>%s</tbody>\n<tfoot><tr class="sum"><th scope="row">Score</th><td></td><td></td><td></td>'
                  '<td></td><td class="n" data-l="Brings">%s</td><td class="n" data-l="Costs">%s</td></tr></tfoot>'
                  '</table>',
                  'What each brings to the score, and what it costs of 100, in points, rounded such that the rows add '
                  'up to the score'
                  || case when exists (select from row r where r.kind = 'group')
                          then '; groups, in bold, repeat the sum of what is below them.' else '.' end,
                  string_agg(l.html, e'\n' order by l.n), coalesce(html_number(score), '&#8211;'),
                  coalesce(html_number(sum(l.costs)), '&#8211;'))
    from line l
    having count(*) > 0;
end;
comment on function page_items(text, text, integer, numeric) is
'The indicators of a published program: target, figure, score, share, what each brings and costs, and the rules that '
'took points.';

-- The units of a page: a unit or those at the top, and two levels below. Their figures are those of the publication
-- where the reader sees them, or else those of unit_total, where small ones are held back.
create function page_nodes(of_publication text, of_unit text)
    returns table (unit_id text, name text, depth integer, place bigint, held integer, programs integer,
                   approved numeric, budget numeric, executed numeric, score numeric, low numeric, high numeric,
                   coverage numeric, rating text, reason text)
    language sql stable parallel safe rows 20
begin atomic
    with recursive node as materialized (
        select coalesce(n.node_id, t.unit_id) as unit_id,
               case when n.node_id is null then u.parent_id else n.parent_id end as parent_id,
               coalesce(n.name, o.name, n.node_id, t.unit_id) as name,
               case when n.node_id is null then t.suppressed else 0 end as held,
               coalesce(n.programs, t.programs) as programs, n.approved, coalesce(n.budget, t.budget) as budget,
               coalesce(n.executed, t.executed) as executed, coalesce(n.score, t.score) as score,
               coalesce(n.low, t.low) as low, coalesce(n.high, t.high) as high,
               coalesce(n.coverage, t.coverage) as coverage, coalesce(n.rating, t.rating) as rating,
               coalesce(n.rating_reason, t.rating_reason) as reason
        from (select x.* from publication_node x where x.publication = of_publication and x.tree = 'unit') n
        full join (select x.* from published_total x where x.publication = of_publication) t on t.unit_id = n.node_id
        left join node_tree u on n.node_id is null and u.tree = 'unit' and u.id = t.unit_id
            and t.fiscal_year between u.from_year and u.to_year
        left join unit o on n.node_id is null and o.unit_id = t.unit_id
    ), walk as (
        select n.unit_id, 0 as depth, array[(n.name collate "C", n.unit_id collate "C")] as path
        from node n
        where case when of_unit is null then n.parent_id is null or n.parent_id not in (select o.unit_id from node o)
                   else n.unit_id = of_unit end
        union all
        select n.unit_id, w.depth + 1, w.path || (n.name collate "C", n.unit_id collate "C")
        from walk w
        join node n on n.parent_id = w.unit_id
        where w.depth < 2
    )
    select n.unit_id, n.name, w.depth, row_number() over (order by w.path), n.held, n.programs, n.approved, n.budget,
           n.executed, n.score, n.low, n.high, n.coverage, n.rating, n.reason
    from walk w
    join node n on n.unit_id = w.unit_id;
end;
comment on function page_nodes(text, text) is
'A unit of a publication, or those at the top, and two levels below it, as the current role may see them: held is 1 '
'where the figures are held back.';

-- Units without spending of their own, such as one that collects only, are in no tree of a publication.
create function page_units_below(of_publication text, of_unit text, of_year integer) returns text[]
    language sql stable parallel safe
begin atomic
    with recursive below as (
        select of_unit as unit_id
        union
        select n.node_id from below b
        join publication_node n on n.publication = of_publication and n.tree = 'unit' and n.parent_id = b.unit_id
    )
    select array(select b.unit_id from below b
                 union
                 select a.id from node_above a
                 where a.tree = 'unit' and a.ancestor_id = of_unit and of_year between a.from_year and a.to_year
                     and not exists (select from publication_node n
                                     where n.publication = of_publication and n.tree = 'unit' and n.node_id = a.id));
end;
comment on function page_units_below(text, text, integer) is
'A unit and all below it, as a publication has them.';

create function page_units(of_publication text, of_unit text, suppress_below integer, per numeric, currency text)
    returns text
    language sql stable parallel safe
begin atomic
    select format(e'<table><caption>%s</caption>\n<thead><tr><th scope="col">Unit</th>'
                  '<th scope="col" class="n">Programs</th><th scope="col" class="s">Score</th>'
                  '<th scope="col">Rating</th><th scope="col" class="n">Budget</th>'
                  '<th scope="col" class="n">Executed</th></tr></thead>'
                  '\n<tbody>%s</tbody></table>',
                  'Each with all below it. Budgets in ' || money_words(per, currency) || '.' || case when bool_or(n.held = 1) then format(
                      ' Held back is what is over fewer than %s programs, or would tell of so few.', suppress_below)
                      else '' end
                  || case when count(*) > 200 then format(' The first 200 of %s.', count(*)) else '' end,
        string_agg(
            format('<tr><th scope="row"%s>%s</th>',
                   case when n.depth > n.top then format(' class="d%s"', n.depth - n.top) else '' end,
                   html_name(n.name))
            || case when n.held = 1 then '<td class="n" data-l="Programs">&#8211;</td>'
                    '<td class="s" data-l="Score">held back</td><td data-l="Rating">held back</td>'
                    '<td class="n" data-l="Budget">&#8211;</td><td class="n" data-l="Executed">&#8211;</td>'
               else format('<td class="n" data-l="Programs">%s</td><td class="s" data-l="Score">%s</td>'
                           '<td data-l="Rating">%s</td><td class="n" data-l="Budget">%s</td>'
                           '<td class="n" data-l="Executed">%s</td>', n.programs,
                           case when n.score is null then '<span class="v">none</span>'
                                else html_score(n.score, n.low, n.high) end,
                           html_name(coalesce(n.rating, n.reason)), html_whole(n.budget / per),
                           coalesce(html_number(100 * nullif(n.executed, n.nothing) / nullif(n.budget, 0)) || ' %',
                                    '&#8211;')) end
            || '</tr>', e'\n' order by n.place) filter (where n.row <= 200))
    from (select x.*, row_number() over (order by x.place) as row, min(x.depth) over () as top,
                 -- where nothing at all is executed, nobody has recorded it
                 case when not bool_or(x.executed <> 0) over () then 0 end as nothing
          from (select a.*, count(*) filter (where a.depth = 0) over () as tops
                from page_nodes(of_publication, of_unit) a) x
          -- the one at the top is the page itself
          where x.depth > 0 or of_unit is null and x.tops > 1) n
    having count(*) > 0;
end;
comment on function page_units(text, text, integer, numeric, text) is
'The units of a page with their scores, or that these are held back.';

-- Ordered by what each costs the score above: weight * (100 - score) over the weight of those that have a score.
create function page_programs(of_publication text, of_year integer, units text[], own_unit text, per numeric,
                              currency text) returns text
    language sql stable parallel safe
begin atomic
    with program as (
        select p.program_id, p.name, p.unit_id, p.unit_name, p.score, p.low, p.high, p.rating, p.rating_reason,
               p.scored_weight, p.weight, p.score_sum, p.scored_programs,
               case when p.is_revenue = 1 then 3 when p.is_overall = 1 then 2 else 1 end as kind,
               case when p.is_overall = 1 then p.covered_budget else p.budget end as budget,
               -- where nothing at all is executed, nobody has recorded it
               case when bool_or(p.executed <> 0) over () then p.execution_rate end as execution_rate,
               case when p.is_revenue = 0 and p.is_overall = 0 and p.score is not null
                    then p.scored_weight * (100 - p.score) / nullif(sum(case when p.is_revenue = 0 and p.is_overall = 0
                             then p.scored_weight end) over (), 0) end as cost
        from publication_program p
        where p.publication = of_publication and p.fiscal_year = of_year
            and (units is null or p.unit_id = any (units))
    ), shown as (
        select p.*, round(sum(p.cost) over w, 2) - round(sum(p.cost) over w - p.cost, 2) as costs,
               row_number() over w as n
        from program p
        window w as (partition by p.kind order by p.cost desc nulls last, p.score nulls last, p.program_id collate "C"
                     rows unbounded preceding)
    ), part as (
        select s.kind, count(*) as programs, sum(s.costs) as costs, count(*) filter (where s.n > 200) as more,
               sum(s.costs) filter (where s.n > 200) as more_costs, sum(s.score_sum) as score_sum,
               sum(s.scored_weight) as scored_weight,
               string_agg(format(
                   '<tr><th scope="row">%s%s</th><td class="s" data-l="Score">%s</td><td data-l="Rating">%s</td>'
                   '<td class="n" data-l="Budget">%s</td><td class="n" data-l="Executed">%s</td>'
                   '<td class="n%s" data-l="Costs">%s</td></tr>', html_name(s.name),
                   case when s.unit_id is distinct from own_unit
                        then '<small>' || html_name(coalesce(s.unit_name, s.unit_id)) || '</small>' else '' end,
                   case when s.score is null then '<span class="v">none</span>'
                        else html_score(s.score, s.low, s.high) end,
                   html_name(coalesce(s.rating, s.rating_reason)), html_whole(s.budget / per),
                   coalesce(html_number(s.execution_rate) || ' %', '&#8211;'),
                   case when s.kind = 1 and s.costs is not null then ' costs' else '' end,
                   case when s.kind > 1 then '' else coalesce(html_number(s.costs), '&#8211;') end), e'\n'
                   order by s.n) filter (where s.n <= 200) as html
        from shown s
        group by s.kind
    )
    select format(e'<table><caption>What each costs the score, in points: its weight times what it lacks to 100, over '
                  'the weight of all that have a score. Budgets in %s.</caption>'
                  '\n<thead><tr><th scope="col">Program</th><th scope="col" class="s">Score</th>'
                  '<th scope="col">Rating</th><th scope="col" class="n">Budget</th>'
                  '<th scope="col" class="n">Executed</th><th scope="col" class="n">Costs</th></tr></thead>'
                  '\n%s</table>', money_words(per, currency),
        string_agg(
            case p.kind when 1 then e'<tbody>\n' else format(
                e'<tbody>\n<tr><th scope="rowgroup" colspan="6">%s</th></tr>\n', case p.kind
                when 2 then 'Overall: they cover the money of others, and count in no sum'
                else 'Revenue: budget and executed are what was planned and collected' end) end
            || p.html
            || case when p.more > 0 then format(
                   e'\n<tr><th scope="row" colspan="5">and %s more</th><td class="n costs" data-l="Costs">%s</td></tr>',
                   p.more, case when p.kind = 1 then coalesce(html_number(p.more_costs), '&#8211;') else '' end)
               else '' end
            || case when p.kind = 1 then format(
                   e'\n<tr class="sum"><th scope="row">All %s</th><td data-l="Score"><span class="v">%s</span></td>'
                   '<td></td><td></td><td></td><td class="n" data-l="Costs">%s</td></tr>', p.programs,
                   coalesce(html_number(p.score_sum / nullif(p.scored_weight, 0)), 'none'),
                   coalesce(html_number(p.costs), '&#8211;')) else '' end
            || e'\n</tbody>', e'\n' order by p.kind))
    from part p
    having count(*) > 0;
end;
comment on function page_programs(text, integer, text[], text, numeric, text) is
'The programs of a page, those that cost its score most first: of some units, or all.';

create function page_before(of_publication text) returns text
    language sql stable parallel safe
begin atomic
    select coalesce(p.replaces, (
        select b.publication from publication b
        where b.fiscal_year = p.fiscal_year - 1 and b.evaluation = p.evaluation
            and not exists (select from publication r where r.replaces = b.publication)
        order by b.n desc
        limit 1))
    from publication p
    where p.publication = of_publication;
end;
comment on function page_before(text) is
'The publication that another is compared with: the one that it replaces, or that of the year before. NULL for none.';

create function page_score_in(of_publication text, of_program text, of_unit text)
    returns table (score numeric, low numeric, high numeric, rating text, held integer)
    language sql stable parallel safe rows 1
begin atomic
    select p.score, p.low, p.high, p.rating, 0 from publication b
    join publication_program p on p.publication = b.publication and p.fiscal_year = b.fiscal_year
    where b.publication = of_publication and p.program_id = of_program
    union all
    select n.score, n.low, n.high, n.rating, n.held from page_nodes(of_publication, of_unit) n
    where of_program is null and n.unit_id = of_unit
    union all
    select n.score, n.low, n.high, n.rating, 0 from publication_node n
    where of_program is null and of_unit is null and n.publication = of_publication and n.tree = 'all';
end;
comment on function page_score_in(text, text, text) is
'What a publication says of a program, of a unit, or, where neither is given, of everything.';

create function page_trend(of_publication text, of_program text, of_unit text) returns text
    language sql stable parallel safe
begin atomic
    select format(e'%s<table><caption>Scores as they were published</caption>\n<thead><tr><th scope="col">Year</th>'
                  '<th scope="col" class="n">Score</th><th scope="col" class="n">Low</th>'
                  '<th scope="col" class="n">High</th><th scope="col">Rating</th><th scope="col">Publication</th></tr>'
                  '</thead>\n<tbody>%s</tbody></table>',
        svg_trend(array_agg(t.fiscal_year order by t.fiscal_year), array_agg(t.score order by t.fiscal_year)),
        string_agg(format(
            '<tr><th scope="row">%s</th><td class="n" data-l="Score">%s</td><td class="n" data-l="Low">%s</td>'
            '<td class="n" data-l="High">%s</td><td data-l="Rating">%s</td><td data-l="Publication">%s</td></tr>',
            t.fiscal_year, case when t.held = 1 then 'held back' else coalesce(html_number(t.score), 'none') end,
            coalesce(html_number(t.low), '&#8211;'), coalesce(html_number(t.high), '&#8211;'),
            coalesce(html_name(t.rating), '&#8211;'), html_name(t.publication)), e'\n' order by t.fiscal_year))
    from (
        select b.fiscal_year, b.publication, x.*
        from publication p
        join publication b on b.evaluation = p.evaluation and b.fiscal_year <= p.fiscal_year
            and case when b.fiscal_year = p.fiscal_year then b.publication = p.publication
                     else not exists (select from publication r where r.replaces = b.publication) end
        cross join lateral page_score_in(b.publication, of_program, of_unit) x
        where p.publication = of_publication
        order by b.fiscal_year desc
        limit 10) t
    having count(*) > 1;
end;
comment on function page_trend(text, text, text) is
'The scores of a program, a unit or everything over up to ten years, as the publications that stand have them; nothing '
'where there is one only.';

-- the programs that make the score of a unit, or of everything, and what each brings to it
create function page_parts(of_publication text, of_unit text)
    returns table (program_id text, name text, score numeric, part numeric)
    language sql stable parallel safe rows 100
begin atomic
    select p.program_id, p.name, p.score, p.score_sum / nullif(sum(p.scored_weight) over (), 0)
    from publication b
    -- once, not for each program
    cross join lateral (
        select case when of_unit is not null then page_units_below(b.publication, of_unit, b.fiscal_year) end as ids
        offset 0) u
    join publication_program p on p.publication = b.publication and p.fiscal_year = b.fiscal_year
        and (u.ids is null or p.unit_id = any (u.ids))
    where b.publication = of_publication and p.is_revenue = 0 and p.is_overall = 0;
end;
comment on function page_parts(text, text) is
'The programs of a unit, or all, and what each brings to the score above them in a publication: they sum to it.';

create function page_sees(of_publication text, of_unit text) returns boolean
    language sql stable parallel safe
begin atomic
    select count(*) = (select sum(n.programs) from publication_node n
                       where n.publication = of_publication
                           and (n.tree, n.node_id) = (case when of_unit is null then 'all' else 'unit' end,
                                                      coalesce(of_unit, 'all')))
    from page_parts(of_publication, of_unit);
end;
comment on function page_sees(text, text) is
'Whether the current role sees all programs that the score of a unit, or of everything, is made of.';

create function page_moves(before text, of_publication text, of_unit text) returns text
    language sql stable parallel safe
begin atomic
    select format(e'<table><caption>The programs that moved it most, by what they bring to it. Together they are the '
                  'change.</caption>'
                  '\n<thead><tr><th scope="col">Program</th><th scope="col" class="n">Score then</th>'
                  '<th scope="col" class="n">Score now</th><th scope="col" class="n">Change</th></tr></thead>'
                  '\n<tbody>%s%s</tbody></table>',
        string_agg(format('<tr><th scope="row">%s</th><td class="n" data-l="Score then">%s</td>'
                          '<td class="n" data-l="Score now">%s</td><td class="n moved" data-l="Change">%s</td></tr>',
                          html_name(m.name), coalesce(html_number(m.score_then), '&#8211;'),
                          coalesce(html_number(m.score_now), '&#8211;'), html_points(m.shown)), e'\n'
                   order by m.n) filter (where m.n <= 20),
        case when count(*) > 20 then
            format(e'\n<tr><th scope="row">and %s more</th><td></td><td></td>'
                   '<td class="n moved" data-l="Change">%s</td></tr>',
                   count(*) - 20, html_points(sum(m.shown) filter (where m.n > 20))) end)
    from (
        select c.*, round(sum(c.change) over w, 2) - round(sum(c.change) over w - c.change, 2) as shown,
               row_number() over w as n
        from (select coalesce(b.program_id, a.program_id) as program_id, coalesce(b.name, a.name) as name,
                     a.score as score_then, b.score as score_now, coalesce(b.part, 0) - coalesce(a.part, 0) as change
              from page_parts(before, of_unit) a
              full join page_parts(of_publication, of_unit) b on b.program_id = a.program_id) c
        window w as (order by abs(c.change) desc, c.program_id collate "C" rows unbounded preceding)) m
    having bool_or(m.change <> 0);
end;
comment on function page_moves(text, text, text) is
'What the programs of a unit, or all, did to the score above them between two publications.';

create function page_change(of_publication text, of_program text, of_unit text, explained_by text) returns text
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    before constant text := page_before(of_publication);
    rows jsonb;
    moves text;
begin
    if before is null then
        return null;
    elsif of_program is not null and 2 = (select count(p.score) from publication_program p
                 where p.program_id = of_program and p.publication in (before, of_publication)) then
        rows := (select jsonb_agg(to_jsonb(e)) from explain_change(of_program, before, of_publication) e);
    elsif of_program is null and page_sees(before, of_unit) and page_sees(of_publication, of_unit) then
        -- what a page may take has an end: of many programs only what each did is shown
        if 2 = (select count(n.score) from publication_node n
                where n.publication in (before, of_publication) and n.tree = 'unit' and n.node_id = explained_by
                    and n.programs <= 50) then
            rows := (select jsonb_agg(to_jsonb(e)) from explain_unit_change(explained_by, before, of_publication) e);
        else
            moves := page_moves(before, of_publication, of_unit);
        end if;
    end if;
    return (
        select format(e'<p>From %s in %s of %s%s to %s: <strong>%s points</strong>.</p>\n', html_number(a.score),
                      html_name(p.title), p.fiscal_year,
                      case when q.replaces = p.publication
                           then ', which this one replaces (' || html_words(q.reason) || '),' else '' end,
                      html_number(b.score), html_points(b.score - a.score))
               || coalesce(page_changes(rows), moves, '')
        from publication p
        join publication q on q.publication = of_publication
        cross join lateral page_score_in(before, of_program, of_unit) a
        cross join lateral page_score_in(of_publication, of_program, of_unit) b
        where p.publication = before and a.score is not null and b.score is not null);
end
$$;
comment on function page_change(text, text, text, text) is
'What changed since the publication before, and why, for the page of a program, a unit or everything, which the unit at '
'the top explains.';

create function page_changes(rows jsonb) returns text
    language sql stable parallel safe
begin atomic
    select format(e'<table><caption>%s</caption>\n<thead><tr><th scope="col">%s</th>'
                  '<th scope="col" class="n">Data</th><th scope="col" class="n">Target</th>'
                  '<th scope="col" class="n">Weight</th><th scope="col" class="n">Tree</th>'
                  '<th scope="col" class="n">Policy</th><th scope="col" class="n">Change</th></tr></thead>'
                  '\n<tbody>%s</tbody>\n<tfoot>%s</tfoot></table>',
        'By cause, in points: the mean effect of each over all orders of them, rounded to two decimals.',
        case when bool_or(x.e ->> 'kind' = 'program') then 'Program' else 'What' end,
        coalesce(string_agg(x.html, e'\n' order by abs(x.change) desc, x.n) filter (where x.total = 0), ''),
        coalesce(string_agg(x.html, '') filter (where x.total = 1), ''))
    from (
        select r.e, r.n, y.total, y.change,
               format('<tr%s><th scope="row">%s</th><td class="n" data-l="Data">%s</td>'
                      '<td class="n" data-l="Target">%s</td><td class="n" data-l="Weight">%s</td>'
                      '<td class="n" data-l="Tree">%s</td><td class="n" data-l="Policy">%s</td>'
                      '<td class="n" data-l="Change">%s</td></tr>',
                   case when y.total = 1 then ' class="sum"' else '' end,
                   case when y.total = 1 then 'Score'
                        else case r.e ->> 'kind' when 'rule' then 'Rule: ' else '' end
                             || html_name(coalesce(nullif(r.e ->> 'name', ''), nullif(r.e ->> 'item', ''),
                                                   r.e ->> 'program_id'))
                             || coalesce('<small>' || html_name(nullif(r.e ->> 'part', '')) || '</small>', '') end,
                   html_points(nullif(y.data, 0)), html_points(nullif(y.target, 0)),
                   html_points(nullif(y.weight, 0)), html_points(nullif(y.tree, 0)),
                   html_points(nullif(y.policy, 0)), html_points(y.change)) as html
        from jsonb_array_elements(rows) with ordinality r (e, n)
        cross join lateral (
            select (r.e ->> 'kind' = 'total')::integer as total, (r.e ->> 'change')::numeric as change,
                   (r.e ->> 'data')::numeric as data, (r.e ->> 'target')::numeric as target,
                   (r.e ->> 'weight')::numeric as weight, (r.e ->> 'tree')::numeric as tree,
                   (r.e ->> 'policy')::numeric as policy) y
        where y.total = 1 or y.change <> 0 or y.data <> 0 or y.target <> 0
            or y.weight <> 0 or y.tree <> 0
            or y.policy <> 0) x
    having count(*) > 0;
end;
comment on function page_changes(jsonb) is
'The table of what changed, from the rows of explain_change or explain_unit_change.';

create function page_findings(of_publication text, of_program text, units text[]) returns text
    language sql stable parallel safe
begin atomic
    select format(e'<table><caption>As they stood on the day of the publication%s</caption>\n<thead><tr>%s'
                  '<th scope="col">Finding</th><th scope="col">Due</th><th scope="col">Status</th>'
                  '<th scope="col" class="n">Withheld</th></tr></thead>\n<tbody>%s</tbody></table>',
        case when count(*) > 100 then format(': the first 100 of %s', count(*)) else '' end,
        case when of_program is null then '<th scope="col">Program</th>' else '' end,
        string_agg(format('<tr>%s<%s>%s</%s><td data-l="Due">%s</td><td data-l="Status">%s%s</td>'
                          '<td class="n" data-l="Withheld">%s</td></tr>',
            case when of_program is null then '<th scope="row">' || html_name(f.program) || '</th>' else '' end,
            case when of_program is null then 'td class="w" data-l="Finding"' else 'th scope="row"' end,
            html_words(f.finding), case when of_program is null then 'td' else 'th' end, iso(f.due),
            html_text(f.status), case when f.overdue = 1 then ', overdue' else '' end,
            coalesce(html_whole(nullif(f.withheld, 0)), '&#8211;')), e'\n' order by f.n) filter (where f.n <= 100))
    from (select x.finding, x.due, x.status, x.overdue, x.withheld - x.released as withheld, q.name as program,
                 row_number() over (order by x.overdue desc, x.status = 'rectified', x.severity_rank, x.due,
                                    x.program_id collate "C", x.finding_id collate "C") as n
          from publication p
          join publication_program q on q.publication = p.publication and q.fiscal_year = p.fiscal_year
          join finding_result_at(p.as_of, p.known_at) x on x.program_id = q.program_id
              and x.fiscal_year = q.fiscal_year
          where p.publication = of_publication and (of_program is null or q.program_id = of_program)
              and (units is null or q.unit_id = any (units)) and x.status <> 'withdrawn') f
    having count(*) > 0;
end;
comment on function page_findings(text, text, text[]) is
'The findings about a program, or those of some units or all, as they stood on the day of a publication.';

-- the page ----------------------------------------------------------------------------------------------------

create function scorecard_html(publication text, program_id text default null, unit_id text default null) returns text
    language plpgsql stable parallel safe
    set search_path from current
as $$
#variable_conflict use_column
declare
    of_program constant text := $2;
    of_unit constant text := $3;
    made publication;
    program publication_program;
    node record;
    top record;
    units text[];
    scale bpm.scale;
    rules record;
    per numeric;
    look text;
    name text;
    facts text;
    body text := '';
begin
    select p.* into made from publication p where p.publication = $1;
    if not found then
        raise exception 'there is no publication "%"', $1
            using errcode = 'no_data_found',
                  hint = 'The table publication lists them.';
    elsif of_program is not null and of_unit is not null then
        raise exception 'a page is of a program or of a unit'
            using errcode = 'invalid_parameter_value',
                  hint = 'Give one of the two, or neither for everything.';
    end if;
    select s.rule ->> 'scale' as scale, s.rule ->> 'currency' as currency,
           s.rule ->> 'suppress_below' as suppress_below,
           coalesce(to_jsonb(y) ->> 'publish_names' = 'true', false) as names,
           coalesce((select r.value::jsonb ->> 'time_zone' from publication_rule r
                     where r.publication = made.publication and r.relation = 'place'), 'UTC') as zone
        into rules
    from (select (select r.value::jsonb from publication_rule r
                  where r.publication = made.publication and r.relation = 'setting') as rule) s
    left join setting_of(made.fiscal_year) y on true;
    scale := rules.scale;
    look := case when made.evaluation = 'effective' then 'The one that counts, program by program'
                 else coalesce((select r.value::jsonb ->> 'name' from publication_rule r
                                where r.publication = made.publication and r.relation = 'evaluation'
                                    and r.key = made.evaluation), made.evaluation) end;

    if of_program is not null then
        select p.* into program from publication_program p
        where p.program_id = of_program and p.fiscal_year = made.fiscal_year and p.publication = made.publication;
        if not found then
            raise exception 'publication "%" has no program "%"', made.publication, of_program
                using errcode = 'no_data_found',
                      hint = 'The table publication_program lists those that it has.';
        end if;
        scale := program.scale;
        name := program.name;
        facts := concat(
            page_fact('Unit', html_name(coalesce(program.unit_name, program.unit_id))),
            page_fact('Kind', html_words((select r.value::jsonb ->> 'name' from publication_rule r
                where r.publication = made.publication and r.relation = 'scope' and r.key = program.scope))),
            case when rules.names then page_fact('Answers for it', (
                select html_name(p.person) from publication_person p
                where p.program_id = program.program_id and p.fiscal_year = program.fiscal_year
                    and p.publication = made.publication and p.role = 'responsible' and p.item = '')) end,
            page_fact('Evaluation', html_words(coalesce((select r.value::jsonb ->> 'name' from publication_rule r
                where r.publication = made.publication and r.relation = 'evaluation'
                    and r.key = program.evaluation), program.evaluation))),
            page_fact('Closed on', iso(program.closes_on)));
        body := page_section('Score', page_score(program.score, program.low, program.high, program.coverage,
                                                 program.rating, program.rating_reason, scale))
            || coalesce(page_section('Where the points went', page_items(made.publication, program.program_id,
                                                                        program.fiscal_year, program.score)), '')
            || coalesce(page_section('Money', page_program_money(made.publication, program)), '')
            || coalesce(page_section('What changed', page_change(made.publication, program.program_id, null, null)), '')
            || coalesce(page_section('Over the years', page_trend(made.publication, program.program_id, null)), '')
            || coalesce(page_section('Findings', case when exists (
                   select from finding f
                   where f.program_id = program.program_id and f.fiscal_year = program.fiscal_year)
                   then page_findings(made.publication, program.program_id, null) end), '');
    else
        select n.*, count(*) over () as tops into top
        from page_nodes(made.publication, of_unit) n where n.depth = 0 order by n.place limit 1;
        if of_unit is null then
            name := case when top.tops = 1 then top.name else made.title end;
            select x.score, x.low, x.high, x.coverage, x.rating, x.rating_reason as reason, x.approved, x.budget,
                   x.executed, 0 as held into node
            from publication_node x
            where x.publication = made.publication and x.tree = 'all' and x.node_id = 'all';
            if not found and top.tops = 1 then
                node := top;
            end if;
        else
            units := page_units_below(made.publication, of_unit, made.fiscal_year);
            node := top;
            name := coalesce(top.name, (
                select coalesce(min(p.unit_name), of_unit) from publication_program p
                where p.publication = made.publication and p.fiscal_year = made.fiscal_year and p.unit_id = any (units)
                having count(*) > 0));
            if name is null then
                raise exception 'publication "%" has no unit "%"', made.publication, of_unit
                    using errcode = 'no_data_found',
                          hint = 'The view unit_total lists those that it has.';
            end if;
        end if;
        per := money_unit(greatest(node.budget, (
            select max(greatest(p.budget, p.covered_budget)) from publication_program p
            where p.publication = made.publication and p.fiscal_year = made.fiscal_year
                and (units is null or p.unit_id = any (units)))));
        body := page_section('Score', case
                when node.held is null then '<p>A sum over all of it is not in what may be read here.</p>'
                when node.held = 1 then format('<p><strong>Held back.</strong> It is over fewer than %s programs, or '
                    'would tell of so few.</p>', html_text(rules.suppress_below))
                else page_score(node.score, node.low, node.high, node.coverage, node.rating, node.reason, scale) end)
            || coalesce(page_section('Money', case when node.held = 0 then
                   page_money(0, 0, null, node.approved, null, null, node.budget, null, null,
                              case when node.executed <> 0 or exists (
                                  select from publication_program p
                                  where p.publication = made.publication and p.executed <> 0) then node.executed end,
                              per, rules.currency) end), '')
            || coalesce(page_section('Units', page_units(made.publication, of_unit, rules.suppress_below::integer, per,
                                                      rules.currency)), '')
            || coalesce(page_section('Programs', page_programs(made.publication, made.fiscal_year, units, of_unit, per,
                                                            rules.currency)), '')
            || coalesce(page_section('What changed', page_change(made.publication, null, of_unit,
                   coalesce(of_unit, case when top.tops = 1 then top.unit_id end))), '')
            || coalesce(page_section('Over the years', page_trend(made.publication, null, of_unit)), '')
            || coalesce(page_section('Findings', case when exists (
                   select from finding f where f.fiscal_year = made.fiscal_year)
                   then page_findings(made.publication, null, units) end), '');
    end if;

    return concat(e'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n',
        e'<meta name="viewport" content="width=device-width, initial-scale=1"/>\n',
        -- should a browser ever take a name for more than a name, it runs and loads nothing
        '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>',
        e'\n',
        '<title>', html_text(left(name, 300)), ', scorecard ', made.fiscal_year, e'</title>\n<style>',
        page_style(), e'</style>\n</head>\n<body>\n<header>\n<p class="over soft">Performance scorecard ',
        made.fiscal_year, e'</p>\n<h1>', html_name(name), e'</h1>\n<dl>', facts,
        page_fact('Publication', html_name(made.title)),
        case when of_program is null then page_fact('Evaluation', html_words(look)) end,
        page_fact('Figures as of', iso(made.as_of)),
        page_fact('Published on', iso((made.published_at at time zone rules.zone)::date)), '</dl>',
        (select e'\n<p><strong>Replaced</strong> by ' || html_name(r.title) || ': ' || html_words(r.reason) || '</p>'
         from publication r where r.replaces = made.publication),
        (select e'\n<p>It replaces ' || html_name(r.title) || ': ' || html_words(made.reason) || '</p>'
         from publication r where r.publication = made.replaces),
        e'\n</header>\n<main>\n', body, e'</main>\n<footer>\n',
        '<p>Made from publication ', html_name(made.publication), ', number ', made.n, ' of its chain. Its hash is the '
        'SHA-256 of its manifest, which <code>publication_manifest(', html_words(quote_literal(made.publication)),
        ')</code> prints as sha256sum does, with the hash of every file of it; <code>verify</code> compares.</p>',
        e'\n<p><code>', made.hash, e'</code></p>\n</footer>\n</body>\n</html>\n');
end
$$;
comment on function scorecard_html(text, text, text) is
'A publication as a page: HTML that needs no other file, for a program, for a unit with all below it, or for everything. '
'It shows what the current role may see of the publication, and names of persons only where setting.publish_names of '
'the year says so. The same for the same publication, until another one replaces it or that of an earlier year.';
