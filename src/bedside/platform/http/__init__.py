"""What every route shares: who acts, the unit of work, problem details, request ids, idempotency, paging."""
