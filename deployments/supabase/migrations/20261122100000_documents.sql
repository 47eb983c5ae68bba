-- What a document says of itself as an offer: when its prices are valid, and its terms of sale.

alter table public.documents add column if not exists valid_from date;
alter table public.documents add column if not exists valid_until date;
alter table public.documents add column if not exists validity jsonb;                     -- {text, place}: the words that give the dates
alter table public.documents add column if not exists terms jsonb not null default '[]';  -- [{text, place}]: taxes, delivery, payment, changes
