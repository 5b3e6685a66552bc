"""The browser UI, on Mesa's own stack (Solara): it draws immutable snapshots of simulations, and knows nothing that they do not say."""
