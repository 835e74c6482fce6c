"""How people reach the assistant: the command line, and a page in the browser."""
