"""Mail files and archives: what comes with the post, taken apart; parsing runs in the worker only."""
