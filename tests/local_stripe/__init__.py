"""A stand-in for Stripe: small, stateful, on loopback. Development, the demo and tests use it; the product never does.

It is judged by what Stripe itself publishes: the SDK's parameter types refuse what is unknown or of another kind, and
tests compare its answers with Stripe's own fixtures. A first run with a real test key is a gate of every release.
"""
