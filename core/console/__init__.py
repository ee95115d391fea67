"""What the pages of the credit officers' console share. Each app's admin.py builds on it."""
