-- +goose Up
-- What the constraints of 0039 ask of a disclosure holds for the other answers
-- that cannot be taken back: nothing is erased, and nobody is told neither yes
-- nor no, before it is known who asks; nothing is erased for who shows no
-- authority, or for a suspect, whom nothing ties to a record.
alter table data_requests
  add constraint data_requests_known_first check (outcome is null or outcome not in ('erase', 'neither') or identity_on is not null),
  add constraint data_requests_erased_for_whom check (outcome is distinct from 'erase' or relation = 'victim' or relation = 'on_behalf' and authority <> 'none'),
  add constraint data_requests_neither_to_a_suspect check (outcome is distinct from 'neither' or relation = 'suspect');
