-- the schema that holds everything; its functions hold no data, so everybody may call them

comment on schema bpm is 'budget performance management: targets, rating scales and exact weighted rollups; holds functions and types, no data';

grant usage on schema bpm to public;
