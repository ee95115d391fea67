"""Posting one entry in one round trip. Frozen with migration 0004.

The key decides races as it always did: ON CONFLICT waits for the other transaction to end. Answers
`posted`, `known` (the key is taken; nothing was written) or `accounts` (one is not open yet;
nothing was written).
"""

POST_ENTRY = """
CREATE FUNCTION ledger_post_entry(
    p_entry uuid, p_source_type text, p_source_id uuid, p_event text, p_business_date date,
    p_created_at timestamptz, p_note text, p_book text, p_reverses uuid,
    p_codes text[], p_currencies text[], p_amounts bigint[], p_subjects uuid[]
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    accounts uuid[];
BEGIN
    SELECT array_agg(account.id ORDER BY line.place) INTO accounts
        FROM unnest(p_codes, p_currencies) WITH ORDINALITY AS line (code, currency, place)
        LEFT JOIN ledger_account account
            ON account.code = line.code AND account.currency = line.currency;
    IF array_position(accounts, NULL) IS NOT NULL THEN
        RETURN 'accounts';
    END IF;
    INSERT INTO ledger_entry (id, source_type, source_id, event, business_date, created_at, note,
        book, line_count, reverses_id)
    VALUES (p_entry, p_source_type, p_source_id, p_event, p_business_date, p_created_at, p_note,
        p_book, cardinality(p_amounts), p_reverses)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'known';
    END IF;
    INSERT INTO ledger_line (entry_id, account_id, amount, currency, subject)
    SELECT p_entry, line.account, line.amount, line.currency, line.subject
        FROM unnest(accounts, p_amounts, p_currencies, p_subjects)
            WITH ORDINALITY AS line (account, amount, currency, subject, place)
        ORDER BY line.place;
    RETURN 'posted';
END $$;
"""
DROP_POST_ENTRY = (
    "DROP FUNCTION ledger_post_entry"
    "(uuid, text, uuid, text, date, timestamptz, text, text, uuid,"
    " text[], text[], bigint[], uuid[]);"
)
