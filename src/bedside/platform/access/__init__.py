"""Who acts, what they may do, and the gate which makes each access and its audit event one act."""
