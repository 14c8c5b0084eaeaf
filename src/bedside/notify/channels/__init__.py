"""The kinds of channels that operators are told through, each in a folder of its own."""
