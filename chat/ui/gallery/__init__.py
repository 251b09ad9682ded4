"""The page of components: each of them from real events, and the playground to try one's own."""
