"""How each part is, as the API, the command line and orchestrators ask."""
