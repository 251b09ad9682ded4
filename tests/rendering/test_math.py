"""LaTeX in Markdown."""

import pytest

from chat.rendering import render_markdown
from chat.rendering.math import mathml


@pytest.mark.parametrize("source", ["$x^2$", "\\(x^2\\)", "a $x^2$ b", "**$x^2$**", "($x^2$)", "- $x^2$"])
def test_formulas_in_a_sentence(source: str) -> None:
    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in render_markdown(source)


@pytest.mark.parametrize(
    "source",
    [
        "$$x^2$$",
        "$$\nx^2\n$$",
        "\\[x^2\\]",
        "\\[\nx^2\n\\]",
        "text\n\\[\nx^2\n\\]\nmore",
        "1. one\n   $$\n   x^2\n   $$",
        "so $$x^2$$ it is",
    ],
)
def test_formulas_on_their_own(source: str) -> None:
    html = render_markdown(source)
    assert '<math display="block">' in html
    assert "<msup>" in html
    assert "$" not in html


@pytest.mark.parametrize(
    "source",
    [
        "$5 and $10",
        "It costs US$5 or US$6.",
        "from $1,000 to $2,000 each",
        "5$ or 10$",
        "$ 5 $",
        "\\$5\\$",
        "`$x$`",
        "$AAPL and $TSLA rose",
        "$$ is two dollars",
        "$ – cheap\n$$ – fair\n$$$ – dear",
        "\\(never closed",
        "```\n$x$\n$$y$$\n```",
    ],
)
def test_prices_code_and_unclosed_marks_are_no_formulas(source: str) -> None:
    html = render_markdown(source)
    assert "<math" not in html
    assert "math-source" not in html


@pytest.mark.parametrize(
    "source", ["$\\frac{$", "$$\n\\frac{1}{\n$$", "\\[ \\begin{matrix} \\]", "$" + "x" * 900 + "{$"]
)
def test_broken_latex_shows_its_source(source: str) -> None:
    html = render_markdown(source)
    assert "math-source" in html


def test_an_unclosed_block_shows_its_source_and_ends_with_the_paragraph() -> None:
    html = render_markdown("$$\n\\alpha\n\nafter")
    assert "<pre class=math-source tabindex=0><code>\\alpha</code></pre>" in html
    assert "<p>after</p>" in html


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//evil.invalid)}{x}",
        r"\class{evil}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{</math><script>alert(1)</script>}",
        r"\color{red\" onclick=\"alert(1)}{x}",
        r"\mathit{<svg/onload=alert(1)>}",
        r"\operatorname{<iframe src=//evil.invalid>}",
    ],
)
def test_nothing_active_comes_out_of_a_formula(tex: str) -> None:
    html = mathml(tex, display=True)
    inside = html.split("math-source")[0]
    for word in ("href", " style=", 'class="', "onerror", "onclick", "<img", "<script", "<svg", "<iframe", "url("):
        assert word not in inside, html


def test_deep_and_long_formulas_are_refused_not_fatal() -> None:
    assert "math-source" in mathml("{" * 5_000, display=False)
    mathml("{" * 900 + "}" * 900, display=False)
    mathml("\\sqrt" * 700, display=False)
    mathml("\\left(" * 200, display=False)
