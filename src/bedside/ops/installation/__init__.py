"""What is installed: certificates, secrets, settings, version, logs, storage and cache, each with its checks."""
