"""The engine: a plan of periods that bears interest by segment, and the rows that are paid."""
