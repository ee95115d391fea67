"""The moving state behind `replay`: rows, what time does to them, and what each event does."""
