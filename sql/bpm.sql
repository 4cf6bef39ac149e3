-- the schema that holds everything; its functions hold no data, so everybody may call them

comment on schema bpm is 'budget performance management: targets, ratings, exact rollups, indicator trees, lifecycles; holds functions and types, no data';

grant usage on schema bpm to public;
