-- Comments on an evaluation: who is judged objects, and who judges answers

create table evaluation_comment (
    program_id   text not null,
    fiscal_year  integer not null,
    evaluation   text not null check (evaluation <> ''),
    indicator_id text not null default '',
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    kind         text not null check (kind in ('comment', 'objection', 'answer')),
    text         text not null check (text <> ''),
    evidence     text,
    answers      timestamptz,
    recorded_by  text not null default current_user,
    evaluation_ref text generated always as (nullif(evaluation, 'self')) stored,
    indicator_ref  text generated always as (nullif(indicator_id, '')) stored,
    primary key (program_id, fiscal_year, evaluation, indicator_id, recorded_at),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, evaluation_ref) references program_evaluation,
    foreign key (program_id, fiscal_year, evaluation, indicator_ref) references indicator,
    constraint evaluation_comment_answers_an_objection
        foreign key (program_id, fiscal_year, evaluation, indicator_id, answers) references evaluation_comment,
    constraint evaluation_comment_answers check ((kind = 'answer') = (answers is not null))
);
comment on table evaluation_comment is
'What was said about an evaluation, or about one of its indicators: comments, objections, and answers to those. It may '
'be said after the closing, too: an evaluation that an objection changes is opened again.';
comment on column evaluation_comment.program_id is 'The program.';
comment on column evaluation_comment.fiscal_year is 'The fiscal year.';
comment on column evaluation_comment.evaluation is 'The evaluation.';
comment on column evaluation_comment.indicator_id is 'The indicator or group; empty for the evaluation as a whole.';
comment on column evaluation_comment.recorded_at is 'When it was recorded.';
comment on column evaluation_comment.kind is
'objection: of who is judged, open until it is answered; answer: of who judges, to an objection; comment: of either.';
comment on column evaluation_comment.text is 'What is said.';
comment on column evaluation_comment.evidence is 'A link to the evidence.';
comment on column evaluation_comment.answers is
'For an answer: when the objection that it answers was recorded, to the same evaluation and indicator.';
comment on column evaluation_comment.recorded_by is 'By whom.';
comment on column evaluation_comment.evaluation_ref is
'The evaluation when it is not self (computed), for the foreign key; the right to it says who holds the duty of '
'grading.';
comment on column evaluation_comment.indicator_ref is
'The indicator, or empty (computed), for the foreign key; the right to it says who holds the duty of measuring.';
create trigger fact_guard before update or delete or truncate on evaluation_comment
    for each statement execute function fact_guard();

-- Whoever judges has the duty of grading, and who is judged that of measuring; of a self-evaluation it is the other
-- way round.
create function comment_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    duty constant text := case when (new.kind = 'answer') = (new.evaluation <> 'self') then 'grading'
                               else 'measuring' end;
begin
    if not has_column_privilege('evaluation_comment'::regclass,
                                case duty when 'grading' then 'evaluation_ref' else 'indicator_ref' end, 'insert') then
        raise exception 'the duty of % is in other hands', duty
            using errcode = 'insufficient_privilege',
                  detail = case new.kind when 'answer' then 'Who judges answers.' else 'Who is judged objects.' end,
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if new.kind = 'answer' and not exists (
            select from evaluation_comment c
            where c.program_id = new.program_id and c.fiscal_year = new.fiscal_year
                and c.evaluation = new.evaluation and c.indicator_id = new.indicator_id
                and c.recorded_at = new.answers and c.kind = 'objection') then
        raise exception 'there is no such objection to answer'
            using errcode = 'foreign_key_violation',
                  detail = format('None to %s of evaluation "%s" of program "%s" in %s was recorded at %s.',
                                  case new.indicator_id when '' then 'the whole'
                                      else format('"%s"', new.indicator_id) end,
                                  new.evaluation, new.program_id, new.fiscal_year, new.answers),
                  hint = 'answers is recorded_at of the objection, and the indicator is the same.';
    end if;
    return new;
end
$$;
comment on function comment_guard() is
'Refuses an objection to whom does not measure, an answer to whom does not grade (of a self-evaluation the other way '
'round), and an answer to what is no objection.';
create trigger comment_guard before insert on evaluation_comment
    for each row when (new.kind in ('objection', 'answer')) execute function comment_guard();
create trigger comment_answers before insert on evaluation_comment
    for each row when ((new.kind = 'answer') <> (new.answers is not null))
    execute function refuse_row('an answer, and nothing else, names the objection that it answers',
        'Give in answers when the objection was recorded.');
create trigger comment_kind before insert on evaluation_comment
    for each row when ((new.kind in ('comment', 'objection', 'answer')) is not true)
    execute function refuse_row('a comment is of a kind', 'It is comment, objection or answer.');
create trigger comment_text before insert on evaluation_comment
    for each row when (coalesce(new.text, '') = '')
    execute function refuse_row('a comment says something', 'Say in text what it is.');
create trigger evaluation_guard before insert on evaluation_comment
    for each row when (new.kind = 'answer' and new.evaluation <> 'self') execute function evaluation_guard();
