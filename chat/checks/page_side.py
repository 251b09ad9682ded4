"""What to look at in the embedding page when the backend is not at fault and the widget stays blank all the same."""

from __future__ import annotations

__all__ = ["PAGE_SIDE"]

PAGE_SIDE: tuple[str, ...] = (
    "The loader script is missing or comes too late: the npm package holds types only. "
    'Add <script src="https://cdn.platform.openai.com/deployments/chatkit/chatkit.js" async></script>.',
    "The domain is not on the allow-list of your OpenAI organisation (localhost needs no entry).",
    "`domainKey` is missing, or `url` is mixed with `getClientSecret`: a backend of your own wants `api.url` "
    "and `api.domainKey`, and no client secret.",
    "The container has no height: give <openai-chatkit> one, for example `height: 600px`.",
    "COEP headers (`Cross-Origin-Embedder-Policy: require-corp`) keep the widget's frame from loading.",
    "The CDN is blocked, by an extension, a proxy or a content security policy: look for failed requests to "
    "cdn.platform.openai.com.",
    "`initialThread` names a thread that is not there any more, often from localStorage: begin with null.",
    "A client tool is called and the page has no `onClientTool` for it: the answer waits for its result for ever.",
    "`uploadStrategy` is missing where attachments are enabled.",
)
"""One sentence each, the most frequent first."""
