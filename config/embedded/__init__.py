"""Postgres and Valkey from wheels, run as our own children: for tests and for `make run`."""
