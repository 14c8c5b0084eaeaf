"""Clock, identifiers, cryptography, paging and text: no domain, no globals."""
