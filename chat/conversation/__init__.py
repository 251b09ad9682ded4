"""What a person does in a thread, and what is shown of it. No NiceGUI here.

- `shown_thread`: what is known and shown of one thread, whoever feeds it. Above it, what feeds it: `conversation`, in
  which a person acts (`turn`: one stream of it; `stored_thread`: what was said before), and `recorded`: a file.
- `transcript`: the entries on screen (`entry`), as numbered frames; `audience`: the windows that get them, and when.
- `diagnosis`: what is wrong with the exchanges while they run; `blank`: why nothing appeared.
- `remarks` and `outcomes`: the workbench's own words between the items; `drafts` and `form_values`: what is typed.
"""
