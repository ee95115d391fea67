"""The guards of the ledger's lines by statement instead of by row. Frozen with migration 0003.

What they guarantee is unchanged: an entry's own deferred trigger (0001) proves at the commit that
it has exactly its lines and balances. Lines can only be added, so nothing can go wrong after that
but a line too many; that, a line of no entry, and an account that is not of the line's currency
are refused here, once per statement. A trigger and three foreign keys per line cost more than all
the rest of a day close.
"""

LINES_GUARDED = """
DROP TRIGGER ledger_line_balanced ON ledger_line;
ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_account_currency;

CREATE FUNCTION ledger_lines_guarded() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT touched.entry_id, entry.line_count AS expected, counted.lines AS actual INTO wrong
        FROM (SELECT DISTINCT entry_id FROM fresh) touched
        LEFT JOIN ledger_entry entry ON entry.id = touched.entry_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS lines FROM ledger_line WHERE entry_id = touched.entry_id
        ) counted
        WHERE entry.id IS NULL OR counted.lines > entry.line_count LIMIT 1;
    IF FOUND AND wrong.expected IS NULL THEN
        RAISE EXCEPTION 'ledger_line_entry: there is no entry %', wrong.entry_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_line_entry';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'ledger entry % has % lines, not %',
            wrong.entry_id, wrong.actual, wrong.expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
    SELECT used.account_id, used.currency INTO wrong
        FROM (SELECT DISTINCT account_id, currency FROM fresh) used
        LEFT JOIN ledger_account account
            ON account.id = used.account_id AND account.currency = used.currency
        WHERE account.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_line_account_currency: there is no account % in %',
            wrong.account_id, wrong.currency
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_line_account_currency';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_line_guarded AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_guarded();
ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER ledger_line_guarded;
"""
DROP_LINES_GUARDED = """
DROP TRIGGER ledger_line_guarded ON ledger_line;
DROP FUNCTION ledger_lines_guarded();
ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_account_currency
    FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency);
CREATE CONSTRAINT TRIGGER ledger_line_balanced AFTER INSERT ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER ledger_line_balanced;
"""

# One entry with two lines per subject. For callers whose figures are in the database already.
POST_BATCH = """
CREATE FUNCTION ledger_post_batch(
    source_type text, source_id uuid, event text, business_date date, created_at timestamptz,
    book text, currency text, debit text, credit text, subjects uuid[], amounts bigint[]
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    -- UUID version 7 like the ids that Python makes: milliseconds in front of a random one.
    entry uuid := encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;
    debited uuid := (SELECT id FROM ledger_account a
        WHERE a.code = ledger_post_batch.debit AND a.currency = ledger_post_batch.currency);
    credited uuid := (SELECT id FROM ledger_account a
        WHERE a.code = ledger_post_batch.credit AND a.currency = ledger_post_batch.currency);
BEGIN
    IF cardinality(subjects) = 0 THEN
        RETURN NULL;
    END IF;
    INSERT INTO ledger_entry (id, source_type, source_id, event, business_date, created_at, note,
        line_count, book)
    VALUES (entry, source_type, source_id, event, business_date, created_at, '',
        2 * cardinality(subjects), book);
    INSERT INTO ledger_line (entry_id, account_id, amount, currency, subject)
    SELECT entry, side.account, side.sign * line.amount, ledger_post_batch.currency, line.subject
    FROM unnest(subjects, amounts) AS line (subject, amount)
    CROSS JOIN (VALUES (debited, 1), (credited, -1)) AS side (account, sign);
    RETURN entry;
END $$;
"""
DROP_POST_BATCH = (
    "DROP FUNCTION ledger_post_batch"
    "(text, uuid, text, date, timestamptz, text, text, text, text, uuid[], bigint[]);"
)
