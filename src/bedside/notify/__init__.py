"""Messages to people: by e-mail, chat, pager or push through Apprise; to the log and a folder by default."""
