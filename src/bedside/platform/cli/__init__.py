"""What every command shares: its session, output as text or JSON, confirmation, the signed-in API client."""
