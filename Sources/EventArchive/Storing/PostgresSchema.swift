/// The tables of an archive in PostgreSQL, and what its views read JSON with.
enum PostgresSchema {
  /// `event` is the event's JSON as logged, byte for byte, which need not be text. Names are ordered by their bytes.
  static let events = """
    CREATE TABLE events (
      shard BIGINT NOT NULL,
      stream_ms BIGINT NOT NULL,
      stream_seq BIGINT NOT NULL,
      id TEXT COLLATE "C",
      type TEXT COLLATE "C",
      key TEXT COLLATE "C",
      happened_at_us BIGINT,
      event BYTEA NOT NULL,
      link BIGINT NOT NULL,
      hash BYTEA NOT NULL,
      PRIMARY KEY (shard, stream_ms, stream_seq)
    );
    CREATE INDEX events_by_key ON events (key, id);
    CREATE INDEX events_by_type ON events (type, happened_at_us);
    CREATE TABLE chain_heads (
      shard BIGINT NOT NULL PRIMARY KEY,
      link BIGINT NOT NULL,
      hash BYTEA NOT NULL
    );

    -- An event as JSON; null if it is none that PostgreSQL can hold.
    CREATE FUNCTION event_json(event BYTEA) RETURNS JSONB LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
      BEGIN
        RETURN convert_from(event, 'UTF8')::jsonb;
      EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
      END $$;

    -- A number without its fraction; null if it is none, or larger than 64 bits.
    CREATE FUNCTION whole_number(value JSONB) RETURNS BIGINT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT CASE WHEN jsonb_typeof(value) = 'number' AND abs(value::numeric) < 9223372036854775808
        THEN trunc(value::numeric)::bigint END $$;

    -- Whether it is a number without a fraction.
    CREATE FUNCTION is_whole(value JSONB) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT CASE WHEN jsonb_typeof(value) = 'number' THEN value::numeric = trunc(value::numeric) ELSE FALSE END $$;

    CREATE FUNCTION real_number(value JSONB) RETURNS DOUBLE PRECISION LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT CASE WHEN jsonb_typeof(value) = 'number' THEN value::double precision END $$;

    -- A time as events say it, in UTC; null if it is none.
    CREATE FUNCTION utc_time(value TEXT) RETURNS TEXT LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
      SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
      BEGIN
        IF value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]' THEN RETURN NULL; END IF;
        RETURN to_char(value::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
      EXCEPTION WHEN data_exception THEN
        RETURN NULL;
      END $$;
    """
}
