"""`make bench`: how fast Kadai is, as ratios to other things on the same server in the same run."""
