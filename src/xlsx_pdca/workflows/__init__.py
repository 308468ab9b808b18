"""The work of a round, step by step; the only place where files, ledger, forms and checks are joined."""
