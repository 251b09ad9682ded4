"""ChatKit Workbench as it is installed: `chatkit_workbench`, the only name that it adds to an environment.

Everything else lies inside, in the folders `chat`, `storage` and `assets`. Projects have folders of such names too, so
ours are on the import path only in processes of our own: those of the command `chatkit-workbench` and of
`python -m chatkit_workbench`. Importing this package changes nothing, and may be done in a backend's own process.
"""
