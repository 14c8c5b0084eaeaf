"""Care's queries. Whole rows are loaded through the audited gate; anything else names its access."""
