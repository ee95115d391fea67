"""What Postgres itself guarantees of the ledger. Frozen with migration 0001.

The triggers are ALWAYS ones: they also fire under session_replication_role = replica. Nothing
short of DDL by the tables' owner gets round them, and `verify_ledger` reports that.
"""

from core.sql import append_only, drop_append_only

TABLES = ("ledger_account", "ledger_entry", "ledger_line")

# A line's currency is its account's: a plain foreign key says so better than a trigger.
LINE_CURRENCY = """
ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_account_currency
    FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency);
"""
DROP_LINE_CURRENCY = "ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_account_currency;"

# The entry's own trigger catches an entry without lines. The lines' trigger catches a line that
# comes in a later transaction: it breaks the entry's line_count even if it balances.
BALANCED = """
CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid;
    expected integer;
    actual integer;
    difference record;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entry' THEN
        checked := NEW.id;
    ELSE
        checked := NEW.entry_id;
    END IF;
    SELECT line_count INTO expected FROM ledger_entry WHERE id = checked;
    SELECT count(*) INTO actual FROM ledger_line WHERE entry_id = checked;
    IF actual < 2 OR actual IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'ledger entry % has % lines, not %', checked, actual, expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
    SELECT currency, sum(amount) AS amount INTO difference
        FROM ledger_line WHERE entry_id = checked
        GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry %: debits and credits differ by % %',
            checked, difference.amount, difference.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
CREATE CONSTRAINT TRIGGER ledger_line_balanced AFTER INSERT ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_balanced;
ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER ledger_line_balanced;
"""
DROP_BALANCED = """
DROP TRIGGER IF EXISTS ledger_entry_balanced ON ledger_entry;
DROP TRIGGER IF EXISTS ledger_line_balanced ON ledger_line;
DROP FUNCTION IF EXISTS ledger_entry_balanced();
"""

APPEND_ONLY = "".join(
    append_only(table)
    + f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows_append_only;\n"
    + f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;\n"
    for table in TABLES
)
DROP_APPEND_ONLY = "".join(drop_append_only(table) for table in TABLES)
