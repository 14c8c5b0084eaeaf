"""Operations: health, database care, settings."""
