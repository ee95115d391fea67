"""One supervisor for all the processes of an instance; `python -m config.run` uses it."""
