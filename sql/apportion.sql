-- apportion: shares that add up to the total, to the last digit

create function bpm.apportion(total numeric, weight numeric, digits integer default 2) returns numeric
    language c window immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_apportion';
comment on function bpm.apportion(numeric, numeric, integer) is
'Window function: the share of the row in the total, by weight, by largest remainder, ties to the earlier row of the window''s order: the shares of a partition add up to the total to the last of its digits (0 to 8); those of a negative total mirror those of the positive one. A weight of 0 or NULL has the share 0; NULL where the total or the digits are. The frame has no say. Errors (22023): a total or digits that differ within the partition, a total with more decimals than digits, a negative weight, a total other than 0 without any weight; NaN and infinity (22003).';

create function bpm.apportion(total numeric, weight numeric, floor numeric, cap numeric, digits integer default 2) returns numeric
    language c window immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_apportion';
comment on function bpm.apportion(numeric, numeric, numeric, numeric, integer) is
'Window function: the share of the row in the total, by weight, but not under its floor and not over its cap: who would be outside has that bound, and the others share the rest by weight, by largest remainder. Without a floor 0, without a cap as much as comes (for a negative total: without a cap 0, without a floor as little as comes); a frozen row has floor = cap. A weight of 0 or NULL has 0, or the bound that is nearest to it. Errors (22023): those of apportion without bounds; floors over the total or caps under it, a floor over its cap, a bound with more decimals than digits.';

-- where a window is awkward

create function bpm.apportion_array(total numeric, weights numeric[], digits integer default 2) returns numeric[]
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_apportion_array';
comment on function bpm.apportion_array(numeric, numeric[], integer) is
'The shares of all weights in the total, as apportion gives them to the rows of a partition, in the order of the array; NULL where an argument is.';

create function bpm.apportion_array(total numeric, weights numeric[], floors numeric[], caps numeric[], digits integer default 2) returns numeric[]
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_apportion_array';
comment on function bpm.apportion_array(numeric, numeric[], numeric[], numeric[], integer) is
'The shares of all weights in the total, not under their floors and not over their caps, as apportion gives them to the rows of a partition. NULL in place of floors or caps: none has any. Errors (2202E): arrays of several dimensions or different length.';
