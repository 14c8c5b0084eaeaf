"""How everything goes: parts with their history, requests, cases, queue, database and machine."""
