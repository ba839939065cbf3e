"""Simulation: markets of made-up customers who live with a workspace under the production engine, in virtual time."""
