"""Models as pure functions of what was logged: the factored model that learns with every decision, and those trained at
night. They use numpy, so nothing imports them before a policy that learns is in use.
"""
