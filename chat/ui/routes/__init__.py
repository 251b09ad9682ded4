"""The page's own HTTP routes: what it asks for beside its socket. Each wants the launch token."""
