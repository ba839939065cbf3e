"""Sources: where events come from. Each one is a pure translation from somebody else's format to `Incoming`.

Siblings never import each other; the server and the command line feed them bytes and hand the result to a runtime.
"""
