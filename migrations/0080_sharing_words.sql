-- +goose Up
-- Partners name what they share for in a sentence, not in a word; and a charity
-- has no public task to share on when it helps to prevent or detect a crime: its
-- basis is a recognised legitimate interest (domain.md 5.2).
alter table sharing_decisions drop constraint sharing_decisions_purpose_check;
alter table sharing_decisions add constraint sharing_decisions_purpose_check check (length(purpose) <= 500);
alter table sharing_decisions drop constraint sharing_decisions_basis_check;
alter table sharing_decisions add constraint sharing_decisions_basis_check
  check (basis in ('agreement', 'safeguarding', 'legal_obligation', 'public_task', 'vital_interests', 'legitimate_interests'));
