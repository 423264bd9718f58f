-- The tables of Tests/Benchmarks/postgres.c, made anew for each run.
set client_min_messages = warning;
drop schema if exists peer cascade;
create schema peer;
set search_path = peer;

-- The log: a partition for each topic. An event's place is (xid, seq), and services read only below the oldest transaction that is
-- still running, so that nothing which commits late is skipped.
create sequence event_seq cache 1000;
create table events (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint not null default nextval('event_seq'),
  topic text not null,
  event_id text not null,
  body text not null
) partition by list (topic);

-- Who has handled what, if services read the log.
create table cursors (service text primary key, xid xid8 not null default '0', seq bigint not null default 0) with (fillfactor = 10);
insert into cursors (service) values ('payment'), ('driver'), ('rating'), ('notification'), ('surge'), ('analytics');

do $$
  declare topic text;
  begin
    foreach topic in array array['accounts', 'requests', 'rides', 'payments', 'earnings', 'receipts'] loop
      execute format('create table events_%s partition of events for values in (%L)', topic, topic);
      execute format('alter table events_%s alter topic set default %L', topic, topic);
      -- What is published again is known by its id.
      execute format('create unique index on events_%s (event_id)', topic);
    end loop;
  end
$$;
create index on events (xid, seq);

-- What each service has to handle, if it has a queue.
create table queue_payment (id bigint generated always as identity primary key, body text not null);
create table queue_driver (like queue_payment including all);
create table queue_rating (like queue_payment including all);
create table queue_notification (like queue_payment including all);
create table queue_surge (like queue_payment including all);
create table queue_analytics (like queue_payment including all);

-- What the services make of rides: double-entry books of two of them, …
create table payment_postings (
  id bigint generated always as identity primary key,
  account text not null,
  journal text not null,
  kind text not null,
  amount bigint not null,
  currency text not null,
  effective_at timestamptz not null
);
create index on payment_postings (account, id);
create table driver_postings (like payment_postings including all);
create table payment_balances (
  account text, currency text, amount bigint not null, primary key (account, currency)
) with (fillfactor = 50);
create table driver_balances (like payment_balances including all) with (fillfactor = 50);

-- … a record of each ride, …
create table payments (
  ride text primary key, rider text not null, driver text not null, city text not null, method text not null, token text not null,
  fare text not null, captured bigint not null, owed bigint not null, reference text not null, at timestamptz not null
);
create table earnings (
  ride text primary key, driver text not null, city text not null, fare text not null, plan text not null, basis_points bigint not null
);
create table rating_windows (
  ride text primary key, rider text not null, driver text not null, city text not null, opened_at timestamptz not null
);
create table receipts (
  ride text primary key, rider text not null, driver text not null, city text not null, email text not null, meters bigint not null,
  seconds bigint not null, fare text not null, at timestamptz not null, version bigint not null default 0, said text, payment text
) with (fillfactor = 50);

-- … and counts.
create table surge_counts (
  cell text, minute bigint, demand bigint not null, supply bigint not null, primary key (minute, cell)
) with (fillfactor = 50);
create table totals (
  type text, city text, currency text, events bigint not null, amount bigint not null, primary key (type, city, currency)
) with (fillfactor = 10);
