"""Pure rules of credit risk: facts → features → rules and scorecard → verdict."""
