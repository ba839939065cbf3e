"""What could be done now, what it is worth, and with which probability it is chosen.

Sources of candidates, the policies behind one interface, and the standing groups. Writes `Customer.assignment`.
"""
