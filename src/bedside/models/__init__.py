"""Chat models, behind langchain-core's interface. Without one configured Bedside answers in its sources' own words."""
