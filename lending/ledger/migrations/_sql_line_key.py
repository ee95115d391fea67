"""One index instead of two for finding a line. Frozen with migration 0005.

Lines are read by their entry, in the order they were posted in. A key of both serves that and
keeps the numbers unique; an index of each kind cost a day close a quarter of its time.
"""

LINE_KEY = """
ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_pkey;
ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_pkey PRIMARY KEY (entry_id, id);
"""
DROP_LINE_KEY = """
ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_pkey;
ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_pkey PRIMARY KEY (id);
"""
