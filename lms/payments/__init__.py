"""Paying online: what is asked of the payment provider (Stripe), what it tells, and what comes of that here.

Nothing that a browser or a hook says is believed: the object is fetched from the provider, compared with what stands here, and
moves it forward only (S-50 to S-54). No call to the provider is made inside a transaction.
"""
